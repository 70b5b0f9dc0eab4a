import type { KubernetesAnswer, KubernetesApi, KubernetesRequest } from '../../state/backends/kubernetes/kubernetes-api.ts'
import type { Clock } from '../../state/clock.ts'
import { aborted, ok, refused, type StateResult } from '../../state/state-result.ts'
import { isTransient } from './status-error.ts'
import { type Exchange, headerOf, type Transport, type TransportFailure } from './transport.ts'

const TIMEOUT_MS = 30_000
/** What is asked for where names and labels are enough; servers that don't know it answer with whole objects. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
/** Waits before the second try and so on, in milliseconds. */
const WAITS_MS = [500, 2_000]
/** And those for a server that has answered before: it may be restarting. */
const PATIENT_WAITS_MS = [...WAITS_MS, 5_000, 10_000, 10_000]

/** An API server as the state backend wants it: asked again after a broken connection, and once with new credentials. */
export function stateApi(transport: Transport, clock: Clock): KubernetesApi {
  let isKnown = false
  return {
    server: transport.server,
    send: async (request) => {
      let renewed = false
      for (let tries = 0; ; tries++) {
        const sent = clock.now()
        const exchange = await sendOnce(transport, request)
        if (exchange.ok && exchange.response.status === 401 && !renewed && transport.renewCredentials(sent)) {
          renewed = true
          continue
        }
        if (exchange.ok && !isTransient(exchange.response)) isKnown = true
        const wait = (isKnown ? PATIENT_WAITS_MS : WAITS_MS)[tries]
        if (wait === undefined || request.signal.aborted || !mayRetry(exchange)) return answerOf(exchange, request, transport)
        await clock.sleep(wait, request.signal)
      }
    },
    close: () => transport.close(),
  }
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
