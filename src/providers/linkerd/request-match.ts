import type { AuthorizationRuleSpec } from '../../design/schema/authorization.ts'
import type { ValuePath } from '../../plan/source.ts'
import { escapeRegex } from '../gateway-api/route-match.ts'
import { type Draft, from } from '../traced-manifest.ts'

/** The part of a rule that is about requests rather than callers. */
export type RequestCondition = Pick<AuthorizationRuleSpec, 'methods' | 'paths' | 'hosts' | 'headers'>

/** True when the rule looks into requests. */
export function looksIntoRequests({ methods, paths, hosts, headers }: RequestCondition): boolean {
  return [methods, paths, hosts].some((list) => (list ?? []).length > 0) || Object.keys(headers ?? {}).length > 0
}

/** The same text for conditions that match the same requests. */
export function conditionKey({ methods = [], paths = [], hosts = [], headers = {} }: RequestCondition): string {
  const named = Object.entries(headers).sort(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify([[...methods].sort(), [...paths].sort(), [...hosts].sort(), named])
}

/** True when every request that `narrow` matches is matched by `wide` too, as far as their words tell. */
export function covers(wide: RequestCondition, narrow: RequestCondition): boolean {
  const within = (outer: readonly string[] | undefined, inner: readonly string[] | undefined, includes: Includes) =>
    (outer ?? []).length === 0 ||
    ((inner ?? []).length > 0 && (inner ?? []).every((one) => (outer ?? []).some((other) => includes(other, one))))
  const narrowHeaders = narrow.headers ?? {}
  return (
    within(wide.methods, narrow.methods, (one, other) => one === other) &&
    within(wide.paths, narrow.paths, patternIncludes) &&
    within(wide.hosts, narrow.hosts, patternIncludes) &&
    Object.entries(wide.headers ?? {}).every(([name, how]) => JSON.stringify(narrowHeaders[name]) === JSON.stringify(how))
  )
}

type Includes = (wide: string, narrow: string) => boolean

/** True when the two can match one request, as far as methods and paths tell. */
export function canMeet(left: RequestCondition, right: RequestCondition): boolean {
  const some = (one: readonly string[] = [], other: readonly string[] = [], meet: Includes) =>
    one.length === 0 || other.length === 0 || one.some((first) => other.some((second) => meet(first, second)))
  return (
    some(left.methods, right.methods, (one, other) => one === other) &&
    some(left.paths, right.paths, (one, other) => patternIncludes(one, other) || patternIncludes(other, one))
  )
}

function patternIncludes(wide: string, narrow: string): boolean {
  if (wide === '*' || wide === narrow) return true
  if (wide.endsWith('*')) return narrow.startsWith(wide.slice(0, -1)) && !narrow.startsWith('*')
  return wide.startsWith('*') && narrow.endsWith(wide.slice(1)) && !narrow.endsWith('*')
}

/** HTTPRoute matches of a condition: each method with each path. */
export function conditionMatches(condition: RequestCondition, path: ValuePath): readonly Draft[] {
  const { methods = [], paths = [] } = condition
  const headers = Object.entries(condition.headers ?? {}).map(([name, how]) =>
    from([...path, 'headers', name], { name, ...headerMatch(how) }),
  )
  const shared = headers.length === 0 ? {} : { headers }
  const eachPath =
    paths.length === 0
      ? [shared]
      : paths.map((text, index) => ({ ...shared, path: from([...path, 'paths', index], pathMatch(text)) }))
  if (methods.length === 0) return eachPath
  return methods.flatMap((method, index) =>
    eachPath.map((match) => ({ ...match, method: from([...path, 'methods', index], method) })),
  )
}

/** A star stands for any rest; PathPrefix would match whole path elements only, so it is a regular expression. */
function pathMatch(text: string): Draft {
  if (text === '*' || text === '/*') return { type: 'PathPrefix', value: '/' }
  if (text.endsWith('*')) return { type: 'RegularExpression', value: `${escapeRegex(text.slice(0, -1))}.*` }
  if (text.startsWith('*')) return { type: 'RegularExpression', value: `.*${escapeRegex(text.slice(1))}` }
  return { type: 'Exact', value: text }
}

function headerMatch(how: NonNullable<RequestCondition['headers']>[string]): { readonly type: string; readonly value: string } {
  if ('exact' in how) return { type: 'Exact', value: how.exact }
  if ('prefix' in how) return { type: 'RegularExpression', value: `${escapeRegex(how.prefix)}.*` }
  return { type: 'RegularExpression', value: 'regex' in how ? how.regex : '.*' }
}
