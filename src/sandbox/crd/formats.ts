import { isIP } from 'node:net'

const emailPattern = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\]+$/
const hostnamePattern =
  /^(?=.{1,255}$)([a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)(\.[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?)*\.?$/
const datePattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const dateTimePattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const durationPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*$/
const wordyDurationPattern =
  /^((\d+)\s*(nanoseconds?|ns|microseconds?|us|µs|milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\s*)+$/i
const uuid = (version: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i')
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function isUri(text: string): boolean {
  if (/[\s<>"{}|\\^`]/.test(text)) return false
  if (text.startsWith('/')) return true
  try {
    return new URL(text) !== undefined
  } catch {
    return false
  }
}

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/')
  const family = isIP(address)
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

function isDate(text: string): boolean {
  if (!datePattern.test(text)) return false
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
}

/** The formats that the API server checks; it takes any other name and checks nothing. */
const formats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['bsonobjectid', (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ['uri', isUri],
  ['email', (text) => emailPattern.test(text)],
  ['hostname', (text) => hostnamePattern.test(text)],
  ['ipv4', (text) => isIP(text) === 4],
  ['ipv6', (text) => isIP(text) === 6],
  ['cidr', isCidr],
  ['mac', (text) => /^([0-9a-fA-F]{2}[:-]){5}([0-9a-fA-F]{2})$|^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$/.test(text)],
  ['uuid', (text) => uuid('[0-9a-f]').test(text)],
  ['uuid3', (text) => uuid('3').test(text)],
  ['uuid4', (text) => uuid('4').test(text)],
  ['uuid5', (text) => uuid('5').test(text)],
  ['isbn', (text) => /^(97[89][- ]?)?([0-9][- ]?){9}[0-9Xx]$/.test(text)],
  ['isbn10', (text) => /^([0-9][- ]?){9}[0-9Xx]$/.test(text)],
  ['isbn13', (text) => /^97[89][- ]?([0-9][- ]?){9}[0-9]$/.test(text)],
  ['creditcard', (text) => /^[0-9][0-9 -]{11,22}$/.test(text)],
  ['ssn', (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ['rgbcolor', (text) => /^rgb\((\s*\d{1,3}\s*,){2}\s*\d{1,3}\s*\)$/.test(text)],
  ['byte', (text) => text !== '' && base64Pattern.test(text)],
  ['password', () => true],
  ['date', isDate],
  ['duration', (text) => durationPattern.test(text) || wordyDurationPattern.test(text)],
  ['date-time', (text) => dateTimePattern.test(text) && !Number.isNaN(Date.parse(text))],
  ['datetime', (text) => dateTimePattern.test(text) && !Number.isNaN(Date.parse(text))],
])

/** True when the text has the format, or nobody checks that format. */
export function validFormat(format: string, text: string): boolean {
  return formats.get(format)?.(text) ?? true
}
