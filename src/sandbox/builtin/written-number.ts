/** No text of a client begins like this: the character is refused in names and useless in values. */
const mark = '\u0000number '

/** A number that is kept as it was written, for telling of it. */
export function writtenNumber(literal: string): string {
  return `${mark}${literal}`
}

/** The number as it was written, where a value is one that was kept so. */
export function literalOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : undefined
}
