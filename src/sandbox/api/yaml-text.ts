import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { exactDigits } from '../exact-json.ts'
import { chosenStyle, isYamlWord, singleQuoted } from './yaml-scalar.ts'

/** Columns after which the next space of a text becomes the end of its line. */
const bestWidth = 80
const longestSimpleKey = 128

/**
 * A value as API servers write it in YAML: keys in order, lists no deeper than the key above them, long texts folded at spaces,
 * texts with line breaks as literal blocks, and quotes where a text would be read as something else.
 */
export function yamlText(value: JsonValue): string {
  const writer = new YamlWriter()
  writer.node(value, -2, 'root')
  return writer.text()
}

/** Where a node stands: a list below a key is not indented, one within a list is. */
type Position = 'root' | 'value' | 'item'

class YamlWriter {
  #done = ''
  #line = ''

  text(): string {
    return this.#done + (this.#line === '' ? '' : `${this.#line}\n`)
  }

  #put(text: string): void {
    this.#line += text
  }

  #break(indent: number): void {
    this.#done += `${this.#line}\n`
    this.#line = ' '.repeat(Math.max(0, indent))
  }

  /** Writes a node; `indent` is where the collection that it stands in begins. */
  node(value: JsonValue, indent: number, position: Position): void {
    if (Array.isArray(value)) this.#list(value as readonly JsonValue[], indent, position)
    else if (isJsonObject(value)) this.#map(value, indent, position)
    else {
      if (position !== 'root') this.#put(' ')
      const digits = exactDigits(value)
      if (digits !== undefined) return this.#put(digits)
      this.#scalar(value as string | number | boolean | null, Math.max(0, indent) + 2, false)
    }
  }

  #list(items: readonly JsonValue[], indent: number, position: Position): void {
    if (items.length === 0) return this.#put(position === 'root' ? '[]' : ' []')
    const own = position === 'value' ? indent : indent + 2
    if (position === 'item') this.#put(' ')
    for (const [index, item] of items.entries()) {
      if (index > 0 || position === 'value') this.#break(own)
      this.#put('-')
      this.node(item, own, 'item')
    }
  }

  #map(object: JsonObject, indent: number, position: Position): void {
    const names = Object.keys(object).sort(compareKeys)
    if (names.length === 0) return this.#put(position === 'root' ? '{}' : ' {}')
    const own = indent + 2
    if (position === 'item') this.#put(' ')
    for (const [index, name] of names.entries()) {
      if (index > 0 || position === 'value') this.#break(own)
      const isSimple = name.length <= longestSimpleKey
      if (!isSimple) this.#put('? ')
      this.#scalar(name, own, isSimple)
      if (!isSimple) this.#break(own)
      this.#put(':')
      this.node(object[name] ?? null, own, 'value')
    }
  }

  #scalar(value: string | number | boolean | null, indent: number, isKey: boolean): void {
    if (typeof value !== 'string') return this.#put(typeof value === 'number' ? numberText(value) : String(value))
    const style = chosenStyle(value, isKey)
    switch (style) {
      case 'plain':
        return this.#folded(value, isKey ? undefined : indent, false)
      case 'single':
        return this.#single(value, isKey ? undefined : indent)
      case 'double':
        return this.#double(value, isKey ? undefined : indent)
      case 'literal':
        return this.#literal(value, indent)
    }
  }

  /** Writes a text whose single spaces beyond the width are ends of lines. Quotes keep their outermost spaces. */
  #folded(text: string, indent: number | undefined, isQuoted: boolean): void {
    const characters = [...text]
    let wasSpace = false
    for (const [index, character] of characters.entries()) {
      const isInside = !isQuoted || (index > 0 && index < characters.length - 1)
      const mayBreak = indent !== undefined && character === ' ' && !wasSpace && characters[index + 1] !== ' ' && isInside
      if (mayBreak && [...this.#line].length > bestWidth) this.#break(indent)
      else this.#put(character)
      wasSpace = character === ' '
    }
  }

  #single(text: string, indent: number | undefined): void {
    this.#put("'")
    this.#folded(singleQuoted(text), indent, true)
    this.#put("'")
  }

  #double(text: string, indent: number | undefined): void {
    this.#put('"')
    const characters = [...text]
    let wasSpace = false
    for (const [index, character] of characters.entries()) {
      const isInside = index > 0 && index < characters.length - 1
      if (indent !== undefined && character === ' ' && !wasSpace && isInside && [...this.#line].length > bestWidth) {
        this.#break(indent)
        if (characters[index + 1] === ' ') this.#put('\\')
      } else this.#put(escaped(character))
      wasSpace = character === ' '
    }
    this.#put('"')
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? '2' : ''
    const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
    this.#put(`|${hint}${chomp}`)
    const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
    for (const line of lines) {
      this.#break(line === '' ? 0 : indent)
      this.#put(line)
    }
  }
}

const shortEscapes: { readonly [character: string]: string } = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escaped(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0) ?? 0
  if (!isYamlWord(character)) {
    const digits = code.toString(16).toUpperCase()
    if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
    return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
  }
  return character
}

/** A number as Go writes it: with an exponent where a fraction has more than six digits before it. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString()
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -4 && exponent < (Number.isInteger(value) ? 21 : 6)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** The order of keys: letters after other signs, and digits by the number that they spell. */
function compareKeys(left: string, right: string): number {
  const [a, b] = [[...left], [...right]]
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const [first = '', second = ''] = [a[index], b[index]]
    if (first === second) continue
    const [isLetter, isOtherLetter] = [/\p{L}/u.test(first), /\p{L}/u.test(second)]
    if (isLetter && isOtherLetter) return first < second ? -1 : 1
    if (isLetter || isOtherLetter) return isOtherLetter ? -1 : 1
    const prefix = first === '0' || second === '0' ? precedingDigits(a, index) : ''
    const [digits, otherDigits] = [digitsFrom(a, index), digitsFrom(b, index)]
    const numbers = [BigInt(`${prefix}${digits}` || '0'), BigInt(`${prefix}${otherDigits}` || '0')] as const
    if (numbers[0] !== numbers[1]) return numbers[0] < numbers[1] ? -1 : 1
    if (digits.length !== otherDigits.length) return digits.length - otherDigits.length
    return first < second ? -1 : 1
  }
  return a.length - b.length
}

/** Whether digits before the place make a number of what follows them. */
function precedingDigits(characters: readonly string[], index: number): '' | '1' {
  for (let at = index - 1; at >= 0 && /\d/.test(characters[at] ?? ''); at -= 1) if (characters[at] !== '0') return '1'
  return ''
}

function digitsFrom(characters: readonly string[], index: number): string {
  return /^\d*/.exec(characters.slice(index).join(''))?.[0] ?? ''
}
