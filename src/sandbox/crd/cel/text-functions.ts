import { type Environment, EvaluationError, Optional } from '@marcbachmann/cel-js'
import {
  configKeyComplaints,
  label1035Complaints,
  labelComplaints,
  labelValueComplaints,
  qualifiedNameComplaints,
  subdomainComplaints,
} from '../../builtin/validation/names.ts'
import { validFormat } from '../formats.ts'
import { compiledPattern } from '../go-pattern.ts'

function pattern(text: string): RegExp {
  const compiled = compiledPattern(text)
  if (compiled === undefined) throw new EvaluationError(`Illegal regex: ${text}`)
  return compiled
}

function findAll(text: string, regex: string, limit: number): readonly string[] {
  const found: string[] = []
  for (const match of text.matchAll(new RegExp(pattern(regex), `${pattern(regex).flags}g`))) {
    if (limit >= 0 && found.length >= limit) break
    found.push(match[0])
  }
  return found
}

function replace(text: string, old: string, replacement: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(old, () => replacement)
  let rest = text
  let done = ''
  for (let count = 0n; count < limit; count += 1n) {
    const at = rest.indexOf(old)
    if (at < 0) break
    done += rest.slice(0, at) + replacement
    rest = rest.slice(at + old.length)
  }
  return done + rest
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${shown(inner)}`)
      .join(', ')}}`
  }
  return String(value)
}

/** `"...".format([...])` with the verbs s, d, f, e, x, X, o, b. */
function formatted(text: string, values: readonly unknown[]): string {
  let next = 0
  return text.replaceAll(
    /%(?:%|(?:\.(\d+))?([sdfexXob]))/g,
    (match: string, digits: string | undefined, verb: string | undefined) => {
      if (verb === undefined) return match === '%%' ? '%' : match
      if (next >= values.length) throw new EvaluationError(`index ${next} out of range`)
      const value = values[next]
      next += 1
      const precision = digits === undefined ? 6 : Number(digits)
      const integer = typeof value === 'bigint' ? value : 0n
      switch (verb) {
        case 'f':
          return Number(value).toFixed(precision)
        case 'e':
          return Number(value).toExponential(precision)
        case 'x':
          return typeof value === 'string' ? Buffer.from(value).toString('hex') : integer.toString(16)
        case 'X':
          return (typeof value === 'string' ? Buffer.from(value).toString('hex') : integer.toString(16)).toUpperCase()
        case 'o':
          return integer.toString(8)
        case 'b':
          return typeof value === 'boolean' ? (value ? '1' : '0') : integer.toString(2)
        default:
          return shown(value)
      }
    },
  )
}

/** A named format, as `format.dns1123Label()` gives one. */
class NamedFormat {
  readonly complaints: (text: string) => readonly string[]

  constructor(complaints: (text: string) => readonly string[]) {
    this.complaints = complaints
  }
}

/** What stands before the dot in `format.named(...)`. */
class FormatNamespace {}

const prefixOf = (rule: (text: string) => readonly string[]) => (text: string) =>
  rule(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)
const byFormat = (format: string, complaint: string) => (text: string) => (validFormat(format, text) ? [] : [complaint])

const namedFormats: Readonly<Record<string, (text: string) => readonly string[]>> = {
  dns1123Label: labelComplaints,
  dns1123Subdomain: subdomainComplaints,
  dns1035Label: label1035Complaints,
  dns1123LabelPrefix: prefixOf(labelComplaints),
  dns1123SubdomainPrefix: prefixOf(subdomainComplaints),
  dns1035LabelPrefix: prefixOf(label1035Complaints),
  qualifiedName: qualifiedNameComplaints,
  labelValue: labelValueComplaints,
  configMapKey: configKeyComplaints,
  uri: byFormat('uri', 'invalid URL'),
  uuid: byFormat('uuid', 'does not match the UUID format'),
  byte: byFormat('byte', 'invalid base64'),
  date: byFormat('date', 'invalid date'),
  datetime: byFormat('date-time', 'invalid datetime'),
}

function registerFormats(environment: Environment): void {
  const type = 'kubernetes.NamedFormat'
  environment.registerType(type, NamedFormat)
  environment.registerType('FormatNamespace', FormatNamespace)
  environment.registerConstant('format', 'FormatNamespace', new FormatNamespace())
  for (const [name, complaints] of Object.entries(namedFormats)) {
    environment.registerFunction(`FormatNamespace.${name}(): ${type}`, () => new NamedFormat(complaints))
  }
  environment.registerFunction(
    `FormatNamespace.named(string): optional<${type}>`,
    (_namespace: FormatNamespace, name: string) => {
      const complaints = Object.hasOwn(namedFormats, name) ? namedFormats[name] : undefined
      return complaints === undefined ? Optional.none() : Optional.of(new NamedFormat(complaints))
    },
  )
  environment.registerFunction(`${type}.validate(string): optional<list<string>>`, (format: NamedFormat, text: string) => {
    const complaints = format.complaints(text)
    return complaints.length === 0 ? Optional.none() : Optional.of(complaints)
  })
}

/** Text functions beyond CEL's own: searching by patterns, replacing, formatting, named formats. */
export function registerTextFunctions(environment: Environment): void {
  environment.registerFunction(
    'string.find(string): string',
    (text: string, regex: string) => pattern(regex).exec(text)?.[0] ?? '',
  )
  environment.registerFunction('matches(string, string): bool', (text: string, regex: string) => pattern(regex).test(text))
  environment.registerFunction('string.findAll(string): list<string>', (text: string, regex: string) => findAll(text, regex, -1))
  environment.registerFunction('string.findAll(string, int): list<string>', (text: string, regex: string, limit: bigint) =>
    findAll(text, regex, Number(limit)),
  )
  environment.registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
    const characters = [...text]
    if (index < 0n || index > BigInt(characters.length)) throw new EvaluationError(`index out of range: ${index}`)
    return characters[Number(index)] ?? ''
  })
  environment.registerFunction('string.replace(string, string): string', (text: string, old: string, replacement: string) =>
    replace(text, old, replacement, -1n),
  )
  environment.registerFunction(
    'string.replace(string, string, int): string',
    (text: string, old: string, replacement: string, limit: bigint) => replace(text, old, replacement, limit),
  )
  environment.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
  environment.registerFunction('string.format(list): string', (text: string, values: readonly unknown[]) =>
    formatted(text, values),
  )
  registerFormats(environment)
}
