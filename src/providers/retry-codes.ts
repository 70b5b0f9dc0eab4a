/** Statuses behind the words of `retries.on`, for meshes that take statuses only. Connection failures have none. */
const STATUSES: { readonly [word: string]: readonly number[] } = {
  '5xx': [500, 502, 503, 504],
  'gateway-error': [502, 503, 504],
  'retriable-4xx': [409],
  'connect-failure': [],
  reset: [],
  'refused-stream': [],
}

/** The statuses that are retried, sorted; `5xx` where the design names none. */
export function retryStatuses(on: readonly string[] | undefined): readonly number[] {
  const all = (on ?? ['5xx']).flatMap((word) => STATUSES[word] ?? [Number(word)])
  return [...new Set(all)].sort((left, right) => left - right)
}
