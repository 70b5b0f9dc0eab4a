import type { ComponentOf } from '../../design/component.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { withObjectMetadata, withPodMetadata } from '../pod-metadata.ts'
import { indexOf } from '../scope-index.ts'
import { versionServices } from '../version-services.ts'
import { exactDuration, milliseconds } from '../wire-duration.ts'
import { withOpaquePorts } from './opaque-ports.ts'

const INBOUND_POLICIES = { strict: 'all-authenticated', permissive: 'all-unauthenticated' } as const

/** Linkerd's own longest time out of an endpoint; the shortest may not be above it. */
const LONGEST_PENALTY = 60_000

/** The inbound policy of pods that no Server selects. */
export function inboundPolicy({ mtls }: MeshSpec): string | undefined {
  return mtls === 'strict' || mtls === 'permissive' ? INBOUND_POLICIES[mtls] : undefined
}

/** Annotations that take pods in: injection, the default inbound policy, access logs. */
export function injectionAnnotations(mesh: MeshSpec): StringMap {
  const policy = inboundPolicy(mesh)
  return {
    'linkerd.io/inject': 'enabled',
    ...(policy === undefined ? {} : { 'config.linkerd.io/default-inbound-policy': policy }),
    ...(mesh.telemetry?.accessLogs === true ? { 'config.linkerd.io/access-log': 'json' } : {}),
  }
}

/** A workload with the annotations that take it in alone or keep it out, its circuit breaking, and a Service for each version. */
export function linkerdWorkload(workload: ResolvedWorkload, scope: Scope): Translation {
  const objects = [...withFailureAccrual(onboarded(workload, scope), workload, scope), ...versionServices(workload)]
  const meshed = workload.component.spec.onboard !== 'off'
  return { manifests: meshed ? withOpaquePorts(objects, workload) : objects, diagnostics: [] }
}

function onboarded(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  switch (workload.component.spec.onboard ?? 'namespace') {
    case 'namespace':
      return workload.objects
    case 'off':
      return withPodMetadata(workload.objects, { annotations: { 'linkerd.io/inject': 'disabled' } }, ['onboard'])
    case 'workload':
      return withPodMetadata(workload.objects, { annotations: injectionAnnotations(scope.mesh.spec) }, ['onboard'])
  }
}

/** The policy whose circuit breaking holds for a workload: the first, since a Service bears one set of annotations. */
function breakerOf(workload: ResolvedWorkload, scope: Scope): ComponentOf<'traffic'> | undefined {
  return (indexOf(scope).traffic.get(workload.address) ?? []).find((policy) => policy.spec.circuitBreaker?.outlier !== undefined)
}

function isServiceOf(object: DesiredManifest, workload: ResolvedWorkload): boolean {
  return object.manifest.kind === 'Service' && object.manifest.metadata.name === workload.service
}

function withFailureAccrual(
  objects: readonly DesiredManifest[],
  workload: ResolvedWorkload,
  scope: Scope,
): readonly DesiredManifest[] {
  const outlier = breakerOf(workload, scope)?.spec.circuitBreaker?.outlier
  if (outlier === undefined) return objects
  const prefix = 'balancer.linkerd.io/failure-accrual'
  const { consecutiveErrors, ejectFor } = outlier
  const shortest = ejectFor === undefined ? undefined : milliseconds(ejectFor)
  const annotations: StringMap = {
    [prefix]: 'consecutive',
    ...(consecutiveErrors === undefined ? {} : { [`${prefix}-consecutive-max-failures`]: String(consecutiveErrors) }),
    ...(shortest === undefined ? {} : { [`${prefix}-consecutive-min-penalty`]: penalty(shortest) }),
    ...(shortest === undefined || shortest <= LONGEST_PENALTY
      ? {}
      : { [`${prefix}-consecutive-max-penalty`]: penalty(shortest) }),
  }
  return objects.map((object) =>
    isServiceOf(object, workload) ? withObjectMetadata(object, 'annotations', annotations, ['service']) : object,
  )
}

/** Linkerd's durations have one unit. */
function penalty(duration: number): string {
  const text = exactDuration(duration)
  return /^\d+[a-z]+$/.test(text) ? text : `${duration}ms`
}

/** Circuit breaking that would be lost, since the Service that would be annotated is not among the workload's objects. */
export function breakerMistakes(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload): readonly Diagnostic[] {
  if (policy.spec.circuitBreaker?.outlier === undefined) return []
  if (workload.objects.some((object) => isServiceOf(object, workload))) return []
  return [
    mistake(policy, ['circuitBreaker', 'outlier'], 'MF3020', {
      summary: `The Service of ${workload.address} is not made by this design, so it cannot be annotated`,
      hint: 'Put the Service among the manifests of the workload.',
    }),
  ]
}
