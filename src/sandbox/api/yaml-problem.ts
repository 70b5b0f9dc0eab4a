import type { YAMLParseError } from 'yaml'

/** A line as Go's reader names it, counted from nothing; the first goes unnamed. */
function at(line: number): string {
  return line > 0 ? `yaml: line ${line}: ` : 'yaml: '
}

/** Problems within a line are told by its number as people count, but for those of the first. */
function within(line: number): string {
  return at(line > 1 ? line : 0)
}

/** An escape that stands for no character. */
export function brokenEscape(line: number): string {
  return `${within(line)}found invalid Unicode character escape code`
}

/** The line after the last, counted from nothing. */
function lineAfter(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/** A list or map in brackets that is never closed, or is closed by the wrong bracket. */
function unclosed(error: YAMLParseError, text: string, line: number): string {
  const closing = /sequence/i.test(error.message) ? ']' : '}'
  const isAtEnd = text.slice(error.pos[0]).trim() === ''
  const where = at(isAtEnd ? lineAfter(text) : line - 1)
  const wantsNode = isAtEnd && /[:,[{]$/.test(text.trimEnd())
  return `${where}did not find expected ${wantsNode ? 'node content' : `',' or '${closing}'`}`
}

function brokenKey(error: YAMLParseError, text: string, line: number): string {
  const rest = text.slice(error.pos[0])
  if (/^-(\s|$)/.test(rest)) return `${at(line - 1)}did not find expected key`
  const end = error.linePos?.[1]?.line ?? line
  const isFirst = text.slice(0, error.pos[0]).trim() === ''
  return `${within(end)}${isFirst ? 'mapping values are not allowed in this context' : "could not find expected ':'"}`
}

/** The line of the colon that stands where none may. */
function lineOfColon(error: YAMLParseError, text: string): number {
  const colon = text.slice(error.pos[0]).search(/:(\s|$)/)
  return text.slice(0, error.pos[0] + Math.max(0, colon)).split('\n').length
}

/** A syntax error of YAML in the words of Go's reader, for what goes wrong most. */
export function yamlProblem(error: YAMLParseError, text: string): string {
  const line = error.linePos?.[0].line ?? 1
  const { code, message } = error
  switch (code) {
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return `${within(line)}found character that cannot start any token`
    case 'BAD_DQ_ESCAPE':
      return `${within(line)}found unknown escape character`
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `${within(lineOfColon(error, text))}mapping values are not allowed in this context`
    case 'MULTILINE_IMPLICIT_KEY':
      return brokenKey(error, text, line)
    case 'BAD_INDENT':
      if (/^Flow /.test(message)) return unclosed(error, text, line)
      return `${at(line - 1)}did not find expected ${/sequence/.test(message) ? "'-' indicator" : 'key'}`
    case 'UNEXPECTED_TOKEN':
      if (/flow-(map|seq)-end/.test(message)) return `${at(line - 1)}did not find expected node content`
      return `${at(line - 1)}did not find expected '-' indicator`
    case 'MISSING_CHAR':
      if (/quote/.test(message)) return `${at(line)}found unexpected end of stream`
      if (/[Ff]low /.test(message)) return unclosed(error, text, line)
      if (/directives/.test(message)) return 'yaml: found unknown directive name'
      return `${at(line + 1)}could not find expected ':'`
    default:
      return `${at(line)}could not find expected ':'`
  }
}
