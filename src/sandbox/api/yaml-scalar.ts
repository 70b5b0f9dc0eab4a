/** How a text is written in YAML. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal'

/** True for what needs no escape within quotes: a character that shows, or a space. */
export function isYamlWord(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return (
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfeff && !isBreak(character))
  )
}

function isBreak(character: string): boolean {
  return /[\n\r\x85\u2028\u2029]/.test(character)
}

/** The text between single quotes. */
export function singleQuoted(text: string): string {
  return text.replaceAll("'", "''")
}

/** Words that YAML 1.1 reads as something else than text. */
const words: ReadonlySet<string> = new Set(
  [
    ['', '~', '<<', '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF', '.nan', '.NaN', '.NAN'],
    ...['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off', 'null'].map((word) => [
      word,
      word.toUpperCase(),
      `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`,
    ]),
  ].flat(),
)

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const wholeNumber = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)$/
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const dateOnly = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const dateTime =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?)$/

function isDate(text: string): boolean {
  const match = dateOnly.exec(text) ?? dateTime.exec(text)
  if (match === null) return false
  const [year, month, day] = match.slice(1, 4).map(Number)
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12 || day < 1) return false
  const [hour = 0, minute = 0, second = 0] = match
    .slice(4)
    .filter((part) => part !== undefined)
    .map(Number)
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate() && hour < 24 && minute < 60 && second < 60
}

/** Whether an unquoted text would be read as a number, a time, a truth value or nothing. */
function readsOtherwise(text: string): boolean {
  if (words.has(text)) return true
  if (!/^[-+.0-9]/.test(text)) return false
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  return wholeNumber.test(plain) || decimal.test(plain) || base60.test(text) || isDate(text)
}

/** What plain and quoted writing would make of a text. */
function allowed(text: string): { readonly plain: boolean; readonly single: boolean; readonly block: boolean } {
  const isSpecial = [...text].some((character) => !isYamlWord(character) && !isBreak(character))
  const breaksAfterSpace = / [\n\r\x85\u2028\u2029]/.test(text)
  const spaceAfterBreak = /[\n\r\x85\u2028\u2029] /.test(text)
  const edges = /^[ \n\r]|[ \n\r]$/.test(text)
  const indicators = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t\n\r]|$))|:(?:[ \t\n\r]|$)|[ \t\n\r]#/.test(text)
  const unbroken = !isSpecial && !breaksAfterSpace
  return {
    plain: unbroken && !spaceAfterBreak && !edges && !indicators && ![...text].some(isBreak),
    single: unbroken && !spaceAfterBreak,
    block: unbroken && !text.endsWith(' '),
  }
}

/** The style that Go's YAML writer takes for a text. */
export function chosenStyle(text: string, isKey: boolean): ScalarStyle {
  const can = allowed(text)
  if (text.includes('\n')) return can.block && !isKey ? 'literal' : 'double'
  if (readsOtherwise(text)) return 'double'
  if (can.plain) return 'plain'
  return can.single ? 'single' : 'double'
}
