const FACTORS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g

/** Seconds of a duration such as `30s`, `1m30s` or `250ms` (Go's notation); undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 100 || !WHOLE.test(text)) return undefined
  let seconds = 0
  for (const [, number, unit] of text.matchAll(PART)) seconds += Number(number) * (FACTORS[unit ?? ''] ?? 0)
  return seconds
}

/** Seconds in the same notation, as short as it goes. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(6))}ms`
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = Number((seconds % 60).toPrecision(6))
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', rest > 0 ? `${rest}s` : '']
  return parts.join('') || '0s'
}
