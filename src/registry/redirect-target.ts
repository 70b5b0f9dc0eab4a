import { RegistryError } from './registry-error.ts'

/**
 * Where a redirect leads, its Location read beside the address that gave it. Throws RegistryError for what is no HTTP address, and
 * for one that leaves HTTPS. A body that the redirecting answer has is the caller's to end.
 */
export function redirectTarget(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new RegistryError('refused', `${from.host} redirects to what is no address`)
  const next = new URL(location, from)
  if (next.protocol !== 'https:' && (next.protocol !== 'http:' || from.protocol === 'https:')) {
    const kind = from.protocol === 'https:' ? 'HTTPS' : 'HTTP'
    throw new RegistryError('refused', `${from.host} redirects to ${next.protocol}//${next.host}, which is not ${kind}`)
  }
  return next
}
