import { parseDuration } from '../../plan/duration.ts'

/** Fields of config entries that hold a length of time; Consul writes them in its own form whatever was sent. */
const DURATIONS: ReadonlySet<string> = new Set([
  'ConnectTimeout',
  'RequestTimeout',
  'IdleTimeout',
  'PerTryTimeout',
  'Interval',
  'BaseEjectionTime',
  'TTL',
])

/** True for a field whose value is a length of time. */
export function isDurationField(name: string): boolean {
  return DURATIONS.has(name)
}

/** A length of time as Go prints it: `90s` is `1m30s`, `3600s` is `1h0m0s`; other text stays as it is. */
export function goDuration(text: string): string {
  const total = parseDuration(text)
  if (total === undefined) return text
  if (total < 1000) return total === 0 ? '0s' : `${trimmed(total)}ms`
  const hours = Math.floor(total / 3_600_000)
  const minutes = Math.floor((total % 3_600_000) / 60_000)
  const seconds = (total % 60_000) / 1000
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${trimmed(seconds)}s`
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(9)))
}
