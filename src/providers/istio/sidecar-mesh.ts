import type { ComponentOf } from '../../design/component.ts'
import type { ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { findWorkload } from '../references.ts'
import type { IstioApi } from './api.ts'
import { authorizationPolicies } from './authorization-policy.ts'
import { destinationRule, subsetsOf } from './destination-rule.ts'
import { istioFilter, sidecarTargets } from './filters.ts'
import { onboardWithSidecar } from './onboarding.ts'
import { peerAuthentications } from './peer-authentication.ts'
import { rateLimitFilters } from './rate-limit.ts'
import { telemetries } from './telemetry.ts'
import { virtualService } from './virtual-service.ts'

/** The mesh's own objects: PeerAuthentication and Telemetry of every namespace it takes in. */
export function sidecarMesh(scope: Scope, api: IstioApi): Translation {
  return { manifests: [...peerAuthentications(scope, api), ...telemetries(scope)], diagnostics: [] }
}

/** A workload with its onboarding labels, and its DestinationRule where only other components name its versions. */
export function sidecarWorkload(workload: ResolvedWorkload, scope: Scope, api: IstioApi): Translation {
  const subsets = subsetsOf(workload, scope, api)
  return { manifests: [...onboardWithSidecar(workload, scope), ...subsets.manifests], diagnostics: subsets.diagnostics }
}

/** A traffic policy as DestinationRule, VirtualService and EnvoyFilter. */
export function sidecarTraffic(policy: ComponentOf<'traffic'>, scope: Scope, api: IstioApi): Translation {
  const workload = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  if (workload.value === undefined) return { manifests: [], diagnostics: workload.diagnostics }
  const parts = [
    destinationRule(policy, workload.value, scope, api),
    ...(policy.spec.routes === undefined ? [] : [virtualService(policy, workload.value, scope, api)]),
    rateLimitFilters(policy, workload.value, { by: 'selector', labels: workload.value.selector }),
  ]
  return {
    manifests: parts.flatMap((part) => part.manifests),
    diagnostics: parts.flatMap((part) => part.diagnostics),
  }
}

/** An authorization policy, by selector of the workload's pods. */
export function sidecarAuthorization(policy: ComponentOf<'authorization'>, scope: Scope, api: IstioApi): Translation {
  return authorizationPolicies(policy, scope, api, (workload) =>
    workload === undefined ? { by: 'namespace' } : { by: 'selector', workload },
  )
}

/** A filter in the sidecars of workloads and in gateways. */
export function sidecarFilter(filter: ComponentOf<'filters'>, scope: Scope): Translation {
  const { targets, diagnostics } = sidecarTargets(filter, scope)
  const made = istioFilter(filter, targets, scope)
  return { manifests: made.manifests, diagnostics: [...diagnostics, ...made.diagnostics] }
}
