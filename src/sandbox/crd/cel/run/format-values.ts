import {
  configKeyComplaints,
  label1035Complaints,
  labelComplaints,
  labelValueComplaints,
  qualifiedNameComplaints,
  subdomainComplaints,
} from '../../../builtin/validation/names.ts'
import { validFormat } from '../../formats.ts'
import type { CelFunctions } from './overloads.ts'
import { urlProblem } from './url-values.ts'
import { type CelValue, LibraryValue, OptionalValue, PlainList } from './values.ts'

/** A named format, as `format.dns1123Label()` gives one. */
class FormatValue extends LibraryValue {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  readonly complaints: (text: string) => readonly string[]

  constructor(name: string, complaints: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.complaints = complaints
  }

  equals(other: LibraryValue): boolean {
    return other instanceof FormatValue && other.name === this.name
  }
}

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
  qualifiedName: (text) =>
    qualifiedNameComplaints(text).map((words) => words.replace(/^a qualified name /, 'a valid label key ')),
  labelValue: labelValueComplaints,
  configMapKey: configKeyComplaints,
  uri: (text) => {
    const problem = urlProblem(text)
    return problem === undefined ? [] : [problem]
  },
  uuid: byFormat('uuid', 'does not match the UUID format'),
  byte: byFormat('byte', 'invalid base64'),
  date: byFormat('date', 'invalid date'),
  datetime: byFormat('date-time', 'invalid datetime'),
}

function named(name: string): CelValue {
  const complaints = Object.hasOwn(namedFormats, name) ? namedFormats[name] : undefined
  return complaints === undefined ? OptionalValue.none : new OptionalValue(new FormatValue(name, complaints))
}

/** Formats by name, and what they say of a text. */
export const formatFunctions: CelFunctions = {
  ...Object.fromEntries(
    Object.entries(namedFormats).map(([name, complaints]) => [`format.${name}`, () => new FormatValue(name, complaints)]),
  ),
  'format.named': (name) => (typeof name === 'string' ? named(name) : undefined),
  validate: (format, text) => {
    if (!(format instanceof FormatValue) || typeof text !== 'string') return undefined
    const complaints = format.complaints(text)
    return complaints.length === 0 ? OptionalValue.none : new OptionalValue(new PlainList([...complaints]))
  },
}
