import type { ComponentOf } from '../../design/component.ts'
import { joinName } from '../../design/object-name.ts'
import type { JsonObject } from '../../plan/json.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { objectsIn } from '../json-view.ts'
import { findWorkload } from '../references.ts'
import { identityOf } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { traceManifest } from '../traced-manifest.ts'
import { ISTIO_API } from './api.ts'
import { authorizationPolicies, type PolicyTarget } from './authorization-policy.ts'
import { hasIngress, needsWaypoint, waypointOf } from './waypoint.ts'

/**
 * An authorization policy, enforced by the waypoint in front of the Service; beside it a policy of the pods, since whoever calls a
 * pod by its address goes past the waypoint, and since ztunnel sees the waypoint as the caller of what comes through it.
 */
export function ambientAuthorization(policy: ComponentOf<'authorization'>, scope: Scope): Translation {
  const waypoint = waypointOf(scope.mesh.spec)
  const requests = [...(policy.spec.allow ?? []), ...(policy.spec.deny ?? [])].some(
    (rule) => rule.methods ?? rule.paths ?? rule.hosts ?? rule.headers,
  )
  if (waypoint === undefined && requests) return { manifests: [], diagnostics: [needsWaypoint(policy, [])] }
  if (policy.spec.workload === undefined) return wideAuthorization(policy, scope, waypoint, requests)
  const targetOf = (workload: ResolvedWorkload | undefined): PolicyTarget => {
    if (workload === undefined) return { by: 'namespace' }
    const { service } = workload
    if (waypoint === undefined || service === undefined) return { by: 'selector', workload }
    // A gateway may lead to the Service of a version through the waypoint, which then has the same policy; others meet the pods'.
    const versions = hasIngress(scope) ? workload.versions.map((version) => version.service) : []
    return { by: 'services', services: [service, ...versions] }
  }
  const own = authorizationPolicies(policy, scope, ISTIO_API, targetOf)
  const workload = findWorkload(policy.spec.workload, policy, [], scope).value
  if (workload?.service === undefined || waypoint === undefined || own.manifests.length === 0) return own
  // Made once for a workload, by the first policy about it.
  const [first] = indexOf(scope).authorization.get(workload.address) ?? []
  if (first !== policy) return own
  const pods = onlyViaWaypoint(
    joinName(workload.name, 'only-via-waypoint'),
    workload.namespace,
    callerOf(waypoint, workload.namespace, scope),
    {
      selector: { matchLabels: workload.selector },
    },
  )
  return { ...own, manifests: [...own.manifests, pods] }
}

/** A policy for a namespace or the whole mesh: at its waypoints, and at the pods behind them. */
function wideAuthorization(
  policy: ComponentOf<'authorization'>,
  scope: Scope,
  waypoint: string | undefined,
  requests: boolean,
): Translation {
  if (waypoint === undefined) return authorizationPolicies(policy, scope, ISTIO_API, () => ({ by: 'namespace' }))
  const { namespace } = policy.spec
  const own = authorizationPolicies(policy, scope, ISTIO_API, () =>
    namespace === undefined ? { by: 'waypointClass' } : { by: 'waypoint', waypoint },
  )
  const [first] = own.manifests
  if (first === undefined) return own
  // A policy of the whole mesh meets the waypoints of every namespace; a leading star matches any beginning.
  const caller = namespace === undefined ? `*/sa/${waypoint}` : callerOf(waypoint, namespace, scope)
  if (requests) {
    const name = joinName(first.manifest.metadata.name, 'only-via-waypoint')
    const pods = onlyViaWaypoint(name, first.manifest.metadata.namespace ?? '', caller, {})
    return { ...own, manifests: [...own.manifests, pods] }
  }
  const atPods = authorizationPolicies(policy, scope, ISTIO_API, () => ({ by: 'namespace' })).manifests.map((object) =>
    withCaller(object, caller),
  )
  return { ...own, manifests: [...own.manifests, ...atPods] }
}

/** A waypoint runs under a ServiceAccount of its own name. */
function callerOf(waypoint: string, namespace: string, scope: Scope): string {
  return identityOf(scope.mesh.spec.trustDomain ?? 'cluster.local', namespace, waypoint)
}

function fromCaller(caller: string) {
  return { from: [{ source: { principals: [caller] } }] }
}

function onlyViaWaypoint(name: string, namespace: string, caller: string, target: JsonObject): DesiredManifest {
  return traceManifest(
    {
      apiVersion: ISTIO_API.security,
      kind: 'AuthorizationPolicy',
      metadata: { name, namespace },
      spec: { ...target, action: 'ALLOW', rules: [fromCaller(caller)] },
    },
    ['workload'],
  )
}

/** The policy as the pods enforce it: what it allows, and what the waypoint has let through already. */
function withCaller(object: DesiredManifest, caller: string): DesiredManifest {
  const { manifest } = object
  const { name } = manifest.metadata
  const spec = manifest.spec as JsonObject
  const rules = objectsIn(spec, 'rules')
  const complete = spec.action === 'ALLOW' ? { ...spec, rules: [...rules, fromCaller(caller)] } : spec
  return {
    ...object,
    manifest: { ...manifest, metadata: { ...manifest.metadata, name: joinName(name, 'pods') }, spec: complete },
  }
}
