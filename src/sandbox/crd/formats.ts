import { isIP } from 'node:net'
import { labelComplaints, subdomainComplaints } from '../builtin/validation/names.ts'

/** A format's check. */
type FormatCheck = (text: string) => boolean

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u0080-\\u{10ffff}]+"
const quoted = '"(?:[^"\\\\\\r\\n]|\\\\.)*"'
const word = `(?:${atom}|${quoted})`
const address = `(?:${atom}(?:\\.${atom})*|${quoted})@(?:${atom}(?:\\.${atom})*|\\[[^\\[\\]\\\\]*\\])`
/** An address alone, or in angle brackets with a name before it. */
const emailPattern = new RegExp(`^\\s*(?:${address}|(?:${word}(?:[ \\t.]+${word})*\\s*)?<${address}>)\\s*$`, 'u')

const letters = '\\p{S}\\p{L}'
const hostnamePattern = new RegExp(
  `^([a-zA-Z0-9${letters}]((-?[a-zA-Z0-9${letters}]{0,62})?)|([a-zA-Z0-9${letters}](([a-zA-Z0-9\\-${letters}]{0,61}[a-zA-Z0-9${letters}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$`,
  'u',
)
const datePattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const timeOfDayPattern = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/
const durationPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*$/
/** Anywhere in a text: a number and a unit that begins as one of these words do, or is one of their short forms. */
const wordyDurationPattern =
  /\d+\s*(?:(?:nano|micro|milli|sec|min|hour|day|week)[A-Za-zµ]*|(?:ns|us|µs|ms|s|m|hr?|d|wk?)(?![A-Za-zµ]))/i
const uuid = (version: string, variant = '[0-9a-f]'): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i')
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const creditCardPattern =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/
const colorPart = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*'
const rgbPattern = new RegExp(`^rgb\\(${colorPart},${colorPart},${colorPart}\\)$`)
const macPattern = /^(?:[0-9a-f]{2}(?:([:-])(?:[0-9a-f]{2}\1){4,18}[0-9a-f]{2})|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,9})$/i
/** How long hardware addresses are, in bytes. */
const macLengths: ReadonlySet<number> = new Set([6, 8, 20])

function hasBadEscape(text: string): boolean {
  return /%(?![0-9A-Fa-f]{2})/.test(text)
}

/** An absolute URI, or a path from the root. */
function isUri(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return false
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0]
  const rest = text.slice(scheme?.length ?? 0)
  if (!rest.startsWith('/')) return scheme !== undefined
  if (scheme === undefined || !rest.startsWith('//')) return !hasBadEscape(rest.split('?', 1)[0] ?? '')
  const [, authority = '', path = ''] = /^\/\/([^/?]*)([^?]*)/.exec(rest) ?? []
  if (/[\s<>"`^{|}\\]/.test(authority) || hasBadEscape(authority) || hasBadEscape(path)) return false
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(host)
}

/** Zeros before a number of an address count for nothing. */
function plainIpv4(text: string): string {
  return text.replaceAll(/(^|\.|:)0+(?=\d+(?:\.|$))/g, '$1')
}

function isAddress(text: string): boolean {
  return !text.includes('%') && isIP(text.includes('.') ? plainIpv4(text) : text) !== 0
}

function isCidr(text: string): boolean {
  const [network = '', prefix = '', ...more] = text.split('/')
  if (!isAddress(network) || more.length > 0 || !/^\d{1,3}$/.test(prefix)) return false
  return Number(prefix) <= (network.includes(':') ? 128 : 32)
}

function isDate(text: string): boolean {
  if (!datePattern.test(text)) return false
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t')
  const match = timeOfDayPattern.exec(time)
  if (!isDate(date) || match === null) return false
  const [, hour = '', minute = '', second = ''] = match
  return hour <= '23' && minute <= '59' && second <= '59'
}

function isMac(text: string): boolean {
  return macPattern.test(text) && macLengths.has(text.replaceAll(/[^0-9a-f]/gi, '').length / 2)
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '')
  if (!/^[0-9]{9}[0-9X]$/.test(digits)) return false
  const sum = [...digits].reduce((total, digit, index) => total + (index + 1) * (digit === 'X' ? 10 : Number(digit)), 0)
  return sum % 11 === 0
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '')
  if (!/^[0-9]{13}$/.test(digits)) return false
  const sum = [...digits].reduce((total, digit, index) => total + (index % 2 === 0 ? 1 : 3) * Number(digit), 0)
  return sum % 10 === 0
}

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '')
  if (!creditCardPattern.test(digits)) return false
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value >= 10 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** The formats that the API server checks, by their names without dashes; it takes any other name and checks nothing. */
const formats: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['bsonobjectid', (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ['uri', isUri],
  ['email', (text) => emailPattern.test(text)],
  ['hostname', (text) => text.length <= 255 && hostnamePattern.test(text) && text.split('.').every((part) => part.length <= 63)],
  ['ipv4', (text) => text.includes('.') && isAddress(text)],
  ['ipv6', (text) => text.includes(':') && isAddress(text)],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', (text) => uuid('[0-9a-f]').test(text)],
  ['uuid3', (text) => uuid('3').test(text)],
  ['uuid4', (text) => uuid('4', '[89ab]').test(text)],
  ['uuid5', (text) => uuid('5', '[89ab]').test(text)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text) && text.length === 11],
  ['hexcolor', (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ['rgbcolor', (text) => rgbPattern.test(text)],
  ['byte', (text) => text !== '' && base64Pattern.test(text)],
  ['password', () => true],
  ['date', isDate],
  ['duration', (text) => text === '0' || durationPattern.test(text) || wordyDurationPattern.test(text)],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => labelComplaints(text).length === 0],
  ['k8slongname', (text) => subdomainComplaints(text).length === 0],
])

/** True when a text has the form that its format asks for, or the format is none that is checked. */
export function validFormat(format: string, text: string): boolean {
  return formats.get(format.replaceAll('-', ''))?.(text) ?? true
}

const numberFormats: ReadonlyMap<string, readonly string[]> = new Map([
  ['integer', ['int32', 'int64']],
  ['number', ['float', 'double']],
])

/** True for formats that mean something for values of a type; '' is a schema without a type. */
export function isKnownFormat(type: string, format: string): boolean {
  if (type === '' || type === 'string') return formats.has(format.replaceAll('-', ''))
  return numberFormats.get(type)?.includes(format) === true
}
