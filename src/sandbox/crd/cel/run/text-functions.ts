import { compiledPattern, patternProblem } from '../../go-pattern.ts'
import { formattedText } from './formatted-text.ts'
import type { CelFunctions } from './overloads.ts'
import { CelFailure, CelList, type CelValue, PlainList } from './values.ts'

function pattern(text: string, prefix: string): RegExp {
  const compiled = compiledPattern(text)
  const problem = patternProblem(text)
  if (compiled !== undefined && problem === undefined) return compiled
  throw new CelFailure(`${prefix}${problem ?? 'error parsing regexp'}`)
}

function foundIn(text: string, regex: string, limit: number): readonly string[] {
  const found: string[] = []
  const compiled = pattern(regex, 'Illegal regex: ')
  for (const match of text.matchAll(new RegExp(compiled, `${compiled.flags}g`))) {
    if (limit >= 0 && found.length >= limit) break
    found.push(match[0])
  }
  return found
}

function replaced(text: string, old: string, fresh: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(old, () => fresh)
  if (old === '') {
    const before = [...text, ''].map((character, index) => (BigInt(index) < limit ? `${fresh}${character}` : character))
    return before.join('')
  }
  let rest = text
  let done = ''
  for (let count = 0n; count < limit; count += 1n) {
    const at = rest.indexOf(old)
    if (at < 0) break
    done += rest.slice(0, at) + fresh
    rest = rest.slice(at + old.length)
  }
  return done + rest
}

function splitAt(text: string, separator: string, limit: bigint): readonly string[] {
  if (limit === 0n) return []
  const parts = separator === '' ? [...text] : text.split(separator)
  if (limit < 0n || BigInt(parts.length) <= limit) return parts
  const kept = parts.slice(0, Number(limit) - 1)
  return [...kept, parts.slice(Number(limit) - 1).join(separator)]
}

function substring(text: string, from: bigint, to: bigint | undefined): string {
  const characters = [...text]
  const length = BigInt(characters.length)
  if (to !== undefined && from > to) throw new CelFailure(`invalid substring range. start: ${from}, end: ${to}`)
  if (from < 0n || from > length) throw new CelFailure(`index out of range: ${from}`)
  if (to !== undefined && (to < 0n || to > length)) throw new CelFailure(`index out of range: ${to}`)
  return characters.slice(Number(from), to === undefined ? undefined : Number(to)).join('')
}

function characterAt(text: string, index: bigint): string {
  const characters = [...text]
  if (index < 0n || index > BigInt(characters.length)) throw new CelFailure(`index out of range: ${index}`)
  return characters[Number(index)] ?? ''
}

/** The place of a text within another, counted in characters, from a place on or back from one. */
function placeOf(text: string, part: string, offset: bigint | undefined, isLast: boolean): bigint {
  if (offset !== undefined && offset < 0n) throw new CelFailure(`index out of range: ${offset}`)
  const characters = [...text]
  const { length } = characters
  const from = offset === undefined ? (isLast ? length : 0) : Number(offset)
  if (part === '') return BigInt(Math.min(from, length))
  if (offset !== undefined && from >= length) return -1n
  const wanted = [...part]
  const last = length - wanted.length
  const matches = (at: number): boolean => wanted.every((character, index) => characters[at + index] === character)
  if (!isLast) {
    for (let at = from; at <= last; at += 1) if (matches(at)) return BigInt(at)
    return -1n
  }
  for (let at = Math.min(from, last); at >= 0; at -= 1) if (matches(at)) return BigInt(at)
  return -1n
}

function joined(list: CelList, separator: string): string {
  return list.items
    .map((item) => {
      if (typeof item !== 'string') throw new CelFailure(`join: invalid input: ${String(item)}`)
      return item
    })
    .join(separator)
}

const isText = (value: CelValue | undefined): value is string => typeof value === 'string'
const isInt = (value: CelValue | undefined): value is bigint => typeof value === 'bigint'
const texts = (values: readonly string[]): CelValue => new PlainList([...values])

function ofText(call: (text: string) => CelValue): CelFunctions[string] {
  return (text) => (isText(text) ? call(text) : undefined)
}

function ofTexts(call: (text: string, other: string) => CelValue): CelFunctions[string] {
  return (text, other) => (isText(text) && isText(other) ? call(text, other) : undefined)
}

function quoted(text: string): string {
  const escapes: { readonly [character: string]: string } = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
    '"': '\\"',
  }
  return `"${[...text].map((character) => escapes[character] ?? character).join('')}"`
}

/** Functions of texts. */
export const textFunctions: CelFunctions = {
  contains: ofTexts((text, part) => text.includes(part)),
  startsWith: ofTexts((text, part) => text.startsWith(part)),
  endsWith: ofTexts((text, part) => text.endsWith(part)),
  matches: ofTexts((text, regex) => pattern(regex, '').test(text)),
  find: ofTexts((text, regex) => pattern(regex, 'Illegal regex: ').exec(text)?.[0] ?? ''),
  findAll: (text, regex, limit = -1n) =>
    isText(text) && isText(regex) && isInt(limit) ? texts(foundIn(text, regex, Number(limit))) : undefined,
  charAt: (text, index) => (isText(text) && isInt(index) ? characterAt(text, index) : undefined),
  indexOf: (text, part, offset) =>
    isText(text) && isText(part) && (offset === undefined || isInt(offset)) ? placeOf(text, part, offset, false) : undefined,
  lastIndexOf: (text, part, offset) =>
    isText(text) && isText(part) && (offset === undefined || isInt(offset)) ? placeOf(text, part, offset, true) : undefined,
  join: (list, separator = '') => (list instanceof CelList && isText(separator) ? joined(list, separator) : undefined),
  lowerAscii: ofText((text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())),
  upperAscii: ofText((text) => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())),
  trim: ofText((text) => text.replaceAll(/^[\s\u0085]+|[\s\u0085]+$/g, '')),
  replace: (text, old, fresh, limit = -1n) =>
    isText(text) && isText(old) && isText(fresh) && isInt(limit) ? replaced(text, old, fresh, limit) : undefined,
  split: (text, separator, limit = -1n) =>
    isText(text) && isText(separator) && isInt(limit) ? texts(splitAt(text, separator, limit)) : undefined,
  substring: (text, from, to) =>
    isText(text) && isInt(from) && (to === undefined || isInt(to)) ? substring(text, from, to) : undefined,
  format: (text, list) => (isText(text) && list instanceof CelList ? formattedText(text, list.items) : undefined),
  'strings.quote': ofText(quoted),
  'jsonpatch.escapeKey': ofText((key) => key.replaceAll(/[~/]/g, (each) => (each === '~' ? '~0' : '~1'))),
}
