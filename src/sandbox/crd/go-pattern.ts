const compiled = new Map<string, RegExp | undefined>()
const largestCache = 10_000

/** A pattern in Go's syntax as JavaScript reads it; undefined when it can't be read. */
export function compiledPattern(pattern: string): RegExp | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern)
  if (compiled.size >= largestCache) compiled.clear()
  const made = compile(pattern)
  compiled.set(pattern, made)
  return made
}

/** Groups that switch how a pattern is read, for all behind them or for what they hold. */
const switches = /\(\?([ims]+)(\)|:)/g

function compile(pattern: string): RegExp | undefined {
  // JavaScript knows no switches inside a pattern: they count for all of it.
  const flags = new Set([...pattern.matchAll(switches)].flatMap(([, letters = '']) => [...letters]))
  const body = pattern
    .replaceAll(switches, (_group, _letters, end: string) => (end === ':' ? '(?:' : ''))
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('[[:alpha:]]', '[A-Za-z]')
    .replaceAll('[[:digit:]]', '[0-9]')
    .replaceAll('[[:alnum:]]', '[A-Za-z0-9]')
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(body, [...flags].join('') + unicode)
    } catch {
      // Go lets more be escaped than JavaScript's strict reading does; the lax one comes next.
    }
  }
  return undefined
}

/** Groups that look around or refer back, which Go's patterns have not. */
const perlOnly = /\(\?(?:[=!]|<[=!])|\(\?[>(|&R]/
const backReference = /\\[1-9]/

/** What is wrong with a pattern, worded as Go words the usual mistakes; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  const perl = perlOnly.exec(pattern)
  if (perl !== null) return `error parsing regexp: invalid or unsupported Perl syntax: \`${perl[0]}\``
  const back = backReference.exec(pattern.replaceAll('\\\\', ''))
  if (back !== null) return `error parsing regexp: invalid escape sequence: \`${back[0]}\``
  if (compiledPattern(pattern) !== undefined) return undefined
  const open = unclosedBracket(pattern)
  if (open !== undefined) return `error parsing regexp: missing closing ]: \`${pattern.slice(open)}\``
  const depth = [...pattern.replaceAll(/\\./g, '')].reduce((sum, each) => sum + (each === '(' ? 1 : each === ')' ? -1 : 0), 0)
  if (depth > 0) return `error parsing regexp: missing closing ): \`${pattern}\``
  if (depth < 0) return `error parsing regexp: unexpected ): \`${pattern}\``
  const lonely = /^[*+?]/.exec(pattern)
  if (lonely !== null) return `error parsing regexp: missing argument to repetition operator: \`${lonely[0]}\``
  return `error parsing regexp: invalid or unsupported Perl syntax: \`${pattern}\``
}

/** Where a class of characters begins that never ends. */
function unclosedBracket(pattern: string): number | undefined {
  let open: number | undefined
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (character === '[' && open === undefined) open = at
    else if (character === ']' && open !== undefined && at > open + 1) open = undefined
  }
  return open
}
