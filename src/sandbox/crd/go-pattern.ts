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

function compile(pattern: string): RegExp | undefined {
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  const body = (inline === null ? pattern : pattern.slice(inline[0].length))
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll('[[:alpha:]]', '[A-Za-z]')
    .replaceAll('[[:digit:]]', '[0-9]')
    .replaceAll('[[:alnum:]]', '[A-Za-z0-9]')
  const flags = inline?.[1] ?? ''
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(body, flags + unicode)
    } catch {
      // Go lets more be escaped than JavaScript's strict reading does; the lax one comes next.
    }
  }
  return undefined
}
