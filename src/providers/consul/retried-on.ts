/** What a route retries, told apart as Consul does: conditions by name, and statuses; 5xx where nothing is said. */
export function retriedOn(on: readonly string[] = ['5xx']): {
  readonly conditions: readonly string[]
  readonly statuses: readonly number[]
} {
  const isStatus = (word: string): boolean => /^\d+$/.test(word)
  return { conditions: on.filter((word) => !isStatus(word)), statuses: on.filter(isStatus).map(Number) }
}
