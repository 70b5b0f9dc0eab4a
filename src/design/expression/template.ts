/** A piece of a string of the language: text as it is, or the CEL of a `${...}`. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  /** `source` is what stands between the braces; `start` is the index of `${` in the string. */
  | { readonly kind: 'expression'; readonly source: string; readonly start: number }

/** A string taken apart, or the index of a `${` that never ends. */
export type TemplateReading = { readonly parts: readonly TemplatePart[] } | { readonly unclosed: number }

/** True when a string holds `${`, escaped or not: only then does it need to be taken apart. */
export function holdsExpression(text: string): boolean {
  return text.includes('${')
}

/**
 * Takes a string apart. `$${` stands for the characters `${`. Braces and quotes inside an expression are followed as CEL has
 * them, so that `${ {"a": "}"}["a"] }` ends where it should.
 */
export function readTemplate(text: string): TemplateReading {
  const parts: TemplatePart[] = []
  let plain = ''
  let index = 0
  while (index < text.length) {
    if (text.startsWith('$${', index)) {
      plain += '${'
      index += 3
    } else if (text.startsWith('${', index)) {
      const end = closingBrace(text, index + 2)
      if (end === undefined) return { unclosed: index }
      if (plain !== '') parts.push({ kind: 'text', text: plain })
      plain = ''
      parts.push({ kind: 'expression', source: text.slice(index + 2, end), start: index })
      index = end + 1
    } else {
      plain += text[index]
      index++
    }
  }
  if (plain !== '' || parts.length === 0) parts.push({ kind: 'text', text: plain })
  return { parts }
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 0
  let index = from
  while (index < text.length) {
    const character = text[index]
    if (character === '"' || character === "'") {
      index = afterString(text, index)
      continue
    }
    if (character === '{') depth++
    if (character === '}') {
      if (depth === 0) return index
      depth--
    }
    index++
  }
  return undefined
}

/** The index after a CEL string literal, raw and triple-quoted ones included. */
function afterString(text: string, start: number): number {
  const quote = text[start] ?? ''
  const fence = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  const raw = /[rR]$/.test(text.slice(Math.max(0, start - 2), start))
  let index = start + fence.length
  while (index < text.length && !text.startsWith(fence, index)) {
    index += text[index] === '\\' && !raw ? 2 : 1
  }
  return index + fence.length
}
