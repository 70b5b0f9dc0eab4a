import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject } from '../plan/json.ts'
import { describeObject, groupOf, type Manifest } from '../plan/manifest.ts'
import { formatLocation } from '../plan/source.ts'
import { topologicalOrder } from '../plan/topological-order.ts'
import type { MeshProvider } from '../providers/contract.ts'
import type { OrderRule } from '../providers/rules.ts'
import { barrierOf, type ComponentNode, type DesiredObject } from './desired-object.ts'
import { referencesOf } from './object-references.ts'

/** Order inside a component that Kubernetes itself asks for. */
const KUBERNETES_ORDER: readonly OrderRule[] = [
  {
    before: { group: 'apps', kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] },
    after: { group: 'admissionregistration.k8s.io', kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] },
    reason: 'a webhook whose server is not up refuses everything it is asked about',
  },
  {
    before: { group: '', kinds: ['ServiceAccount'] },
    after: { group: 'apps', kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] },
    reason: 'pods are not made while their ServiceAccount is missing',
  },
]

/**
 * Adds what an object must wait for beyond its component's references: its Namespace, the CRD of its kind, the ConfigMaps, Secrets
 * and ServiceAccounts that it or its pods name, and the order rules of Kubernetes and of the meshes. A cycle is a diagnostic.
 */
export function orderObjects(
  objects: readonly DesiredObject[],
  components: readonly ComponentNode[],
  providers: ReadonlyMap<string, MeshProvider>,
  diagnostics: Diagnostic[],
): readonly DesiredObject[] {
  const ids = new Set(objects.map((object) => object.id))
  const crds = crdsByKind(objects)
  const rules = [...KUBERNETES_ORDER, ...[...providers.values()].flatMap((provider) => provider.rules.order)]
  const byComponent = new Map<string, DesiredObject[]>()
  for (const object of objects) {
    const siblings = byComponent.get(object.address)
    if (siblings === undefined) byComponent.set(object.address, [object])
    else siblings.push(object)
  }
  const effective = effectiveBarriers(objects, components)
  const ordered = objects.map((object) => {
    const extra = new Set(object.dependencies.flatMap((dependency) => effective.get(dependency) ?? []))
    const add = (id: string | undefined) => {
      if (id !== undefined && id !== object.id && ids.has(id)) extra.add(id)
    }
    if (object.key.namespace !== '') add(`${object.key.cluster}//Namespace//${object.key.namespace}`)
    add(crds.get(`${object.key.cluster}/${object.key.group}/${object.key.kind}`))
    for (const [kind, name] of referencesOf(object.manifest))
      add(`${object.key.cluster}//${kind}/${object.key.namespace}/${name}`)
    const siblings = byComponent.get(object.address) ?? []
    for (const other of followedByRule(object, siblings, rules)) add(other.id)
    if (object.stage > 0) for (const other of stageBefore(object, siblings)) add(other.id)
    return { ...object, dependencies: [...extra].sort() }
  })
  reportCycle(ordered, diagnostics)
  return ordered
}

/** Kinds whose health tells that what a stage started is up; the rest of a stage is there as soon as it is written. */
const STARTED_KINDS = new Set(['CustomResourceDefinition', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'APIService'])

/** The objects of the stage before that are worth waiting for: all of them where none starts anything. */
function stageBefore(object: DesiredObject, siblings: readonly DesiredObject[]): readonly DesiredObject[] {
  const earlier = siblings.filter((sibling) => sibling.stage < object.stage)
  const last = Math.max(...earlier.map((sibling) => sibling.stage))
  const before = earlier.filter((sibling) => sibling.stage === last)
  const started = before.filter((sibling) => STARTED_KINDS.has(sibling.key.kind))
  return started.length > 0 ? started : before
}

function crdsByKind(objects: readonly DesiredObject[]): ReadonlyMap<string, string> {
  const crds = new Map<string, string>()
  for (const object of objects) {
    const { manifest } = object
    if (manifest.kind !== 'CustomResourceDefinition' || !isJsonObject(manifest.spec)) continue
    const { group, names } = manifest.spec
    if (typeof group === 'string' && isJsonObject(names) && typeof names.kind === 'string') {
      crds.set(`${object.key.cluster}/${group}/${names.kind}`, object.id)
    }
  }
  return crds
}

function matches(side: OrderRule['before'], manifest: Manifest): boolean {
  return side.group === groupOf(manifest.apiVersion) && side.kinds.includes(manifest.kind)
}

function followedByRule(
  object: DesiredObject,
  siblings: readonly DesiredObject[],
  rules: readonly OrderRule[],
): readonly DesiredObject[] {
  if (siblings.length < 2) return []
  const holding = rules.filter((rule) => matches(rule.after, object.manifest))
  if (holding.length === 0) return []
  return siblings.filter(
    (sibling) => !heldUp(object, sibling, siblings) && holding.some((rule) => matches(rule.before, sibling.manifest)),
  )
}

/**
 * True where an object of a later stage waits for this one, so that this one must not wait for it: two charts of a mesh each have a
 * ServiceAccount. A webhook that nothing waits for may well wait for its server in the chart after it.
 */
function heldUp(object: DesiredObject, later: DesiredObject, siblings: readonly DesiredObject[]): boolean {
  if (later.stage <= object.stage) return false
  if (STARTED_KINDS.has(object.key.kind)) return true
  return !siblings.some((sibling) => sibling.stage === object.stage && STARTED_KINDS.has(sibling.key.kind))
}

/**
 * What each component's barrier comes down to: itself when it has objects, else the barriers of what it depends on. Recorded with
 * each object, so that a delete still knows the order when the design is gone.
 */
export function effectiveBarriers(
  objects: readonly { readonly address: string }[],
  components: readonly ComponentNode[],
): ReadonlyMap<string, readonly string[]> {
  const occupied = new Set(objects.map((object) => object.address))
  const byAddress = new Map(components.map((component) => [component.address, component]))
  const sorted = topologicalOrder([...byAddress.keys()], (address) => byAddress.get(address)?.dependencies ?? [])
  const effective = new Map<string, readonly string[]>()
  for (const address of 'order' in sorted ? sorted.order : []) {
    const barrier = barrierOf(address)
    if (occupied.has(address)) effective.set(barrier, [barrier])
    else {
      const through = (byAddress.get(address)?.dependencies ?? []).flatMap(
        (dependency) => effective.get(barrierOf(dependency)) ?? [],
      )
      effective.set(barrier, [...new Set(through)])
    }
  }
  return effective
}

/** The members of each component's barrier: it is passed when all of them are done. */
export function barrierMembers(
  objects: readonly { readonly id: string; readonly address: string }[],
): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>()
  for (const object of objects) {
    const barrier = barrierOf(object.address)
    const known = members.get(barrier)
    if (known === undefined) members.set(barrier, [object.id])
    else known.push(object.id)
  }
  return members
}

function reportCycle(objects: readonly DesiredObject[], diagnostics: Diagnostic[]): void {
  const barriers = barrierMembers(objects)
  const dependencies = new Map<string, readonly string[]>([
    ...barriers,
    ...objects.map((object) => [object.id, object.dependencies] as const),
  ])
  const result = topologicalOrder([...dependencies.keys()], (node) => dependencies.get(node) ?? [])
  if (!('cycle' in result)) return
  const byId = new Map(objects.map((object) => [object.id, object]))
  const steps = result.cycle.flatMap((node) => {
    const object = byId.get(node)
    return object === undefined ? [] : [`${describeObject(object.key)} (${object.address}, ${formatLocation(object.origin)})`]
  })
  const first = byId.get(result.cycle.find((node) => byId.has(node)) ?? '')
  diagnostics.push({
    severity: 'error',
    code: 'MF2003',
    summary: 'Objects wait for each other, so none can be first',
    detail: `Each of these waits for the next: ${[...steps, ...steps.slice(0, 1)].join(' -> ')}.`,
    ...(first === undefined ? {} : { address: first.address, location: first.origin }),
    hint: 'Take one of the dependencies out: a dependsOn, a reference, or move an object to another component.',
  })
}
