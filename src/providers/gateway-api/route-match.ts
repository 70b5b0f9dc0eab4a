import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { ResolvedMatch } from '../resolve-routes.ts'
import { type Draft, from } from '../traced-manifest.ts'

/** HTTPRouteMatch entries of one match: one for each method, since an entry takes a single one. */
export function routeMatches({ spec, path }: ResolvedMatch): readonly Draft[] {
  const common = {
    path: from([...path, 'path'], pathMatch(spec.path)),
    headers: namedMatches(spec.headers, [...path, 'headers']),
    queryParams: namedMatches(spec.query, [...path, 'query']),
  }
  if (spec.methods === undefined || spec.methods.length === 0) return [from(path, common)]
  return [...new Set(spec.methods)].map((method, index) =>
    from(path, { ...common, method: from([...path, 'methods', index], method.toUpperCase()) }),
  )
}

function pathMatch(how: StringMatchSpec | undefined): Draft {
  if (how === undefined || 'present' in how) return undefined
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  if ('prefix' in how) return { type: 'PathPrefix', value: how.prefix }
  return { type: 'RegularExpression', value: how.regex }
}

function namedMatches(named: { readonly [name: string]: StringMatchSpec } | undefined, path: ValuePath): Draft {
  const entries = Object.entries(named ?? {})
  if (entries.length === 0) return undefined
  return entries.map(([name, how]) => from([...path, name], { name, ...valueMatch(how) }))
}

function valueMatch(how: StringMatchSpec): { readonly type: string; readonly value: string } {
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  if ('regex' in how) return { type: 'RegularExpression', value: how.regex }
  if ('prefix' in how) return { type: 'RegularExpression', value: `${escapeRegex(how.prefix)}.*` }
  return { type: 'RegularExpression', value: '.*' }
}

/** Text as a regular expression that matches just it. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
