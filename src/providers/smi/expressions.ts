import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import { escapeRegex } from '../gateway-api/route-match.ts'
import type { SmiDialect } from './dialect.ts'

/** Expressions that compare nothing. */
const ANYTHING = '.*'

/** A comparison of a path as the mesh reads expressions; undefined where it cannot be said. */
export function pathExpression(how: StringMatchSpec, dialect: SmiDialect): string | undefined {
  const start = dialect.expressions === 'searched' ? '^' : ''
  if ('exact' in how) return `${start}${escapeRegex(how.exact)}$`
  if ('prefix' in how) return `${start}${escapeRegex(how.prefix)}.*`
  if (!('regex' in how)) return ANYTHING
  return dialect.expressions === 'templated' ? templated(how.regex) : `${start}${closed(how.regex)}`
}

/** A path of an authorization rule, where a star at either end matches the rest. */
export function starExpression(path: string, dialect: SmiDialect): string {
  const start = dialect.expressions === 'searched' ? '^' : ''
  if (path === '*') return ANYTHING
  if (path.endsWith('*')) return `${start}${escapeRegex(path.slice(0, -1))}.*`
  if (path.startsWith('*')) return `.*${escapeRegex(path.slice(1))}$`
  return `${start}${escapeRegex(path)}$`
}

/** A comparison of a header's whole value: SMI and its meshes search for expressions anywhere in it. */
export function headerExpression(how: StringMatchSpec, dialect: SmiDialect): string {
  if ('exact' in how) return `^${escapeRegex(how.exact)}$`
  if ('prefix' in how) return `^${escapeRegex(how.prefix)}.*`
  if ('regex' in how) return `^${closed(how.regex)}`
  // A header that is not there is empty to NGINX, and an expression that takes nothing would find it.
  return dialect.expressions === 'searched' ? '.+' : ANYTHING
}

/** An expression without a mark at its beginning, and one at its end. */
function closed(regex: string): string {
  const bare = withoutMarks(regex)
  return alternativesOf(bare).length > 1 ? `(?:${bare})$` : `${bare}$`
}

function withoutMarks(regex: string): string {
  const end = /(?<!\\)\$$/.test(regex) ? -1 : undefined
  return alternativesOf(regex).length > 1 ? regex : regex.slice(regex.startsWith('^') ? 1 : 0, end)
}

/**
 * An expression as Traefik Mesh puts it into its routes, `/{path:...}`: behind a slash, without groups that capture, which the
 * template refuses, and not held to the end of the path.
 */
function templated(regex: string): string | undefined {
  const alternatives = alternativesOf(withoutMarks(regex)).map(behindSlash)
  const known = alternatives.filter((alternative) => alternative !== undefined)
  if (known.length < alternatives.length) return undefined
  const rest = withoutCaptures(known.join('|'))
  return known.length > 1 ? `/(?:${rest})$` : `/${rest}$`
}

/** What follows the slash that every path begins with; undefined where the expression does not begin with one. */
function behindSlash(alternative: string): string | undefined {
  const bare = alternative.replace(/^\^/, '')
  if (/^\/(?![?*+{])/.test(bare)) return bare.slice(1)
  if (bare.startsWith('.*')) return bare
  return bare.startsWith('.+') ? `.*${bare.slice(2)}` : undefined
}

/** Pieces of an expression: what is escaped, classes of characters, and every other character. */
function piecesOf(regex: string): readonly string[] {
  return regex.match(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[\s\S]/g) ?? []
}

function alternativesOf(regex: string): readonly string[] {
  const alternatives = ['']
  let depth = 0
  for (const piece of piecesOf(regex)) {
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
    if (piece === '|' && depth === 0) alternatives.push('')
    else alternatives.push((alternatives.pop() ?? '') + piece)
  }
  return alternatives
}

function withoutCaptures(regex: string): string {
  const pieces = piecesOf(regex)
  const plain = pieces.map((piece, index) => (piece === '(' && pieces[index + 1] !== '?' ? '(?:' : piece)).join('')
  return plain.replaceAll(/\(\?P?<\w+>/g, '(?:')
}
