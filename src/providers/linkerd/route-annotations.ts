import type { RouteSpec } from '../../design/schema/traffic.ts'
import type { RouteGroup } from '../gateway-api/traffic-routes.ts'
import type { ResolvedRoute } from '../resolve-routes.ts'
import { type DraftObject, from } from '../traced-manifest.ts'
import { milliseconds } from '../wire-duration.ts'

/**
 * Routes grouped by their timeout and retries, which Linkerd reads from annotations of the whole route object
 * (linkerd.io/2-edge/reference/retries): an HTTPRoute for each group, in the order in which they first appear.
 */
export function annotatedGroups(routes: readonly ResolvedRoute[]): readonly RouteGroup[] {
  const groups = new Map<string, { routes: ResolvedRoute[]; annotations: DraftObject | undefined }>()
  for (const route of routes) {
    const key = JSON.stringify([route.spec.timeout, route.spec.retries])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { routes: [route], annotations: annotationsOf(route) })
    else known.routes.push(route)
  }
  return [...groups.values()]
}

function annotationsOf({ spec, path }: ResolvedRoute): DraftObject | undefined {
  const { timeout } = spec
  // A limit of 0 would mean the default of 1; without annotations nothing is retried.
  const retries = spec.retries?.attempts === 0 ? undefined : spec.retries
  if (timeout === undefined && retries === undefined) return undefined
  const at = [...path, 'retries']
  return {
    'retry.linkerd.io/http': retries === undefined ? undefined : from([...at, 'on'], conditions(retries)),
    'retry.linkerd.io/limit': retries === undefined ? undefined : from([...at, 'attempts'], String(retries.attempts)),
    'retry.linkerd.io/timeout': from([...at, 'perTry'], oneUnit(retries?.perTry)),
    'timeout.linkerd.io/request': from([...path, 'timeout'], oneUnit(timeout)),
  }
}

function conditions({ on = ['5xx'] }: NonNullable<RouteSpec['retries']>): string {
  return on.map((word) => (word === 'retriable-4xx' ? '409' : word)).join(',')
}

/** Linkerd's durations have one unit. */
function oneUnit(duration: string | undefined): string | undefined {
  return duration === undefined || /^\d+(ms|s|m|h|d)$/.test(duration) ? duration : `${milliseconds(duration)}ms`
}
