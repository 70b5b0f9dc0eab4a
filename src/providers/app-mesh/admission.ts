import type { Manifest } from '../../plan/manifest.ts'
import { type AdmissionTable, type Refusal, refusals } from '../admission.ts'
import { objectIn, objectsIn, stringIn, valueIn } from '../json-view.ts'

/** What the webhooks of App Mesh's controller refuse (aws-app-mesh-controller-for-k8s webhooks/appmesh). */
export const APP_MESH_ADMISSION: AdmissionTable = {
  by: "App Mesh's controller",
  checks: { 'appmesh.k8s.aws/VirtualRouter': virtualRouter, 'appmesh.k8s.aws/VirtualNode': virtualNode },
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

function virtualNode(node: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    if (valueIn(node, 'spec', 'listeners') !== undefined && valueIn(node, 'spec', 'serviceDiscovery') === undefined)
      refuse(['spec', 'listeners'], 'listens and is nowhere to be found', 'Say `serviceDiscovery`.')
    const told = new Set<string>()
    for (const [index, backend] of objectsIn(node, 'spec', 'backends').entries()) {
      const reference = objectIn(backend, 'virtualService', 'virtualServiceRef')
      const resource = stringIn(backend, 'virtualService', 'virtualServiceARN')
      const id = resource ?? `${stringIn(reference, 'namespace') ?? node.metadata.namespace}/${stringIn(reference, 'name')}`
      if (told.has(id)) refuse(['spec', 'backends', index], `calls ${id} twice`, 'Remove one of the two.')
      told.add(id)
    }
  })
}
