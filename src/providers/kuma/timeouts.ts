import { joinName } from '../../design/object-name.ts'
import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { KUMA_API, labelsOf, meshService, policyLabels, sectionOf } from './api.ts'
import { zonesOf } from './multi-zone.ts'
import type { RouteGroup, RouteRequest } from './routes.ts'

const RETRY_WORDS: { readonly [word: string]: string } = {
  '5xx': '5xx',
  'gateway-error': 'GatewayError',
  'connect-failure': 'ConnectFailure',
  reset: 'Reset',
  'refused-stream': 'RefusedStream',
  'retriable-4xx': 'Retriable4xx',
}

/** An outbound policy of Kuma: what holds for requests to a MeshService, or to the MeshHTTPRoutes named. */
export function outboundPolicy(
  kind: string,
  suffix: string,
  entries: readonly { readonly targetRef: DraftObject; readonly default: Draft }[],
  { outbound, scope }: Pick<RouteRequest, 'outbound' | 'scope'>,
  path: ValuePath,
): DesiredManifest {
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind,
      metadata: { name: joinName(outbound.name, suffix), namespace: outbound.namespace, labels: policyLabels(scope) },
      spec: { targetRef: { kind: 'Mesh' }, to: entries.map((entry) => ({ ...entry })) },
    },
    path,
  )
}

/** The MeshService of a policy's workload; with the port where it has several. */
function targetService(request: Pick<RouteRequest, 'workload' | 'port'>): DraftObject {
  return serviceNamed(request.workload.service ?? request.workload.name, request)
}

function serviceNamed(name: string, { workload, port }: Pick<RouteRequest, 'workload' | 'port'>): DraftObject {
  return meshService(name, workload.namespace, workload.ports.length < 2 ? undefined : sectionOf(port))
}

/**
 * Every MeshService that connections to a workload end at: its own and those of its versions, which routes lead to. What is said of
 * connections is looked up by where they end, unlike what is said of requests.
 */
export function targetServices(request: Pick<RouteRequest, 'workload' | 'port'>): readonly DraftObject[] {
  return [targetService(request), ...request.workload.versions.map((version) => serviceNamed(version.service, request))]
}

/** Timeouts of routes and of connections as one MeshTimeout, retries as one MeshRetry. */
export function timeoutsAndRetries(request: RouteRequest, groups: readonly RouteGroup[]): readonly DesiredManifest[] {
  const alone = groups.length === 1
  const targets = ({ names }: RouteGroup): readonly DraftObject[] =>
    alone
      ? [targetService(request), ...zonesOf(request)]
      : names.map((name) => ({ kind: 'MeshHTTPRoute', labels: labelsOf(name, request.outbound.namespace) }))
  const connection = connectionTimeouts(request)
  const timeouts = groups.flatMap((group) => {
    const [first] = group.routes
    const timeout = first?.spec.timeout
    if (first === undefined || timeout === undefined) return []
    const http = { http: { requestTimeout: from([...first.path, 'timeout'], timeout) } }
    return targets(group).map((targetRef) => ({ targetRef, default: { ...(alone ? connection : {}), ...http } }))
  })
  const [own, ...versions] = connection === undefined ? [] : targetServices(request)
  const apart = own === undefined || (alone && timeouts.length > 0) ? versions : [own, ...zonesOf(request), ...versions]
  const entries = [...apart.map((targetRef) => ({ targetRef, default: connection })), ...timeouts]
  const retries = groups.flatMap((group) => {
    const [first] = group.routes
    if (first?.spec.retries === undefined) return []
    const conf = retryOf(first.spec.retries, [...first.path, 'retries'], request.port.protocol === 'grpc')
    return targets(group).map((targetRef) => ({ targetRef, default: conf }))
  })
  return [
    ...(entries.length === 0 ? [] : [outboundPolicy('MeshTimeout', 'timeout', entries, request, ['routes'])]),
    ...(retries.length === 0 ? [] : [outboundPolicy('MeshRetry', 'retry', retries, request, ['routes'])]),
  ]
}

function connectionTimeouts({ policy }: RouteRequest): DraftObject | undefined {
  const { connectTimeout, idleTimeout } = policy.spec.circuitBreaker ?? {}
  if (connectTimeout === undefined && idleTimeout === undefined) return undefined
  return {
    connectionTimeout: from(['circuitBreaker', 'connectTimeout'], connectTimeout),
    idleTimeout: from(['circuitBreaker', 'idleTimeout'], idleTimeout),
  }
}

/** gRPC has conditions of its own, told by its status; the defaults are what `5xx` means there. */
function retryOf(retries: NonNullable<RouteSpec['retries']>, path: ValuePath, grpc: boolean): Draft {
  const common = {
    numRetries: from([...path, 'attempts'], retries.attempts),
    perTryTimeout: from([...path, 'perTry'], retries.perTry),
    backOff:
      retries.backoff === undefined
        ? undefined
        : from([...path, 'backoff'], { baseInterval: retries.backoff.base, maxInterval: retries.backoff.maximum }),
  }
  if (grpc) return from(path, { grpc: common })
  const on = (retries.on ?? ['5xx']).map((word) => RETRY_WORDS[word] ?? word)
  return from(path, { http: { ...common, retryOn: from([...path, 'on'], on) } })
}

/** Words that Envoy retries gRPC calls on where a MeshRetry names no status of gRPC; chosen ones cannot be left out. */
const GRPC_WORDS: readonly string[] = ['5xx', 'gateway-error', 'connect-failure', 'reset', 'refused-stream']

/** What `on` says that Kuma takes no word of: gRPC calls are retried by conditions of their own. */
export function grpcRetryMistakes({ policy, port, routes }: RouteRequest): readonly Diagnostic[] {
  if (port.protocol !== 'grpc') return []
  return routes.flatMap(({ spec, path }): readonly Diagnostic[] => {
    const on = spec.retries?.on
    if (on === undefined || on.includes('5xx')) return []
    const foreign = on.filter((word) => !GRPC_WORDS.includes(word))
    const at = [...path, 'retries', 'on']
    if (foreign.length > 0) {
      return [
        mistake(policy, at, 'MF3020', {
          summary: `A MeshRetry retries gRPC calls by their gRPC status, not on ${foreign.join(', ')}`,
          hint: 'Leave `on` out for connect failures, resets and the gRPC statuses cancelled, resource-exhausted and unavailable.',
        }),
      ]
    }
    return [
      mistake(policy, at, 'MF3020', {
        severity: 'warning',
        summary: `A MeshRetry retries gRPC calls on more than ${on.join(', ')}`,
        detail:
          'Connect failures, resets, refused streams, gateway errors and the gRPC statuses cancelled, resource-exhausted and unavailable are retried together.',
        hint: 'Leave `on` out if that is meant.',
      }),
    ]
  })
}
