import type { Component, ComponentOf } from '../../design/component.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { ObjectKey } from '../../plan/manifest.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import { GATEWAY_GROUP, routeBundle } from '../../providers/gateway-api/api.ts'
import { UNTOLD_CHANNEL } from '../../providers/gateway-api/channel.ts'
import { labelsIn, stringIn } from '../../providers/json-view.ts'
import type { Connection } from '../refresh.ts'

/** The definition that tells which bundle of the Gateway API there is, and by which annotations. */
const ROUTES = `httproutes.${GATEWAY_GROUP}`
const VERSION = `${GATEWAY_GROUP}/bundle-version`
const CHANNEL = `${GATEWAY_GROUP}/channel`

/**
 * A mesh with the bundle and channel of the Gateway API that its cluster has, or that the design brings, where its provider asks for
 * them and the design says nothing: they decide under which API version routes are written, and what they may say.
 */
export async function withServedBundle(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  connection: Connection | undefined,
  components: readonly Component[],
  signal: AbortSignal,
): Promise<ComponentOf<'meshes'>> {
  const { properties } = provider.settingsSchema
  if (!isJsonObject(properties)) return mesh
  const asked = ['gatewayApi', 'gatewayChannel'].filter(
    (setting) => properties[setting] !== undefined && mesh.spec.settings?.[setting] === undefined,
  )
  if (asked.length === 0) return mesh
  const definition = broughtDefinition(components, mesh.cluster) ?? (await liveDefinition(connection, mesh.cluster, signal))
  const annotations = labelsIn(definition, 'metadata', 'annotations')
  const found: { readonly [setting: string]: string | undefined } = {
    // Candidates of a release and builds of one's own bear more than its numbers.
    gatewayApi: /\d+\.\d+(\.\d+)?/.exec(annotations[VERSION] ?? '')?.[0] ?? servedBundle(connection),
    gatewayChannel: /^(standard|experimental)$/.exec(annotations[CHANNEL] ?? '')?.[0] ?? untoldChannel(connection),
  }
  const told = Object.fromEntries(asked.flatMap((setting) => (found[setting] === undefined ? [] : [[setting, found[setting]]])))
  return Object.keys(told).length === 0 ? mesh : { ...mesh, spec: { ...mesh.spec, settings: { ...mesh.spec.settings, ...told } } }
}

/**
 * That nobody can tell the channel, where the cluster cannot be asked or does not say. Where routes are not served at all, whoever
 * brings them decides.
 */
function untoldChannel(connection: Connection | undefined): typeof UNTOLD_CHANNEL | undefined {
  const missing = connection?.kind === 'connected' && connection.served.find(GATEWAY_GROUP, 'HTTPRoute') === undefined
  return missing ? undefined : UNTOLD_CHANNEL
}

/** The definition of routes among the objects of the design itself. */
function broughtDefinition(components: readonly Component[], cluster: string): JsonObject | undefined {
  for (const component of components) {
    if (component.cluster !== cluster) continue
    const written = component.section === 'resources' && isJsonObject(component.spec.manifest) ? [component.spec.manifest] : []
    const objects = [...written, ...component.files.map((file) => file.manifest as JsonObject)]
    const found = objects.find((manifest) => stringIn(manifest, 'metadata', 'name') === ROUTES)
    if (found !== undefined) return found
  }
  return undefined
}

async function liveDefinition(
  connection: Connection | undefined,
  cluster: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  if (connection?.kind !== 'connected' || connection.served.find(GATEWAY_GROUP, 'HTTPRoute') === undefined) return undefined
  const group = 'apiextensions.k8s.io'
  const key: ObjectKey = { cluster, group, kind: 'CustomResourceDefinition', namespace: '', name: ROUTES }
  const answer = await connection.target.get(key, `${group}/v1`, signal)
  return answer.ok ? answer.value : undefined
}

/** The bundle that what is served must be of, where its definitions may not be read. */
function servedBundle(connection: Connection | undefined): string | undefined {
  if (connection?.kind !== 'connected') return undefined
  const { served } = connection
  return routeBundle((kind, version) => served.find(GATEWAY_GROUP, kind, version)?.version === version)
}
