import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../builtin/quantity.ts'

/** Amounts by the names that quotas limit. */
export type Usage = ReadonlyMap<string, Quantity>

/** An object and the resource it is stored under. */
export interface CountedObject {
  readonly storage: string
  readonly object: JsonObject
}

const one: Quantity = { digits: 1n, exponent: 0, form: 'decimal' }
const none: Quantity = { digits: 0n, exponent: 0, form: 'decimal' }

/** Kinds that are limited by their plural alone, too. Pods are not among them: those that have ended don't count there. */
const countedPlainly: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
])
const classSuffix = '.storageclass.storage.k8s.io/'

/** The resource whose objects a quota's name counts, as `group/plural`. */
export function storageCounted(name: string): string {
  if (name.startsWith('count/')) {
    const [plural = '', ...group] = name.slice('count/'.length).split('.')
    return `${group.join('.')}/${plural}`
  }
  if (countedPlainly.has(name)) return `/${name}`
  if (name.startsWith('services.')) return '/services'
  return name === 'requests.storage' || name.includes(classSuffix) ? '/persistentvolumeclaims' : '/pods'
}

/** The amounts at a key of a container's or claim's resources. */
export function quantitiesAt(resources: JsonObject | undefined, key: string): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const [name, amount] of Object.entries(objectAt(resources, key) ?? {})) {
    const quantity = parseQuantity(String(amount))
    if (quantity !== undefined) out.set(name, quantity)
  }
  return out
}

/** Adds amounts to others. */
export function addUsage(sum: Map<string, Quantity>, usage: Usage): void {
  for (const [name, amount] of usage) sum.set(name, addQuantities(sum.get(name) ?? none, amount))
}

function raise(most: Map<string, Quantity>, usage: Usage): void {
  for (const [name, amount] of usage) {
    const before = most.get(name)
    if (before === undefined || compareQuantities(before, amount) < 0) most.set(name, amount)
  }
}

/** What a pod needs at most at one time: containers together, or an initial one beside the sidecars before it. */
export function podTotal(spec: JsonObject | undefined, key: 'requests' | 'limits'): Usage {
  const amounts = (container: JsonObject): Usage => quantitiesAt(objectAt(container, 'resources'), key)
  const sidecars = new Map<string, Quantity>()
  const most = new Map<string, Quantity>()
  for (const container of objectsAt(spec, 'initContainers')) {
    if (container.restartPolicy === 'Always') addUsage(sidecars, amounts(container))
    const together = new Map(sidecars)
    if (container.restartPolicy !== 'Always') addUsage(together, amounts(container))
    raise(most, together)
  }
  const running = new Map<string, Quantity>()
  for (const container of objectsAt(spec, 'containers')) addUsage(running, amounts(container))
  addUsage(running, sidecars)
  raise(running, most)
  const overhead = quantitiesAt(spec, 'overhead')
  addUsage(running, key === 'requests' ? overhead : new Map([...overhead].filter(([name]) => running.has(name))))
  return running
}

const computed = ['cpu', 'memory', 'ephemeral-storage']

function podUsage(pod: JsonObject): Usage {
  const usage = new Map<string, Quantity>([['pods', one]])
  const spec = objectAt(pod, 'spec')
  for (const [name, amount] of podTotal(spec, 'requests')) {
    if (computed.includes(name) || name.startsWith('hugepages-')) usage.set(name, amount)
    usage.set(`requests.${name}`, amount)
  }
  for (const [name, amount] of podTotal(spec, 'limits')) if (computed.includes(name)) usage.set(`limits.${name}`, amount)
  return usage
}

function serviceUsage(service: JsonObject): Usage {
  const spec = objectAt(service, 'spec')
  const type = textAt(spec, 'type')
  const usage = new Map<string, Quantity>()
  const ports = objectsAt(spec, 'ports')
  const allocates = type === 'LoadBalancer' && spec?.allocateLoadBalancerNodePorts === false
  const counted = allocates ? ports.filter((port) => (numberAt(port, 'nodePort') ?? 0) > 0) : ports
  if (type === 'LoadBalancer') usage.set('services.loadbalancers', one)
  if (type === 'LoadBalancer' || type === 'NodePort') {
    usage.set('services.nodeports', { ...one, digits: BigInt(counted.length) })
  }
  return usage
}

function claimUsage(claim: JsonObject): Usage {
  const spec = objectAt(claim, 'spec')
  const className = textAt(spec, 'storageClassName')
  const storage = quantitiesAt(objectAt(spec, 'resources'), 'requests').get('storage')
  const usage = new Map<string, Quantity>()
  if (className !== '') usage.set(`${className}${classSuffix}persistentvolumeclaims`, one)
  if (storage === undefined) return usage
  usage.set('requests.storage', storage)
  if (className !== '') usage.set(`${className}${classSuffix}requests.storage`, storage)
  return usage
}

function hasEnded(pod: JsonObject): boolean {
  return ['Succeeded', 'Failed'].includes(textAt(objectAt(pod, 'status'), 'phase'))
}

/** What an object takes of the names that quotas limit. */
export function usageOf({ storage, object }: CountedObject): Usage {
  const [group = '', plural = ''] = storage.split('/')
  const usage = new Map<string, Quantity>([[`count/${plural}${group === '' ? '' : `.${group}`}`, one]])
  if (group !== '') return usage
  if (countedPlainly.has(plural)) usage.set(plural, one)
  if (plural === 'pods' && !hasEnded(object)) addUsage(usage, podUsage(object))
  if (plural === 'services') addUsage(usage, serviceUsage(object))
  if (plural === 'persistentvolumeclaims') addUsage(usage, claimUsage(object))
  return usage
}

function isBestEffort(pod: JsonObject): boolean {
  const spec = objectAt(pod, 'spec')
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]
  return containers.every((container) => {
    const resources = objectAt(container, 'resources')
    return [...quantitiesAt(resources, 'requests').keys(), ...quantitiesAt(resources, 'limits').keys()].length === 0
  })
}

function matchesScope(pod: JsonObject, scope: string, operator: string, values: readonly string[]): boolean {
  const spec = objectAt(pod, 'spec')
  switch (scope) {
    case 'Terminating':
      return numberAt(spec, 'activeDeadlineSeconds') !== undefined
    case 'NotTerminating':
      return numberAt(spec, 'activeDeadlineSeconds') === undefined
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass': {
      const name = textAt(spec, 'priorityClassName')
      if (operator === 'In') return values.includes(name)
      if (operator === 'NotIn') return !values.includes(name)
      return (operator === 'DoesNotExist') === (name === '')
    }
    default:
      return false
  }
}

/** True where a quota counts an object: those with scopes count the pods that are within them. */
export function isWithinScopes(quota: JsonObject, { storage, object }: CountedObject): boolean {
  const spec = objectAt(quota, 'spec')
  const scopes = textsAt(spec, 'scopes').map((scope) => ({ scope, operator: 'Exists', values: [] as readonly string[] }))
  const selected = objectsAt(objectAt(spec, 'scopeSelector'), 'matchExpressions').map((each) => ({
    scope: textAt(each, 'scopeName'),
    operator: textAt(each, 'operator'),
    values: textsAt(each, 'values'),
  }))
  const all = [...scopes, ...selected]
  if (all.length === 0) return true
  return storage === '/pods' && all.every(({ scope, operator, values }) => matchesScope(object, scope, operator, values))
}

/** The names that a quota limits, with how much of each there may be. */
export function hardLimits(quota: JsonObject): Usage {
  return quantitiesAt(objectAt(quota, 'spec'), 'hard')
}

/** How much of each name that a quota limits its namespace's objects take. `list` gives those of a resource. */
export function usedOf(quota: JsonObject, list: (storage: string) => readonly JsonObject[]): Usage {
  const hard = hardLimits(quota)
  const used = new Map<string, Quantity>([...hard.keys()].sort().map((name) => [name, none]))
  for (const storage of new Set([...hard.keys()].map(storageCounted))) {
    for (const object of list(storage)) {
      if (!isWithinScopes(quota, { storage, object })) continue
      addUsage(used, new Map([...usageOf({ storage, object })].filter(([name]) => hard.has(name))))
    }
  }
  return used
}
