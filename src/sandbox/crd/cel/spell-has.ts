/** Where a text literal that begins at `from` ends, just behind its closing quote. */
function endOfLiteral(source: string, from: number): number {
  const quote = source[from] as string
  const isRaw = /[rR]/.test(source[from - 1] ?? '')
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === '\\' && !isRaw) at += 1
    else if (source[at] === quote) return at + 1
  }
  return source.length
}

function endOfCall(source: string, open: number): number {
  let depth = 0
  for (let at = open; at < source.length; at += 1) {
    const character = source[at] as string
    if (character === '"' || character === "'") at = endOfLiteral(source, at) - 1
    else if (character === '(') depth += 1
    else if (character === ')') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return -1
}

/**
 * Spells `has(a[0].b)` as `a[0].?b.hasValue()`: the CEL library takes only plain chains of names in `has`, while Kubernetes'
 * rules ask it of items and of what calls answer.
 */
export function spellHas(source: string): string {
  let out = ''
  let at = 0
  while (at < source.length) {
    const character = source[at] as string
    if (character === '"' || character === "'") {
      const end = endOfLiteral(source, at)
      out += source.slice(at, end)
      at = end
      continue
    }
    if (source.startsWith('has(', at) && !/[\w.]/.test(source[at - 1] ?? '')) {
      const close = endOfCall(source, at + 3)
      const inner = close < 0 ? '' : source.slice(at + 4, close)
      const field = /\.\s*([A-Za-z_]\w*)\s*$/.exec(inner)
      if (field !== null && /[[(]/.test(inner)) {
        out += `(${spellHas(inner.slice(0, field.index))}.?${field[1]}.hasValue())`
        at = close + 1
        continue
      }
    }
    out += character
    at += 1
  }
  return out
}
