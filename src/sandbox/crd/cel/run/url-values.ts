import type { CelFunctions } from './overloads.ts'
import { CelFailure, type CelValue, LibraryValue, PlainList, PlainMap } from './values.ts'

/** The parts of a URL as they were written. */
interface UrlParts {
  readonly text: string
  readonly scheme: string
  readonly user: string
  readonly host: string
  readonly path: string
  readonly query: string
}

function splitAuthority(authority: string): readonly [user: string, host: string] {
  const at = authority.lastIndexOf('@')
  return [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)]
}

function authorityProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const bad = /[\s<>"`^{|}\\]/.exec(host)?.[0]
  if (bad !== undefined) return `invalid character ${JSON.stringify(bad)} in host name`
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host"
  const port = /^(?:\[[^\]]*\]|[^:]*)(.*)$/.exec(host)?.[1] ?? ''
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`
  return escapeProblem(host)
}

function escapeProblem(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0]
  return bad === undefined ? undefined : `invalid URL escape ${JSON.stringify(bad)}`
}

/** Reads a URL as Go does: absolute, or a path from the root unless `relative` ones are taken. A text tells what is wrong. */
function read(text: string, takesRelative = false): UrlParts | string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'net/url: invalid control character in URL'
  if (text === '' && !takesRelative) return 'empty url'
  const [withoutFragment = ''] = text.split('#', 1)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(withoutFragment)?.[1]
  if (scheme === undefined && withoutFragment.startsWith(':')) return 'missing protocol scheme'
  const rest = scheme === undefined ? withoutFragment : withoutFragment.slice(scheme.length + 1)
  const mark = rest.indexOf('?')
  const [body, query] = mark < 0 ? [rest, ''] : [rest.slice(0, mark), rest.slice(mark + 1)]
  if (!body.startsWith('/')) {
    // What follows the scheme of such a URL has no parts.
    const parts = {
      text,
      scheme: (scheme ?? '').toLowerCase(),
      user: '',
      host: '',
      path: scheme === undefined ? body : '',
      query,
    }
    if (scheme === undefined && !takesRelative) return 'invalid URI for request'
    const hasColon = scheme === undefined && (body.split('/', 1)[0] ?? '').includes(':')
    return hasColon ? 'first path segment in URL cannot contain colon' : (escapeProblem(parts.path) ?? parts)
  }
  const authority = scheme !== undefined && body.startsWith('//') ? (/^\/\/([^/]*)/.exec(body)?.[1] ?? '') : undefined
  const path = authority === undefined ? body : body.slice(2 + authority.length)
  const problem = (authority === undefined ? undefined : authorityProblem(authority)) ?? escapeProblem(path)
  if (problem !== undefined) return problem
  const [user, host] = splitAuthority(authority ?? '')
  return { text, scheme: (scheme ?? '').toLowerCase(), user, host, path, query }
}

/** A path with what may not stand in one escaped. */
function escapedPath(path: string): string {
  if (/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]|%[0-9a-fA-F]{2})*$/.test(path)) return path
  const plain = Buffer.from(
    path.replaceAll(/%([0-9a-fA-F]{2})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
  )
  return [...plain]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      const isPlain = /[A-Za-z0-9\-._~$&+,/:;=@]/.test(character)
      return isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function queryOf(query: string): CelValue {
  const found = new Map<string, CelValue[]>()
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue
    const equals = part.indexOf('=')
    const name = unescaped(equals < 0 ? part : part.slice(0, equals))
    const value = unescaped(equals < 0 ? '' : part.slice(equals + 1))
    if (name === undefined || value === undefined) continue
    const values = found.get(name)
    if (values === undefined) found.set(name, [value])
    else values.push(value)
  }
  return new PlainMap([...found].map(([name, values]) => [name, new PlainList(values)] as const))
}

/** A URL as CEL handles it. */
class UrlValue extends LibraryValue {
  readonly typeName = 'kubernetes.URL'
  readonly parts: UrlParts

  constructor(parts: UrlParts) {
    super()
    this.parts = parts
  }

  equals(other: LibraryValue): boolean {
    return other instanceof UrlValue && this.parts.text === other.parts.text
  }
}

/** The parts of an address, or what is wrong with it in Go's words. */
export function readAddress(text: string): UrlParts | { readonly problem: string } {
  const parts = read(text, true)
  return typeof parts === 'string' ? { problem: `parse ${JSON.stringify(text)}: ${parts}` } : parts
}

/** What is wrong with a text as a URL; undefined when nothing is. */
export function urlProblem(text: string): string | undefined {
  const parts = read(text)
  return typeof parts === 'string' ? `parse ${JSON.stringify(text)}: ${parts}` : undefined
}

function parsed(text: string): UrlValue {
  const parts = read(text)
  if (typeof parts !== 'string') return new UrlValue(parts)
  throw new CelFailure(`URL parse error during conversion from string: ${urlProblem(text) ?? ''}`)
}

function part(of: (parts: UrlParts) => CelValue): CelFunctions[string] {
  return (url) => (url instanceof UrlValue ? of(url.parts) : undefined)
}

/** `url(...)` and what can be asked of one. */
export const urlFunctions: CelFunctions = {
  url: (text) => (typeof text === 'string' ? parsed(text) : undefined),
  isURL: (text) => (typeof text === 'string' ? typeof read(text) !== 'string' : undefined),
  getScheme: part(({ scheme }) => scheme),
  getHost: part(({ host }) => host),
  getHostname: part(({ host }) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')),
  getPort: part(({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ''),
  getEscapedPath: part(({ path }) => escapedPath(path)),
  getQuery: part(({ query }) => queryOf(query)),
}
