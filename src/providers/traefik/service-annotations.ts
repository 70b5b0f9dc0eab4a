import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { withObjectMetadata } from '../pod-metadata.ts'
import { indexOf } from '../scope-index.ts'
import { settingConflicts } from '../setting-conflicts.ts'
import { versionServices } from '../version-services.ts'
import { withNumberedPorts } from './service-ports.ts'

const PREFIX = 'mesh.traefik.io/'
/** Refuses while more than half of the answers are errors, or connections fail as often. */
const BREAKER = 'ResponseCodeRatio(500, 600, 0, 600) > 0.5 || NetworkErrorRatio() > 0.5'
const SECONDS = { second: 1, minute: 60, hour: 3600 } as const

type Policy = ComponentOf<'traffic'>

/** A workload with a Service for each version, and its own Service annotated: nothing else of it is marked. */
export function traefikWorkload(workload: ResolvedWorkload, scope: Scope): Translation {
  const annotations = serviceAnnotations(workload, scope)
  const objects = [...workload.objects, ...versionServices(workload)]
    .map((object) => withNumberedPorts(object, workload))
    .map((object) =>
      isServiceOf(object, workload) ? withObjectMetadata(object, 'annotations', annotations, ['service']) : object,
    )
  return { manifests: objects, diagnostics: otherPorts(workload) }
}

/** Ports that the mesh would speak to in the words of another: type and scheme are said of a Service, not of a port. */
function otherPorts(workload: ResolvedWorkload): readonly Diagnostic[] {
  const words = (ports: readonly ServicePort[]) => schemeOf(ports) ?? trafficType(ports)
  const spoken = words(workload.ports)
  return workload.ports
    .filter((port) => words([port]) !== spoken)
    .map((port) =>
      mistake(workload.component, ['ports'], 'MF3008', {
        severity: 'warning',
        summary: `Traefik Mesh speaks ${spoken} to every port of Service ${workload.service ?? workload.name}, to port ${port.port} (${port.protocol}) too`,
        hint: 'Serve it by a Service of its own, or let clients call that port by the usual name.',
      }),
    )
}

function isServiceOf(object: DesiredManifest, workload: ResolvedWorkload): boolean {
  return object.manifest.kind === 'Service' && object.manifest.metadata.name === workload.service
}

function serviceAnnotations(workload: ResolvedWorkload, scope: Scope): StringMap {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const type = trafficType(workload.ports)
  const scheme = schemeOf(workload.ports)
  const retries = policies.map(retryAttempts).find((attempts) => attempts !== undefined)
  const broken = policies.some((policy) => policy.spec.circuitBreaker?.outlier !== undefined)
  const told = scope.mesh.spec.settings?.circuitBreaker
  const limit = policies.map((policy) => policy.spec.rateLimit).find((candidate) => candidate !== undefined)
  const average = limit === undefined ? undefined : Math.ceil(limit.requests / SECONDS[limit.per ?? 'second'])
  return {
    [`${PREFIX}traffic-type`]: type,
    ...(scheme === undefined ? {} : { [`${PREFIX}scheme`]: scheme }),
    ...(retries === undefined ? {} : { [`${PREFIX}retry-attempts`]: String(retries) }),
    ...(broken ? { [`${PREFIX}circuit-breaker-expression`]: typeof told === 'string' ? told : BREAKER } : {}),
    ...(average === undefined
      ? {}
      : {
          [`${PREFIX}ratelimit-average`]: String(average),
          [`${PREFIX}ratelimit-burst`]: String(average + (limit?.burst ?? 0)),
        }),
  }
}

/** A Service has one type of traffic. */
function trafficType(ports: readonly ServicePort[]): 'http' | 'tcp' | 'udp' {
  if (ports.length > 0 && ports.every(({ protocol }) => protocol === 'udp')) return 'udp'
  return ports.length > 0 && ports.every(({ protocol }) => protocol === 'tcp' || protocol === 'tls') ? 'tcp' : 'http'
}

function schemeOf(ports: readonly ServicePort[]): 'h2c' | 'https' | undefined {
  if (ports.some(({ protocol }) => protocol === 'https')) return 'https'
  return ports.some(({ protocol }) => protocol === 'grpc' || protocol === 'http2') ? 'h2c' : undefined
}

function retryAttempts({ spec }: Policy): number | undefined {
  return (spec.routes ?? []).map((route) => route.retries?.attempts).find((attempts) => attempts !== undefined && attempts > 0)
}

/** What of a policy a Service's annotations cannot say: routes that differ, a second policy, a Service made elsewhere. */
export function annotationMistakes(policy: Policy, workload: ResolvedWorkload, scope: Scope): readonly Diagnostic[] {
  const attempts = (policy.spec.routes ?? []).map((route) => route.retries?.attempts)
  const differ = attempts.findIndex((count) => count !== attempts[0])
  const annotated =
    retryAttempts(policy) !== undefined || policy.spec.rateLimit !== undefined || policy.spec.circuitBreaker !== undefined
  return [
    ...(differ < 0
      ? []
      : [
          mistake(policy, ['routes', differ], 'MF3020', {
            summary: 'Retries are said of a whole Service, and these routes differ in them',
            hint: 'Give all routes the same `retries`.',
          }),
        ]),
    ...settingConflicts(policy, workload, scope),
    ...(annotated && !workload.objects.some((object) => isServiceOf(object, workload))
      ? [
          mistake(policy, ['workload'], 'MF3020', {
            summary: `The Service of ${workload.address} is not made by this design, so it cannot be annotated`,
            hint: 'Put the Service among the manifests of the workload.',
          }),
        ]
      : []),
  ]
}
