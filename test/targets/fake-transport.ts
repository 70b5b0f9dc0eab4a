import type { JsonValue } from '../../src/plan/json.ts'
import type { Clock } from '../../src/state/clock.ts'
import { ConcurrencyLimiter } from '../../src/targets/concurrency-limiter.ts'
import { DEFAULT_RETRY_POLICY, RetryingSender, type RetryPolicy } from '../../src/targets/kubernetes/retry.ts'
import type { Exchange, Transport, TransportFailure, TransportRequest } from '../../src/targets/kubernetes/transport.ts'

/** A clock that passes by its sleepers' wishes alone, and remembers them. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 1_000_000
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(Math.round(milliseconds))
      now += milliseconds
    },
    every: () => () => undefined,
  }
}

/** An answer. */
export function answer(status: number, body: JsonValue, headers: { readonly [name: string]: string } = {}): Exchange {
  const text = JSON.stringify(body)
  return { ok: true, response: { status, headers, text: () => text, head: text.slice(0, 1024), json: () => body } }
}

/** No answer. */
export function failure(kind: TransportFailure['kind'], code?: string): Exchange {
  return { ok: false, failure: { kind, message: `${kind} ${code ?? ''}`.trim(), code } }
}

/** A server that answers by a function and remembers what it was asked. */
export function fakeTransport(
  reply: (request: TransportRequest, index: number) => Exchange,
): Transport & { readonly asked: string[]; renewals: number } {
  const asked: string[] = []
  return {
    asked,
    renewals: 0,
    server: 'https://fake',
    request: async (request) => {
      const query = (request.query ?? []).map(([name, value]) => `${name}=${value}`).join('&')
      asked.push(`${request.method} ${request.path}${query === '' ? '' : `?${query}`}`)
      return reply(request, asked.length - 1)
    },
    stream: async () => ({ ok: false, failure: { kind: 'unreachable', message: 'no streams', code: undefined } }),
    renewCredentials() {
      this.renewals += 1
      return true
    },
    close: async () => undefined,
  }
}

/** A sender without chance. */
export function senderFor(
  transport: Transport,
  clock: Clock,
  limiter = new ConcurrencyLimiter(8),
  policy: Partial<RetryPolicy> = {},
) {
  return new RetryingSender({ transport, limiter, clock, policy: { ...DEFAULT_RETRY_POLICY, ...policy }, random: () => 1 })
}
