import { isJsonObject } from '../../plan/json.ts'
import type { SandboxRequest, SandboxResponse } from '../../sandbox/api/exchange.ts'
import type {
  Exchange,
  StreamEvent,
  StreamExchange,
  Transport,
  TransportFailure,
  TransportRequest,
  TransportResponse,
} from './transport.ts'
import { queryText } from './transport.ts'

/** The part of the sandbox that answers requests. */
export interface RequestHandler {
  handle(request: SandboxRequest): Promise<SandboxResponse>
}

/**
 * Talks to an API server in the same process: no socket, and no text where both sides can do with the value. `onClose` is called
 * when the transport is closed.
 */
export function inProcessTransport(
  handler: RequestHandler,
  userAgent: string,
  onClose: () => Promise<void> = async () => {},
): Transport {
  const call = (request: TransportRequest): Promise<SandboxResponse> =>
    handler.handle({
      method: request.method,
      path: `${request.path}${queryText(request.query)}`,
      headers: {
        'user-agent': userAgent,
        ...request.headers,
        ...(request.accept === undefined ? {} : { accept: request.accept }),
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: request.signal,
    })
  return {
    server: 'sandbox',
    request: async (request): Promise<Exchange> => {
      if (request.signal.aborted) return stopped
      const answer = await call(request).catch(diskFailure)
      if ('failure' in answer) return answer
      if (request.signal.aborted) return stopped
      if (answer.kind === 'answer') return { ok: true, response: responseOf(answer) }
      return { ok: false, failure: { kind: 'unreachable', message: 'The sandbox answered with a stream', code: undefined } }
    },
    stream: async (request): Promise<StreamExchange> => {
      if (request.signal.aborted) return stopped
      const answer = await call(request).catch(diskFailure)
      if ('failure' in answer) return answer
      if (answer.kind === 'answer') return { ok: true, kind: 'answer', response: responseOf(answer) }
      return { ok: true, kind: 'stream', events: eventsOf(answer.events) }
    },
    renewCredentials: () => false,
    close: onClose,
  }
}

/** The disk took no more, or may not be written: what was asked for may or may not be there next time. */
function diskFailure(error: unknown): { readonly ok: false; readonly failure: TransportFailure } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !('syscall' in error)) throw error
  return { ok: false, failure: { kind: 'unreachable', message: `The sandbox can't be kept: ${error.message}`, code: error.code } }
}

const stopped = { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } } as const

function responseOf(answer: Extract<SandboxResponse, { kind: 'answer' }>): TransportResponse {
  return { status: answer.status, headers: answer.headers, text: answer.text, head: '', json: answer.json }
}

async function* eventsOf(events: Extract<SandboxResponse, { kind: 'stream' }>['events']): AsyncIterable<StreamEvent> {
  for await (const { type, object } of events) {
    if (isJsonObject(object)) yield { type, object }
  }
}
