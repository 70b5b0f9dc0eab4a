import type { JsonValue } from '../plan/json.ts'

/**
 * What Go's JSON decoder says of a text that isn't JSON, as Status messages quote it; undefined when the text is JSON.
 */
export function goJsonError(text: string): string | undefined {
  // Go reads bytes and quotes the byte it stumbles on.
  return goJsonByteError(Buffer.from(text))
}

const deepest = 10_000

/** A quick look that nearly all texts need no closer one after. */
function hasManyBrackets(text: string, most: number): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0 && count <= most; at = text.indexOf(bracket, at + 1)) count += 1
  }
  return count > most
}

/** The bracket with which a text is nested deeper than some levels; undefined when it isn't. Quoted brackets don't count. */
function bracketTooDeep(text: string, most = deepest): string | undefined {
  if (text.length <= most || !hasManyBrackets(text, most)) return undefined
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1
    } else if (character === '{' || character === '[') {
      depth += 1
      if (depth > most) return character
    } else if (character === '}' || character === ']') depth -= 1
  }
  return undefined
}

/** Whether a text of JSON is nested deeper than Go reads. */
export function isTooDeep(text: string): boolean {
  return bracketTooDeep(text) !== undefined
}

/** Whether a text is nested in brackets deeper than some levels. */
export function isNestedBeyond(text: string, levels: number): boolean {
  return bracketTooDeep(text, levels) !== undefined
}

/** The same of bytes. */
export function goJsonByteError(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1')
  const tooDeep = bracketTooDeep(text)
  if (tooDeep !== undefined) return `invalid character '${tooDeep}' exceeded max depth`
  const scanner = new Scanner(text)
  try {
    scanner.value('looking for beginning of value')
    scanner.space()
    if (scanner.at < text.length) scanner.fail('after top-level value')
    return undefined
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message
    throw error
  }
}

/** What Go calls the kind of a value that it was given in place of another. */
export function goKindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

class SyntaxProblem extends Error {}

/** A character as Go quotes it in messages. */
function goQuoteCharacter(character: string): string {
  switch (character) {
    case "'":
      return "'\\''"
    case '"':
      return "'\"'"
    case '\n':
      return "'\\n'"
    case '\t':
      return "'\\t'"
    case '\r':
      return "'\\r'"
    default: {
      const code = character.codePointAt(0) ?? 0
      return code < 0x20 || code === 0x7f ? `'\\x${code.toString(16).padStart(2, '0')}'` : `'${character}'`
    }
  }
}

class Scanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  fail(context: string): never {
    const character = this.text[this.at]
    if (character === undefined) throw new SyntaxProblem('unexpected end of JSON input')
    throw new SyntaxProblem(`invalid character ${goQuoteCharacter(character)} ${context}`)
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at += 1
  }

  value(context: string): void {
    this.space()
    const character = this.text[this.at]
    if (character === '{') this.object()
    else if (character === '[') this.array()
    else if (character === '"') this.string()
    else if (character === 't') this.word('true')
    else if (character === 'f') this.word('false')
    else if (character === 'n') this.word('null')
    else if (character !== undefined && /[-0-9]/.test(character)) this.number()
    else this.fail(context)
  }

  object(): void {
    this.at += 1
    this.space()
    if (this.text[this.at] === '}') {
      this.at += 1
      return
    }
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string')
      this.string()
      this.space()
      if (this.text[this.at] !== ':') this.fail('after object key')
      this.at += 1
      this.value('looking for beginning of value')
      this.space()
      if (this.text[this.at] === '}') break
      if (this.text[this.at] !== ',') this.fail('after object key:value pair')
      this.at += 1
    }
    this.at += 1
  }

  array(): void {
    this.at += 1
    this.space()
    if (this.text[this.at] === ']') {
      this.at += 1
      return
    }
    for (;;) {
      this.value('looking for beginning of value')
      this.space()
      if (this.text[this.at] === ']') break
      if (this.text[this.at] !== ',') this.fail('after array element')
      this.at += 1
    }
    this.at += 1
  }

  string(): void {
    this.at += 1
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined || character < ' ') this.fail('in string literal')
      this.at += 1
      if (character === '"') return
      if (character === '\\') this.escape()
    }
  }

  escape(): void {
    const character = this.text[this.at]
    if (character === 'u') {
      for (let digit = 0; digit < 4; digit += 1) {
        this.at += 1
        if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape')
      }
    } else if (!/["\\/bfnrt]/.test(character ?? '')) this.fail('in string escape code')
    this.at += 1
  }

  word(word: string): void {
    for (let index = 1; index < word.length; index += 1) {
      this.at += 1
      const rest = goQuoteCharacter(word[index] as string)
      if (this.text[this.at] !== word[index]) this.fail(`in literal ${word} (expecting ${rest})`)
    }
    this.at += 1
  }

  number(): void {
    if (this.text[this.at] === '-') this.at += 1
    if (this.text[this.at] === '0') this.at += 1
    else if (/[1-9]/.test(this.text[this.at] ?? '')) this.digits()
    else this.fail('in numeric literal')
    if (this.text[this.at] === '.') {
      this.at += 1
      if (!/[0-9]/.test(this.text[this.at] ?? '')) this.fail('after decimal point in numeric literal')
      this.digits()
    }
    if (/[eE]/.test(this.text[this.at] ?? '')) {
      this.at += 1
      if (/[-+]/.test(this.text[this.at] ?? '')) this.at += 1
      if (!/[0-9]/.test(this.text[this.at] ?? '')) this.fail('in exponent of numeric literal')
      this.digits()
    }
  }

  digits(): void {
    while (/[0-9]/.test(this.text[this.at] ?? '')) this.at += 1
  }
}
