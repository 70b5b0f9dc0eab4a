import type { ComponentOf } from '../../design/component.ts'
import type { RequestMatchSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'
import { type Draft, from } from '../traced-manifest.ts'

/** A match of a ServiceRouter's route (developer.hashicorp.com/consul, service-router `Match.HTTP`). */
export function httpMatch(
  policy: ComponentOf<'traffic'>,
  spec: RequestMatchSpec,
  path: ValuePath,
): { readonly draft: Draft; readonly diagnostics: readonly Diagnostic[] } {
  const headers = Object.entries(spec.headers ?? {})
  const query = Object.entries(spec.query ?? {})
  const draft = from(path, {
    http: {
      ...pathMatch(spec.path, [...path, 'path']),
      header:
        headers.length === 0
          ? undefined
          : headers.map(([name, how]) => from([...path, 'headers', name], { name, ...headerMatch(how) })),
      queryParam:
        query.length === 0 ? undefined : query.map(([name, how]) => from([...path, 'query', name], { name, ...queryMatch(how) })),
      methods: spec.methods === undefined ? undefined : from([...path, 'methods'], [...new Set(spec.methods)]),
    },
  })
  const absent = query.filter(([, how]) => 'present' in how && !how.present)
  return {
    draft,
    diagnostics: absent.map(([name]) =>
      mistake(policy, [...path, 'query', name], 'MF3020', {
        summary: 'A ServiceRouter cannot match where a query parameter is absent',
        hint: 'Put a route that matches its presence before this one.',
      }),
    ),
  }
}

/** A comparison of the path; nothing to compare is every path. */
function pathMatch(how: StringMatchSpec | undefined, path: ValuePath): { readonly [key: string]: Draft } {
  if (how === undefined || 'present' in how) return {}
  if ('exact' in how) return { pathExact: from(path, how.exact) }
  if ('prefix' in how) return { pathPrefix: from(path, how.prefix) }
  return { pathRegex: from(path, how.regex) }
}

/** A comparison of a header, in routers and intentions alike. */
export function headerMatch(how: StringMatchSpec): { readonly [key: string]: Draft } {
  if ('exact' in how) return { exact: how.exact }
  if ('prefix' in how) return { prefix: how.prefix }
  if ('regex' in how) return { regex: how.regex }
  return { present: true, invert: how.present ? undefined : true }
}

/** Parameters are compared whole, or by expression. */
function queryMatch(how: StringMatchSpec): { readonly [key: string]: Draft } {
  if ('exact' in how) return { exact: how.exact }
  if ('prefix' in how) return { regex: `^${how.prefix.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}.*` }
  if ('regex' in how) return { regex: how.regex }
  return { present: true }
}
