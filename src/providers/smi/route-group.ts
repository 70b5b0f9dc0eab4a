import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest } from '../contract.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { hasSpec, type SmiDialect, specsApi } from './dialect.ts'

/** One way a request can match, in SMI's words. */
export interface GroupMatch {
  readonly name: string
  readonly pathRegex: Draft
  readonly methods: Draft
  readonly headers: readonly (readonly [name: string, regex: Draft])[]
}

/** A match that every request fits. */
export const EVERY_REQUEST: GroupMatch = { name: 'all', pathRegex: '.*', methods: ['*'], headers: [] }

/** An HTTPRouteGroup. */
export function routeGroup(
  name: string,
  namespace: string,
  matches: readonly Draft[],
  dialect: SmiDialect,
  path: ValuePath,
): DesiredManifest {
  const body: DraftObject = { matches }
  return traceManifest(
    {
      apiVersion: specsApi(dialect),
      kind: 'HTTPRouteGroup',
      metadata: { name, namespace },
      ...(hasSpec(dialect.specs, 'specs') ? { spec: body } : body),
    },
    path,
  )
}

/** A match of an HTTPRouteGroup; v1alpha1 has no headers, which the caller sees to. */
export function groupMatch(match: GroupMatch, dialect: SmiDialect): Draft {
  const { headers } = match
  return {
    name: match.name,
    pathRegex: match.pathRegex,
    methods: match.methods,
    headers:
      headers.length === 0
        ? undefined
        : dialect.headers === 'map'
          ? Object.fromEntries(headers)
          : headers.map(([name, regex]) => ({ [name]: regex })),
  }
}

/** Literal text inside a regular expression. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** A comparison of a path; SMI anchors the beginning only, so equality needs its end marked. */
export function pathExpression(how: StringMatchSpec, dialect: SmiDialect): string {
  if ('exact' in how) return `${dialect.pathStart}${escapeRegex(how.exact)}$`
  if ('prefix' in how) return `${dialect.pathStart}${escapeRegex(how.prefix)}.*`
  if ('regex' in how) return dialect.pathStart === '' ? how.regex : `^(${how.regex})$`
  return '.*'
}

/** A path of an authorization rule, where a star at either end matches the rest. */
export function starExpression(path: string, dialect: SmiDialect): string {
  if (path === '*') return '.*'
  if (path.endsWith('*')) return pathExpression({ prefix: path.slice(0, -1) }, dialect)
  if (path.startsWith('*')) return `.*${escapeRegex(path.slice(1))}$`
  return pathExpression({ exact: path }, dialect)
}

/** A comparison of a header's whole value. */
export function headerExpression(how: StringMatchSpec): string {
  if ('exact' in how) return `^${escapeRegex(how.exact)}$`
  if ('prefix' in how) return `^${escapeRegex(how.prefix)}.*`
  if ('regex' in how) return how.regex
  return '.*'
}

/** The headers of a match, each with where the design says it. */
export function headersOf(
  headers: { readonly [name: string]: StringMatchSpec } | undefined,
  path: ValuePath,
): readonly (readonly [string, Draft])[] {
  return Object.entries(headers ?? {}).map(([name, how]) => [name, from([...path, 'headers', name], headerExpression(how))])
}
