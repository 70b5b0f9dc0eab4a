import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Answer } from '../contract.ts'
import { errorOfResponse } from './response-error.ts'
import { done, failed } from './store.ts'
import type { ConsulRequest, ConsulTransport } from './transport.ts'

/** JSON that Consul answered, with the index to block on. */
export interface ConsulAnswer {
  readonly json: JsonValue
  readonly index: number
}

/** Asks and reads the JSON of a good answer; everything else is an error. */
export async function ask(transport: ConsulTransport, request: ConsulRequest): Promise<Answer<ConsulAnswer>> {
  const exchange = await transport.send(request)
  if (!exchange.ok) return failed(exchange.error)
  const { response } = exchange
  if (response.status >= 300) return failed(errorOfResponse(response))
  if (response.text.trim() === '') return done({ json: null, index: response.index })
  try {
    return done({ json: JSON.parse(response.text) as JsonValue, index: response.index })
  } catch {
    return failed({ kind: 'other', message: 'the answer is not JSON; is this the address of Consul?', status: response.status })
  }
}

/** The objects of a list that Consul answered; null stands for none. */
export function itemsOf(json: JsonValue): readonly JsonObject[] {
  return Array.isArray(json) ? (json as readonly JsonValue[]).filter(isJsonObject) : []
}

/** Text of a field, '' when there is none. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name]
  return typeof value === 'string' ? value : ''
}

/** Number of a field, 0 when there is none. */
export function numberIn(object: JsonObject, name: string): number {
  const value = object[name]
  return typeof value === 'number' ? value : 0
}
