/** Deeper than anything that people or meshform write, and well within what a parser that calls itself has room for. */
const DEEPEST = 300

/**
 * True for text of YAML or JSON that opens more lists and maps within each other than any of ours. It is asked before a parser that calls
 * itself for each: at the end of its stack the whole process may end. Brackets in strings count too; linear in the text.
 */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    // [ and {, ] and }
    if (sign === 0x5b || sign === 0x7b) depth++
    else if ((sign === 0x5d || sign === 0x7d) && depth > 0) depth--
    if (depth > DEEPEST) return true
  }
  return new RegExp(`^[-?: \\t]{${2 * DEEPEST}}`, 'm').test(text)
}
