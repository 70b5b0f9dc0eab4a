/** No text of a client begins like this: half of a surrogate pair is no character, and readers put another in its place. */
const mark = '\ud800number '

/** A number that is kept as it was written, for telling of it. */
export function writtenNumber(literal: string): string {
  return `${mark}${literal}`
}

/** The number as it was written, where a value is one that was kept so. */
export function literalOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : undefined
}
