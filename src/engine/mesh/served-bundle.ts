import type { ComponentOf } from '../../design/component.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import { GATEWAY_GROUP, routeBundle } from '../../providers/gateway-api/api.ts'
import type { Connection } from '../refresh.ts'

/**
 * A mesh with the bundle of the Gateway API that its cluster serves, where its provider asks for one and the design says none: it
 * decides under which API version routes are written.
 */
export function withServedBundle(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  connection: Connection | undefined,
): ComponentOf<'meshes'> {
  const { properties } = provider.settingsSchema
  if (!isJsonObject(properties) || properties.gatewayApi === undefined) return mesh
  if (mesh.spec.settings?.gatewayApi !== undefined || connection?.kind !== 'connected') return mesh
  const { served } = connection
  const bundle = routeBundle((kind, version) => served.find(GATEWAY_GROUP, kind, version)?.version === version)
  return bundle === undefined
    ? mesh
    : { ...mesh, spec: { ...mesh.spec, settings: { ...mesh.spec.settings, gatewayApi: bundle } } }
}
