import type { ComponentOf } from '../design/component.ts'
import type { RouteSpec } from '../design/schema/traffic.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { addressIn, findDestination, onlyMesh } from './references.ts'

/** What several translations ask of a scope again and again, found once. */
export interface ScopeIndex {
  /** Workloads that this mesh takes in, in the order of the design. */
  readonly workloads: readonly ResolvedWorkload[]
  /** Those of each namespace. */
  readonly byNamespace: ReadonlyMap<string, readonly ResolvedWorkload[]>
  /** Traffic policies of this mesh by the address of their workload, in the order of the design. */
  readonly traffic: ReadonlyMap<string, readonly ComponentOf<'traffic'>[]>
  /** Authorization policies of this mesh by the address of their workload. */
  readonly authorization: ReadonlyMap<string, readonly ComponentOf<'authorization'>[]>
  /** Authorization policies of this mesh that name no workload, by namespace: '' holds those of the whole mesh. */
  readonly wideAuthorization: ReadonlyMap<string, readonly ComponentOf<'authorization'>[]>
  /** Addresses of workloads whose versions some route names. */
  readonly splitWorkloads: ReadonlySet<string>
  /** Addresses of workloads that call each workload, as `from` of routes and allow rules say. */
  readonly callers: ReadonlyMap<string, readonly ResolvedWorkload[]>
}

const indices = new WeakMap<Scope, ScopeIndex>()

/** The index of a scope. Linear in the scope, made once: a scope is never changed. */
export function indexOf(scope: Scope): ScopeIndex {
  let index = indices.get(scope)
  if (index === undefined) {
    index = makeIndex(scope)
    indices.set(scope, index)
  }
  return index
}

/** The workload a traffic or authorization policy is about, without a word where it is unknown. */
export function workloadOf(
  policy: ComponentOf<'traffic'> | ComponentOf<'authorization'>,
  scope: Scope,
): ResolvedWorkload | undefined {
  const name = policy.spec.workload
  if (name === undefined) return undefined
  return scope.workloads.get(addressIn('workloads', name, policy.scope)) ?? scope.workloads.get(name)
}

/** True when a policy about this workload belongs to the mesh of the scope. */
function isOfMesh(
  policy: ComponentOf<'traffic'> | ComponentOf<'authorization'>,
  workload: ResolvedWorkload,
  scope: Scope,
): boolean {
  const { mesh } = policy.spec
  return (mesh === undefined ? workload.mesh : addressIn('meshes', mesh, policy.scope)) === scope.mesh.address
}

function makeIndex(scope: Scope): ScopeIndex {
  const workloads = [...scope.workloads.values()].filter(
    (workload) => workload.mesh === scope.mesh.address && workload.component.spec.onboard !== 'off',
  )
  const traffic = new Map<string, ComponentOf<'traffic'>[]>()
  const authorization = new Map<string, ComponentOf<'authorization'>[]>()
  const wideAuthorization = new Map<string, ComponentOf<'authorization'>[]>()
  const splitWorkloads = new Set<string>()
  const callers = new Map<string, Set<ResolvedWorkload>>()
  const addCaller = (
    callee: ResolvedWorkload,
    name: string,
    component: ComponentOf<'traffic'> | ComponentOf<'authorization'>,
  ) => {
    const caller = scope.workloads.get(addressIn('workloads', name, component.scope)) ?? scope.workloads.get(name)
    if (caller !== undefined) push(callers, callee.address, () => new Set<ResolvedWorkload>()).add(caller)
  }
  const noteRoutes = (
    routes: readonly RouteSpec[] | undefined,
    own: ResolvedWorkload | undefined,
    component: ComponentOf<'traffic'> | ComponentOf<'gateways'>,
  ) => {
    for (const route of routes ?? []) {
      const names = [...Object.keys(route.to ?? {}), ...(route.mirror === undefined ? [] : [route.mirror.to])]
      for (const name of names) {
        const destination = findDestination(name, own, component, [], scope).value
        if (destination?.version !== undefined) splitWorkloads.add(destination.workload.address)
      }
    }
  }
  for (const policy of scope.traffic.values()) {
    const workload = workloadOf(policy, scope)
    if (workload === undefined || !isOfMesh(policy, workload, scope)) continue
    push(traffic, workload.address, () => []).push(policy)
    noteRoutes(policy.spec.routes, workload, policy)
    for (const name of (policy.spec.routes ?? []).flatMap((route) => (route.match ?? []).flatMap((match) => match.from ?? []))) {
      addCaller(workload, name, policy)
    }
  }
  for (const gateway of scope.gateways.values()) {
    if (addressIn('meshes', gateway.spec.mesh, gateway.scope) === scope.mesh.address) {
      noteRoutes(gateway.spec.routes, undefined, gateway)
    }
  }
  for (const policy of scope.authorization.values()) {
    const { mesh, namespace } = policy.spec
    if (policy.spec.workload === undefined) {
      const address = mesh === undefined ? onlyMesh(policy) : addressIn('meshes', mesh, policy.scope)
      if (address === scope.mesh.address) push(wideAuthorization, namespace ?? '', () => []).push(policy)
      continue
    }
    const workload = workloadOf(policy, scope)
    if (workload === undefined || !isOfMesh(policy, workload, scope)) continue
    push(authorization, workload.address, () => []).push(policy)
    for (const caller of (policy.spec.allow ?? []).flatMap((rule) => rule.from ?? [])) {
      if (typeof caller === 'string') addCaller(workload, caller, policy)
    }
  }
  const byNamespace = new Map<string, ResolvedWorkload[]>()
  for (const workload of workloads) push(byNamespace, workload.namespace, () => []).push(workload)
  return {
    workloads,
    byNamespace,
    traffic,
    authorization,
    wideAuthorization,
    splitWorkloads,
    callers: new Map([...callers].map(([address, set]) => [address, [...set]])),
  }
}

function push<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
