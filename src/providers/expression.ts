/** What of an expression RE2 lacks, with the words for it. */
const NOT_IN_RE2: readonly (readonly [RegExp, string])[] = [
  [/\(\?(=|!|<=|<!)/, 'looks ahead or behind'],
  [/\(\?>/, 'has an atomic group'],
  [/(^|[^\\])(\\\\)*\\[1-9]/, 'refers back to a group'],
  [/(^|[^\\])([*+?}])\+/, 'repeats without giving back'],
]

/** The most often that RE2 repeats something. */
const MOST_REPEATS = 1000

/**
 * Why a regular expression is none of RE2's, which every mesh here uses or comes close to; undefined for a sound one
 * (github.com/google/re2/wiki/Syntax). What only RE2 knows (flags in a group, its way to name one, \A and \z) is put into words of
 * this language first, since that is what can be asked whether it parses.
 */
export function expressionProblem(expression: string): string | undefined {
  const lacking = NOT_IN_RE2.find(([pattern]) => pattern.test(expression))
  if (lacking !== undefined) return lacking[1]
  const repeats = [...expression.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [
    Number(least),
    Number(most ?? 0),
  ])
  if (repeats.some((count) => count > MOST_REPEATS)) return `repeats more than ${MOST_REPEATS} times`
  try {
    new RegExp(
      expression
        .replaceAll('(?P<', '(?<')
        .replaceAll(/\(\?[imsU-]+\)/g, '')
        .replaceAll(/\(\?[imsU-]+:/g, '(?:')
        .replaceAll('\\A', '^')
        .replaceAll('\\z', '$'),
    )
    return undefined
  } catch (error) {
    return error instanceof SyntaxError ? (error.message.split(': ').at(-1) ?? error.message).toLowerCase() : String(error)
  }
}
