import type { ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { mistake } from './mistake.ts'
import type { ResolvedRoute } from './resolve-routes.ts'

/** True where some requests fit no route: each route asks for something. */
function isOpenEnded(routes: readonly ResolvedRoute[]): boolean {
  return routes.length > 0 && routes.every(({ matches }) => matches.length > 0 && !matches.some(takesAll))
}

function takesAll({ spec, from }: ResolvedRoute['matches'][number]): boolean {
  const { path, headers, query, methods, port } = spec
  const anyPath = path === undefined || ('prefix' in path && path.prefix === '/') || ('present' in path && path.present)
  const others = [from, methods, port].every((asked) => asked === undefined)
  return anyPath && others && Object.keys({ ...headers, ...query }).length === 0
}

/** Where a mesh sends what no route takes, if it answers nothing itself: a request that no route takes is answered 404 elsewhere. */
export function openEnd(policy: ComponentOf<'traffic'>, routes: readonly ResolvedRoute[], goesTo: string): readonly Diagnostic[] {
  if (!isOpenEnded(routes)) return []
  return [
    mistake(policy, ['routes'], 'MF3020', {
      severity: 'warning',
      summary: `Requests that no route takes go to ${goesTo}`,
      detail: 'Other meshes answer them 404.',
      hint: 'End the routes with one that matches nothing, and say there where these requests go.',
    }),
  ]
}
