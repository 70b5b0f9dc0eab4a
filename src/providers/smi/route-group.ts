import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest } from '../contract.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { hasSpec, type SmiDialect, specsApi } from './dialect.ts'
import { headerExpression } from './expressions.ts'

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

/** The headers of a match, each with where the design says it. */
export function headersOf(
  headers: { readonly [name: string]: StringMatchSpec } | undefined,
  path: ValuePath,
  dialect: SmiDialect,
): readonly (readonly [string, Draft])[] {
  return Object.entries(headers ?? {}).map(([name, how]) => [
    name,
    from([...path, 'headers', name], headerExpression(how, dialect)),
  ])
}
