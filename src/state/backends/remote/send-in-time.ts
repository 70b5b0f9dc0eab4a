import { refused, type StateResult } from '../../state-result.ts'
import type { HttpAnswer, HttpExchange, HttpRequest } from './http-exchange.ts'

/**
 * Sends what is signed with the time, and once more by the server's clock where it does not take ours. `isSkewed` knows such an
 * answer; `sign` of the request has to add the exchange's `skewMs` to our time.
 */
export async function sendInTime(
  exchange: HttpExchange,
  what: string,
  ask: HttpRequest,
  isSkewed: (answer: HttpAnswer) => boolean,
): Promise<StateResult<HttpAnswer>> {
  const first = await exchange.send(what, ask)
  if (!first.ok || !isSkewed(first.value)) return first
  const second = await exchange.send(what, ask)
  if (!second.ok || !isSkewed(second.value)) return second
  return refused({
    kind: 'unauthorized',
    message: `${what}: the store says that this machine's clock is wrong, and does not say the time. Set the clock.`,
  })
}
