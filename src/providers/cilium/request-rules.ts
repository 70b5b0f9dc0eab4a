import type { AuthorizationRuleSpec } from '../../design/schema/authorization.ts'
import { escapeRegex } from '../gateway-api/route-match.ts'
import type { DraftObject } from '../traced-manifest.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const

/** What a rule says of requests. */
export type Requests = Pick<AuthorizationRuleSpec, 'methods' | 'paths' | 'hosts' | 'headers'>

/** True when the rule looks into requests. */
export function looksIntoRequests({ methods, paths, hosts, headers }: Requests): boolean {
  return [methods, paths, hosts].some((list) => (list ?? []).length > 0) || Object.keys(headers ?? {}).length > 0
}

/** Requests on the way to an HTTP rule: a method, a path pattern, and patterns that are taken out of it. */
interface Piece {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly without: readonly string[]
}

/**
 * The HTTP rules of requests that are allowed, less those that are denied. Cilium has no deny rules for requests and its regular
 * expressions no negation, so what is denied is left out of what is allowed.
 */
export function httpRules(allowed: Requests, denied: readonly Requests[]): readonly DraftObject[] {
  const methods: readonly (string | undefined)[] = (allowed.methods ?? []).length === 0 ? [undefined] : (allowed.methods ?? [])
  const paths: readonly (string | undefined)[] = (allowed.paths ?? []).length === 0 ? [undefined] : (allowed.paths ?? [])
  let pieces = methods.flatMap((method) => paths.map((path): Piece => ({ method, path, without: [] })))
  for (const deny of denied) pieces = pieces.flatMap((piece) => remove(piece, deny))
  const hosts: readonly (string | undefined)[] = (allowed.hosts ?? []).length === 0 ? [undefined] : (allowed.hosts ?? [])
  const headers = Object.entries(allowed.headers ?? {}).map(([name, how]) => ('exact' in how ? `${name}: ${how.exact}` : name))
  return pieces.flatMap(({ method, path, without }) => {
    const regex = pathRegex(path, without)
    if (regex === undefined) return []
    return hosts.map((host) => ({
      method,
      path: regex === '' ? undefined : regex,
      host: host === undefined ? undefined : hostRegex(host),
      headers: headers.length === 0 ? undefined : headers,
    }))
  })
}

/** What of a deny rule about requests cannot be left out of allowed ones. */
export function cannotLeaveOut({ hosts, headers, paths }: Requests): boolean {
  return (hosts ?? []).length > 0 || Object.keys(headers ?? {}).length > 0 || (paths ?? []).some((path) => path.startsWith('*'))
}

/** A request is denied when its method and its path both are, so either of them being another suffices. */
function remove(piece: Piece, { methods = [], paths = [] }: Requests): readonly Piece[] {
  const otherPath = paths.length === 0 ? [] : [{ ...piece, without: [...piece.without, ...paths] }]
  if (methods.length === 0) return otherPath
  const candidates: readonly string[] = piece.method === undefined ? METHODS : [piece.method]
  const otherMethods = candidates.filter((method) => !methods.includes(method))
  return [...otherPath, ...otherMethods.map((method) => ({ ...piece, method }))]
}

function hostRegex(host: string): string {
  const text = host.startsWith('*') ? `.*${escapeRegex(host.slice(1))}` : escapeRegex(host)
  return `${text}(:[0-9]+)?`
}

interface Rest {
  readonly text: string
  readonly whole: boolean
}

/** A path pattern less some others, as regular expression over path and parameters; '' for all, undefined for nothing. */
export function pathRegex(path: string | undefined, without: readonly string[]): string | undefined {
  if (path?.startsWith('*') === true && path !== '*') return `[^?]*${escapeRegex(path.slice(1))}(\\?.*)?`
  const base = patternOf(path ?? '*')
  const inside: Rest[] = []
  for (const pattern of without.map(patternOf)) {
    if (base.whole) {
      const hit = pattern.whole ? pattern.text === base.text : base.text.startsWith(pattern.text)
      if (hit) return undefined
    } else if (pattern.text.startsWith(base.text)) {
      inside.push({ text: pattern.text.slice(base.text.length), whole: pattern.whole })
    } else if (!pattern.whole && base.text.startsWith(pattern.text)) {
      return undefined
    }
  }
  if (base.whole) return `${escapeRegex(base.text)}(\\?.*)?`
  if (inside.length === 0) return base.text === '' ? '' : `${escapeRegex(base.text)}.*`
  const rest = complement(inside)
  return rest === undefined ? undefined : `${escapeRegex(base.text)}${rest}`
}

function patternOf(path: string): Rest {
  return path.endsWith('*') ? { text: path.slice(0, -1), whole: false } : { text: path, whole: true }
}

/** A regular expression for every text that neither begins with a prefix among these nor is a whole one among them. */
function complement(denied: readonly Rest[]): string | undefined {
  if (denied.some(({ text, whole }) => text === '' && !whole)) return undefined
  const ends = denied.some(({ text }) => text === '')
  const next = new Map<string, Rest[]>()
  for (const { text, whole } of denied) {
    const first = text.charAt(0)
    if (first === '') continue
    const list = next.get(first) ?? []
    list.push({ text: text.slice(1), whole })
    next.set(first, list)
  }
  // A whole path is denied with whatever parameters it has.
  const taken = [...next.keys(), ...(ends ? ['?'] : [])].map((character) => character.replace(/[\\\]^-]/g, '\\$&'))
  const branches = [...next].flatMap(([character, rest]) => {
    const inner = complement(rest)
    return inner === undefined ? [] : [`${escapeRegex(character)}${inner}`]
  })
  return `(${[...(ends ? [] : ['']), `[^${taken.join('')}].*`, ...branches].join('|')})`
}
