/**
 * The rules for names, labels and keys. Each function gives the complaints about a text, none when it is fine, in the words of
 * k8s.io/apimachinery/pkg/util/validation so that a cause reads the same as on a real server.
 */

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain1123 = `${label1123}(\\.${label1123})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualifiedNamePart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${qualifiedNamePart})?`
const configKey = '[-._a-zA-Z0-9]+'
const percent = '[0-9]+%'
const httpHeader = '[-A-Za-z0-9]+'

const patterns = new Map<string, RegExp>()

function matches(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern)
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`)
    patterns.set(pattern, compiled)
  }
  return compiled.test(text)
}

function regexComplaint(message: string, pattern: string, ...examples: readonly string[]): string {
  const list = examples.map((example) => `'${example}'`).join(',  or ')
  return `${message} (${examples.length === 0 ? '' : `e.g. ${list}, `}regex used for validation is '${pattern}')`
}

/** Names are counted in characters and labels in bytes, in words alone: both are counted in bytes. */
type Unit = 'characters' | 'bytes'

function tooLong(maximum: number, unit: Unit): string {
  return `must be no more than ${maximum} ${unit}`
}

interface Rule {
  readonly maximum: number
  readonly unit?: Unit
  readonly pattern: string
  readonly message: string
  readonly examples: readonly string[]
}

function check(text: string, { maximum, unit = 'characters', pattern, message, examples }: Rule): string[] {
  const complaints: string[] = []
  if (text.length > maximum) complaints.push(tooLong(maximum, unit))
  // A hostile text is never given to a backtracking pattern beyond its longest length.
  if (text.length > 4096 || !matches(pattern, text)) complaints.push(regexComplaint(message, pattern, ...examples))
  return complaints
}

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

/** Characters that a path of a URL may have. */
export function httpPathComplaints(text: string): string[] {
  return matches(httpPath, text) ? [] : [regexComplaint('Invalid path', httpPath)]
}

/** Names of most objects. */
export function subdomainComplaints(text: string, unit: Unit = 'characters'): string[] {
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
  return check(text, { maximum: 253, unit, pattern: subdomain1123, message, examples: ['example.com'] })
}

/** Names of namespaces, containers, volumes and service ports. */
export function labelComplaints(text: string): string[] {
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return check(text, { maximum: 63, pattern: label1123, message, examples: ['my-name', '123-abc'] })
}

/** Domains to look names up in; parts of them may have an underscore. */
export function relaxedSubdomainComplaints(text: string): string[] {
  const part = '[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?'
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character"
  return check(text, { maximum: 253, pattern: `${part}(\\.${part})*`, message, examples: ['example.com'] })
}

/** Names of HTTP headers. */
export function httpHeaderComplaints(text: string): string[] {
  if (matches(httpHeader, text)) return []
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'"
  return [regexComplaint(message, httpHeader, 'X-Header-Name')]
}

/** Names of services. */
export function label1035Complaints(text: string): string[] {
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return check(text, { maximum: 63, pattern: label1035, message, examples: ['my-name', 'abc-123'] })
}

/** Names of RBAC objects: any single segment of a path. */
export function pathSegmentComplaints(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`]
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`)
}

const qualifiedMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const qualifiedExamples = ['MyName', 'my.name', '123-abc']

/** Keys of labels and annotations: an optional subdomain and a slash, then a name. */
export function qualifiedNameComplaints(text: string): string[] {
  const parts = text.split('/')
  if (parts.length > 2) {
    const complaint = regexComplaint(`a valid label key ${qualifiedMessage}`, qualifiedNamePart, ...qualifiedExamples)
    return [`${complaint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const complaints: string[] = []
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  if (prefix === '') complaints.push('prefix part must be non-empty')
  else if (prefix !== undefined) complaints.push(...subdomainComplaints(prefix, 'bytes').map((each) => `prefix part ${each}`))
  if (name === '') complaints.push('name part must be non-empty')
  else if (name.length > 63) complaints.push(`name part ${tooLong(63, 'bytes')}`)
  if (name.length > 4096 || !matches(qualifiedNamePart, name)) {
    complaints.push(`name part ${regexComplaint(qualifiedMessage, qualifiedNamePart, ...qualifiedExamples)}`)
  }
  return complaints
}

/** Values of labels. */
export function labelValueComplaints(text: string): string[] {
  const message = `a valid label must be an empty string or ${qualifiedMessage.replace('must consist', 'consist')}`
  const examples = ['MyValue', 'my_value', '12345']
  return check(text, { maximum: 63, unit: 'bytes', pattern: labelValue, message, examples })
}

/** Keys of ConfigMaps and Secrets. */
export function configKeyComplaints(text: string): string[] {
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
  const examples = ['key.name', 'KEY_NAME', 'key-name']
  const complaints = check(text, { maximum: 253, pattern: configKey, message, examples })
  if (text === '.') complaints.push("must not be '.'")
  else if (text === '..') complaints.push("must not be '..'")
  else if (text.startsWith('..')) complaints.push("must not start with '..'")
  return complaints
}

/** Names of container ports, as services may refer to them. */
export function portNameComplaints(text: string): string[] {
  const complaints: string[] = []
  if (text.length > 15) complaints.push(tooLong(15, 'characters'))
  if (!/^[-a-z0-9]+$/.test(text)) complaints.push('must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(text)) complaints.push('must contain at least one letter (a-z)')
  if (text.includes('--')) complaints.push('must not contain consecutive hyphens')
  if (text.startsWith('-') || text.endsWith('-')) complaints.push('must not begin or end with a hyphen')
  return complaints
}

/** Numbers of ports. */
export function portNumberComplaints(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive']
}

/** Names of environment variables. */
export function environmentNameComplaints(text: string): string[] {
  if (/^[ -<>-~]+$/.test(text)) return []
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** Percentages such as `25%`. */
export function percentComplaints(text: string): string[] {
  if (matches(percent, text)) return []
  const message = "a valid percent string must be a numeric string followed by an ending '%'"
  return [regexComplaint(message, percent, '1%', '93%')]
}

/** Host names that may begin with `*.`. */
export function wildcardSubdomainComplaints(text: string): string[] {
  const pattern = `\\*\\.${subdomain1123}`
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
  return check(text, { maximum: 253, pattern, message, examples: ['*.example.com'] })
}

/** Names that need a domain, such as webhooks': at least three segments where `segments` says so. */
export function fullyQualifiedComplaints(text: string, segments: number): string[] {
  const complaints = subdomainComplaints(text)
  if (complaints.length === 0 && text.split('.').length < segments) {
    complaints.push(
      `should be a domain with at least ${['zero', 'one', 'two', 'three'][segments] ?? segments} segments separated by dots`,
    )
  }
  return complaints
}
