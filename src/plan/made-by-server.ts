import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { groupOf } from './manifest.ts'

/** A step into an object: a key, every item of a list, or those items whose names begin so. */
type Step = string | { readonly items: 'all' } | { readonly itemsNamed: string }

/** A field that a server gives its value when it really makes an object: what a dry run says of it is an example. */
interface MadeByServer {
  readonly group: string
  readonly kind: string
  readonly path: readonly Step[]
  /** Only of objects of which this is true. */
  readonly where?: (object: JsonObject) => boolean
}

const ALL = { items: 'all' } as const
const TOKEN_VOLUME = { itemsNamed: 'kube-api-access-' } as const
const SERVICE_PORTS: readonly Step[] = ['spec', 'ports', ALL]
const JOB_LABELS: readonly Step[] = ['spec', 'template', 'metadata', 'labels']

/** After the registries and admission plugins of Kubernetes that allocate or draw values. */
const MADE_BY_SERVER: readonly MadeByServer[] = [
  { group: '', kind: 'Service', path: ['spec', 'clusterIP'], where: hasAddress },
  { group: '', kind: 'Service', path: ['spec', 'clusterIPs'], where: hasAddress },
  { group: '', kind: 'Service', path: [...SERVICE_PORTS, 'nodePort'], where: hasNodePorts },
  { group: '', kind: 'Service', path: ['spec', 'healthCheckNodePort'], where: isCheckedLocally },
  { group: 'batch', kind: 'Job', path: ['spec', 'selector'], where: selectsByItself },
  { group: 'batch', kind: 'Job', path: [...JOB_LABELS, 'controller-uid'], where: selectsByItself },
  { group: 'batch', kind: 'Job', path: [...JOB_LABELS, 'batch.kubernetes.io/controller-uid'], where: selectsByItself },
  { group: '', kind: 'Pod', path: ['spec', 'volumes', TOKEN_VOLUME] },
  { group: '', kind: 'Pod', path: ['spec', 'containers', ALL, 'volumeMounts', TOKEN_VOLUME] },
  { group: '', kind: 'Pod', path: ['spec', 'initContainers', ALL, 'volumeMounts', TOKEN_VOLUME] },
]

function specOf({ spec }: JsonObject): JsonObject {
  return isJsonObject(spec) ? spec : {}
}

function hasAddress(object: JsonObject): boolean {
  const { type, clusterIP } = specOf(object)
  return type !== 'ExternalName' && clusterIP !== 'None'
}

function hasNodePorts(object: JsonObject): boolean {
  const { type, allocateLoadBalancerNodePorts } = specOf(object)
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

function isCheckedLocally(object: JsonObject): boolean {
  const { type, externalTrafficPolicy } = specOf(object)
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

function selectsByItself(object: JsonObject): boolean {
  return specOf(object).manualSelector !== true
}

function rulesFor({ apiVersion, kind }: JsonObject): readonly MadeByServer[] {
  if (typeof apiVersion !== 'string') return []
  const group = groupOf(apiVersion)
  return MADE_BY_SERVER.filter((rule) => rule.kind === kind && rule.group === group)
}

/** The object without the values that its server draws anew when it is really made, but for those that one of `known` has already. */
export function withoutServerMade(object: JsonObject, known: readonly JsonObject[]): JsonObject {
  return rulesFor(object)
    .filter(({ where }) => where?.(object) !== false)
    .reduce((left, { path }) => withoutPath(left, path, known) as JsonObject, object)
}

/** The tree of what only the server will tell of an object that has not got it yet: `true` at leaves, lists with a place for each item. */
export function serverMadeTree(object: JsonObject): JsonObject {
  return rulesFor(object)
    .filter(({ path, where }) => where?.(object) !== false && path.every((step) => typeof step === 'string' || 'items' in step))
    .reduce<JsonObject>((tree, { path }) => mergeTrees(tree, missing(object, path)) as JsonObject, {})
}

function isSelected(step: Exclude<Step, string>, item: JsonValue): boolean {
  if ('items' in step) return true
  return isJsonObject(item) && typeof item.name === 'string' && item.name.startsWith(step.itemsNamed)
}

/** Maps and lists that this empties go too: they would not be there without what was made. `known` are the same places elsewhere. */
function withoutPath(value: JsonValue, [step, ...rest]: readonly Step[], known: readonly JsonValue[]): JsonValue | undefined {
  if (step === undefined) return known.length > 0 ? value : undefined
  if (typeof step === 'string') {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return value
    const { [step]: child, ...others } = value
    const there = known.flatMap((one) => (isJsonObject(one) && Object.hasOwn(one, step) ? [one[step] as JsonValue] : []))
    const left = withoutPath(child as JsonValue, rest, there)
    if (left !== undefined) return { ...value, [step]: left }
    return Object.keys(others).length === 0 ? undefined : others
  }
  if (!Array.isArray(value)) return value
  const lists = known.flatMap((one) => (Array.isArray(one) ? [one as readonly JsonValue[]] : []))
  const items = value.flatMap((item: JsonValue) => {
    const there = lists.flatMap((list) => list.filter((other) => isSameItem(item, other)))
    const left = isSelected(step, item) ? withoutPath(item, rest, there) : item
    return left === undefined ? [] : [left]
  })
  return items.length === 0 ? undefined : items
}

/** Items are told apart by their names, and ports without one by their numbers. */
function isSameItem(item: JsonValue, other: JsonValue): boolean {
  if (!isJsonObject(item) || !isJsonObject(other)) return false
  return item.name === undefined && other.name === undefined ? item.port === other.port : item.name === other.name
}

function missing(value: JsonValue | undefined, [step, ...rest]: readonly Step[]): JsonValue {
  if (step === undefined) return value === undefined
  if (typeof step !== 'string') return Array.isArray(value) ? value.map((item: JsonValue) => missing(item, rest)) : []
  const child = missing(isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined, rest)
  return child === false ? {} : { [step]: child }
}

function mergeTrees(left: JsonValue, right: JsonValue): JsonValue {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.map((item: JsonValue, index) => mergeTrees(item, (right[index] ?? {}) as JsonValue))
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return right
  const merged: Record<string, JsonValue> = { ...left }
  for (const [key, value] of Object.entries(right)) {
    merged[key] = Object.hasOwn(left, key) ? mergeTrees(left[key] as JsonValue, value) : value
  }
  return merged
}
