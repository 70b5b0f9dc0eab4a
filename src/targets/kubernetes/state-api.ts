import type { KubernetesAnswer, KubernetesApi, KubernetesRequest } from '../../state/backends/kubernetes/kubernetes-api.ts'
import { type FailedTry, StatePatience } from '../../state/backends/remote/retry-policy.ts'
import type { Clock } from '../../state/clock.ts'
import { aborted, ok, refused, type StateResult } from '../../state/state-result.ts'
import { retryAfter } from './retry.ts'
import { isTransient } from './status-error.ts'
import { type Exchange, headerOf, type Transport, type TransportFailure } from './transport.ts'

const TIMEOUT_MS = 30_000
/** What is asked for where names and labels are enough; servers that don't know it answer with whole objects. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
/** An API server as the state backend wants it: asked again after a broken connection, and once with new credentials. */
export function stateApi(transport: Transport, clock: Clock, patience = new StatePatience(clock)): KubernetesApi {
  return {
    server: transport.server,
    send: async (request) => {
      const again = patience.begin()
      let renewed = false
      for (;;) {
        const sent = clock.now()
        const exchange = await sendOnce(transport, request)
        if (exchange.ok && exchange.response.status === 401 && !renewed && transport.renewCredentials(sent)) {
          renewed = true
          continue
        }
        if (exchange.ok && !isTransient(exchange.response)) patience.answered()
        if (mayRetry(exchange) && (await again(failedTry(exchange, transport, clock.now()), request.signal))) continue
        return request.signal.aborted && mayRetry(exchange)
          ? aborted(`${request.method} ${request.path}`)
          : answerOf(exchange, request, transport)
      }
    },
    close: () => transport.close(),
  }
}

function failedTry(exchange: Exchange, { server }: Transport, now: number): FailedTry {
  const what = `The state in ${server}`
  if (!exchange.ok) return { status: undefined, reason: `${what}: ${exchange.failure.message}` }
  const { status } = exchange.response
  return { status, askedMs: retryAfter(exchange.response, now), reason: `${what}: the server answers with status ${status}` }
}

function sendOnce(transport: Transport, request: KubernetesRequest): Promise<Exchange> {
  const { method, path, query, body, signal } = request
  return transport.request({
    method,
    path,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body, contentType: 'application/json' }),
    accept: request.metadataOnly === true ? METADATA : 'application/json',
    timeoutMs: TIMEOUT_MS,
    signal,
  })
}

function mayRetry(exchange: Exchange): boolean {
  if (exchange.ok) return isTransient(exchange.response)
  return exchange.failure.kind === 'unreachable' || exchange.failure.kind === 'timeout'
}

function answerOf(exchange: Exchange, request: KubernetesRequest, transport: Transport): StateResult<KubernetesAnswer> {
  if (!exchange.ok) return refusalOf(exchange.failure, request, transport)
  const { response } = exchange
  const date = Date.parse(headerOf(response.headers, 'date') ?? '')
  return ok({ status: response.status, json: response.json(), date: Number.isNaN(date) ? undefined : date })
}

function refusalOf(failure: TransportFailure, request: KubernetesRequest, transport: Transport): StateResult<never> {
  const message = `The state in ${transport.server}: ${failure.message}.`
  switch (failure.kind) {
    case 'aborted':
      return aborted(`${request.method} ${request.path}`)
    case 'credentials':
      return refused({ kind: 'unauthorized', message })
    case 'timeout':
    case 'unreachable':
    case 'tls':
      return refused({ kind: 'unreachable', message })
  }
}
