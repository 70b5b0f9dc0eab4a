const REPLACEMENTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '***'],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/\s:@]+(:[^/\s@]*)?@/gi, '$1***@'],
  [/\b(token|password|secret|client-key-data|id-token|refresh-token)(["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, '$1$2***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '***'],
]

/** Text from a library, a plugin or the system, fit to be shown: what looks like a credential is masked, and it is short. */
export function redact(text: string, longest = 500): string {
  let shown = text
  for (const [pattern, replacement] of REPLACEMENTS) shown = shown.replace(pattern, replacement)
  shown = shown.trim()
  return shown.length > longest ? `${shown.slice(0, longest)}...` : shown
}
