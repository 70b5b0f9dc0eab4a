import type { ComponentOf } from '../../design/component.ts'
import type { RequestMatchSpec, StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { mistake } from '../mistake.ts'
import { canBothHold } from '../requests-overlap.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'

const EVERYTHING: RequestMatchSpec = {}

/**
 * A warning for each route that is tried before an earlier one that can match the same request: a design's first match wins, the
 * Gateway API's most specific one does. Regular expressions of paths are left out, since their rank is up to the implementation.
 */
export function orderWarnings(component: ComponentOf<'traffic'>, routes: readonly ResolvedRoute[]): readonly Diagnostic[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).findIndex((other) => overtakes(route, other))
    if (earlier < 0) return []
    return [
      mistake(component, route.path, 'MF3022', {
        severity: 'warning',
        summary: `Route ${index} is tried before route ${earlier}, since it is more specific`,
        detail: 'The Gateway API ranks matches: exact path, longer path, method, number of headers, number of parameters.',
        hint: 'Let the earlier route match at least as much, or leave out what both can match.',
      }),
    ]
  })
}

function overtakes(later: ResolvedRoute, earlier: ResolvedRoute): boolean {
  return matchesOf(later).some((mine) =>
    matchesOf(earlier).some(
      (other) => !isRegex(mine.path) && !isRegex(other.path) && moreSpecific(mine, other) && canBothHold(mine, other),
    ),
  )
}

function matchesOf(route: ResolvedRoute): readonly RequestMatchSpec[] {
  return route.matches.length === 0 ? [EVERYTHING] : route.matches.map((match) => match.spec)
}

function isRegex(how: StringMatchSpec | undefined): boolean {
  return how !== undefined && 'regex' in how
}

function moreSpecific(mine: RequestMatchSpec, other: RequestMatchSpec): boolean {
  const [left, right] = [rankOf(mine), rankOf(other)]
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

function rankOf(match: RequestMatchSpec): readonly number[] {
  const { path } = match
  return [
    path !== undefined && 'exact' in path ? 1 : 0,
    path !== undefined && 'exact' in path ? path.exact.length : path !== undefined && 'prefix' in path ? path.prefix.length : 1,
    (match.methods ?? []).length > 0 ? 1 : 0,
    Object.keys(match.headers ?? {}).length,
    Object.keys(match.query ?? {}).length,
  ]
}
