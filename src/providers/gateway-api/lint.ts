import type { Manifest } from '../../plan/manifest.ts'
import type { LintFinding } from '../contract.ts'
import { objectsIn, stringIn, valueIn } from '../json-view.ts'
import { lintFinding } from '../lint-finding.ts'
import { GATEWAY_GROUP } from './api.ts'

/** What of Gateway API objects is valid and still does not do what it seems to, told from the objects alone. */
export function lintGatewayApi(manifests: readonly Manifest[]): readonly LintFinding[] {
  return [...lintRouteRules(manifests), ...rivals(httpRoutesOf(manifests))]
}

function httpRoutesOf(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(({ apiVersion, kind }) => kind === 'HTTPRoute' && apiVersion.startsWith(`${GATEWAY_GROUP}/`))
}

/** Findings about each HTTPRoute by itself. */
export function lintRouteRules(manifests: readonly Manifest[]): readonly LintFinding[] {
  const routes = httpRoutesOf(manifests)
  const services = new Map(
    manifests
      .filter(({ apiVersion, kind }) => kind === 'Service' && apiVersion === 'v1')
      .map((service) => [placeOf(service.metadata.namespace, service.metadata.name), service]),
  )
  return [...routes.flatMap(unreachable), ...routes.flatMap((route) => missingPorts(route, services))]
}

function placeOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? 'default'}/${name}`
}

/** Of rules that match the same, the first is taken; a rule without matches takes every request the earlier ones leave. */
function unreachable(route: Manifest): readonly LintFinding[] {
  const seen = new Map<string, number>()
  return objectsIn(route, 'spec', 'rules').flatMap((rule, index) => {
    const matches = objectsIn(rule, 'matches')
    // An empty match is how a match by the port of the parent alone comes out: it is told apart from no matches at all.
    const keys = matches.length === 0 ? ['*'] : matches.map((match) => JSON.stringify(match))
    const earlier = keys.map((key) => seen.get('*') ?? seen.get(key))
    for (const key of keys) if (!seen.has(key)) seen.set(key, index)
    const [by] = earlier
    if (by === undefined || !earlier.every((position) => position !== undefined)) return []
    return [
      lintFinding(route, ['spec', 'rules', index], 'MF3033', {
        summary: `Rule ${index} of HTTPRoute ${route.metadata.name} is never reached`,
        detail: `Rule ${by} matches the same requests.`,
        hint: 'Remove one of the two, or let them match different requests.',
      }),
    ]
  })
}

function missingPorts(route: Manifest, services: ReadonlyMap<string, Manifest>): readonly LintFinding[] {
  return objectsIn(route, 'spec', 'rules').flatMap((rule, index) =>
    objectsIn(rule, 'backendRefs').flatMap((backend, position) => {
      const name = stringIn(backend, 'name') ?? ''
      const namespace = stringIn(backend, 'namespace') ?? route.metadata.namespace
      const service = services.get(placeOf(namespace, name))
      const port = valueIn(backend, 'port')
      const ports = objectsIn(service, 'spec', 'ports').map((entry) => entry.port)
      if (service === undefined || port === undefined || ports.includes(port)) return []
      return [
        lintFinding(route, ['spec', 'rules', index, 'backendRefs', position, 'port'], 'MF3031', {
          summary: `HTTPRoute ${route.metadata.name} leads to port ${String(port)} of Service ${name}, which has none such`,
          detail: `Its ports are ${ports.join(', ') || 'none'}.`,
          hint: 'Name a port of the Service.',
        }),
      ]
    }),
  )
}

/** Several routes on one Service are merged rule by rule, the older first: nobody chose that order. */
function rivals(routes: readonly Manifest[]): readonly LintFinding[] {
  const first = new Map<string, Manifest>()
  return routes.flatMap((route) =>
    objectsIn(route, 'spec', 'parentRefs').flatMap((parent, index) => {
      if (parent.kind !== 'Service') return []
      const namespace = stringIn(parent, 'namespace') ?? route.metadata.namespace
      const key = `${placeOf(namespace, stringIn(parent, 'name') ?? '')}:${String(parent.port ?? '')}`
      const rival = first.get(key)
      if (rival === undefined) {
        first.set(key, route)
        return []
      }
      return [
        lintFinding(route, ['spec', 'parentRefs', index], 'MF3032', {
          summary: `HTTPRoutes ${rival.metadata.name} and ${route.metadata.name} are attached to the same Service`,
          detail: 'Their rules are merged, those of the older object first.',
          hint: 'Merge them into one, in the order they should be tried.',
        }),
      ]
    }),
  )
}
