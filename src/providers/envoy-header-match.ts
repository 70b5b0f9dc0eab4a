import type { RequestMatchSpec, StringMatchSpec } from '../design/schema/traffic.ts'
import { escapeRegex } from './gateway-api/route-match.ts'
import type { DraftObject } from './traced-manifest.ts'

/**
 * A match as Envoy's HeaderMatchers, all of which must hold: filters that know headers only see the path, its parameters and the
 * method as the pseudo-headers :path and :method (envoy.config.route.v3.HeaderMatcher).
 */
export function headerMatchers(match: RequestMatchSpec): readonly DraftObject[] {
  const query = Object.entries(match.query ?? {})
  const methods = match.methods ?? []
  return [
    ...(match.path === undefined ? [] : [{ name: ':path', ...pathMatcher(match.path) }]),
    ...query.map(([name, how]) => ({ name: ':path', ...queryMatcher(name, how) })),
    ...Object.entries(match.headers ?? {}).map(([name, how]) => ({ name, ...valueMatcher(how) })),
    ...(methods.length === 0 ? [] : [{ name: ':method', string_match: regex(methods.map(escapeRegex).join('|')) }]),
  ]
}

function regex(text: string): DraftObject {
  return { safe_regex: { regex: text } }
}

/** :path holds the parameters too. */
function pathMatcher(how: StringMatchSpec): DraftObject {
  if ('present' in how) return { present_match: how.present }
  if ('prefix' in how) return { string_match: { prefix: how.prefix } }
  const path = 'exact' in how ? escapeRegex(how.exact) : how.regex
  return { string_match: regex(`(${path})(\\?.*)?`) }
}

/** A parameter, as it stands in :path. */
export function queryMatcher(name: string, how: StringMatchSpec): DraftObject {
  const value =
    'exact' in how
      ? escapeRegex(how.exact)
      : 'prefix' in how
        ? `${escapeRegex(how.prefix)}[^&]*`
        : 'regex' in how
          ? how.regex
          : '[^&]*'
  const end = 'present' in how ? `(=${value})?` : `=(${value})`
  const found = { string_match: regex(`[^?]*\\?(.*&)?${escapeRegex(name)}${end}(&.*)?`) }
  return 'present' in how && !how.present ? { ...found, invert_match: true } : found
}

/** A header by its value. */
export function valueMatcher(how: StringMatchSpec): DraftObject {
  if ('exact' in how) return { string_match: { exact: how.exact } }
  if ('prefix' in how) return { string_match: { prefix: how.prefix } }
  return 'regex' in how ? { string_match: regex(how.regex) } : { present_match: how.present }
}
