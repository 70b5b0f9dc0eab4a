import type { Manifest } from '../../plan/manifest.ts'
import { type AdmissionTable, type Refusal, refusals } from '../admission.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'

/** What the webhooks of App Mesh's controller refuse in new objects (aws-app-mesh-controller-for-k8s webhooks/appmesh). */
export const APP_MESH_ADMISSION: AdmissionTable = {
  by: "App Mesh's controller",
  checks: { 'appmesh.k8s.aws/VirtualRouter': virtualRouter },
}

function virtualRouter(router: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const names = new Set<string>()
    for (const [index, route] of objectsIn(router, 'spec', 'routes').entries()) {
      const path = ['spec', 'routes', index]
      const name = stringIn(route, 'name') ?? ''
      if (names.has(name)) refuse([...path, 'name'], `has two routes of the name ${name}`, 'Give each route a name of its own.')
      names.add(name)
      // Of the kinds of a route only the first that is there is looked at.
      const kind = (['httpRoute', 'http2Route'] as const).find((key) => route[key] !== undefined)
      if (kind === undefined) continue
      const match = objectIn(route, kind, 'match')
      const at = [...path, kind, 'match']
      if (match.prefix === undefined && match.path === undefined) {
        refuse(at, `matches neither a prefix nor a path in the route ${name}`, 'Say `prefix: /` for all requests.')
      }
      if (match.prefix !== undefined && match.path !== undefined) {
        refuse(at, `matches both a prefix and a path in the route ${name}`, 'Keep one of the two.')
      }
      if (match.path === undefined || match.prefix !== undefined) continue
      const whole = objectIn(match, 'path')
      if ((whole.exact === undefined) === (whole.regex === undefined)) {
        refuse([...at, 'path'], `compares the path not in one way in the route ${name}`, 'Say `exact` or `regex`.')
      }
    }
  })
}
