import type { TargetError } from '../contract.ts'
import type { ConsulResponse } from './transport.ts'

const UNKNOWN_TOKEN =
  'Consul does not know the token: `tokenFrom` of the cluster names the variable it is taken from, else CONSUL_HTTP_TOKEN.'
const DENIED =
  'The token needs a policy: `service:write` and `intentions:write` for the services of the design, `mesh:write` (before 1.11 `operator:write`) for proxy-defaults and mesh. Without a token Consul takes the request for the anonymous one.'

/** Why Consul did not do it. Refusals of a body come as 400 and, from the servers behind, as 500; both name the field. */
export function errorOfResponse({ status, text }: ConsulResponse): TargetError {
  const message = text.trim().replace(/^(Bad request: )?Request decoding failed: \d+ errors? occurred:\s*\*\s*/, '')
  if (status === 401 || /ACL not found/i.test(message)) return { kind: 'unauthorized', message, hint: UNKNOWN_TOKEN }
  if (status === 403) return { kind: 'forbidden', message: message === '' ? 'Permission denied' : message, hint: DENIED }
  if (status === 404) return { kind: 'not-found', message }
  if (status === 429) return { kind: 'throttled', message }
  if (/Permission denied/i.test(message)) return { kind: 'forbidden', message, hint: DENIED }
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
