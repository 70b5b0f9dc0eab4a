import type { TargetError } from '../contract.ts'
import type { ConsulResponse } from './transport.ts'

/** Why Consul did not do it. Refusals of a body come as 400 and, from the servers behind, as 500; both name the field. */
export function errorOfResponse({ status, text }: ConsulResponse): TargetError {
  const message = text.trim().replace(/^(Bad request: )?Request decoding failed: \d+ errors? occurred:\s*\*\s*/, '')
  if (status === 401) return { kind: 'unauthorized', message }
  if (status === 403) return { kind: 'forbidden', message: message === '' ? 'Permission denied' : message }
  if (status === 404) return { kind: 'not-found', message }
  if (status === 429) return { kind: 'throttled', message }
  if (/Permission denied/i.test(message)) return { kind: 'forbidden', message }
  if (/invalid config entry kind|invalid config kind/i.test(message)) return { kind: 'not-served', message }
  if (status === 400 || (status === 500 && !/rpc error|no cluster leader|no known consul servers|EOF/i.test(message))) {
    return { kind: 'invalid', message, causes: causesOf(message) }
  }
  return { kind: 'other', message, status }
}

/** The keys that a refusal of unknown keys names, as paths of the object. */
function causesOf(message: string): readonly { readonly field: string; readonly message: string }[] {
  return [...message.matchAll(/invalid config key "([^"]+)"/g)].map(([whole, key = '']) => ({
    field: key.startsWith('Meta') ? 'metadata.labels' : `spec.${key}`,
    message: whole,
  }))
}
