import type { TransportHeaders } from './transport.ts'

/** The texts of `Warning` headers (RFC 7234: `299 - "text"`), each once. */
export function warningsOf(headers: TransportHeaders): readonly string[] {
  const given = headers.warning
  if (given === undefined) return []
  const texts = new Set<string>()
  for (const header of typeof given === 'string' ? [given] : given) {
    for (const [, quoted] of header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)) texts.add((quoted ?? '').replace(/\\(.)/g, '$1'))
  }
  return [...texts]
}
