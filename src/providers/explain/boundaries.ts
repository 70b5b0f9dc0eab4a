import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn } from '../json-view.ts'
import { clauses, comparisonWords, labelWords, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What Linkerd's EgressNetwork does. */
export function explainEgressNetwork({ spec, metadata }: Manifest): readonly string[] {
  const open = stringIn(spec, 'trafficPolicy') === 'Allow'
  const where = `addresses outside the cluster${metadata.namespace === undefined ? '' : `, from ${metadata.namespace}`}`
  return [
    sentence(open ? `calls of ${where}, are let through` : `calls of ${where}, are refused but for those that its routes name`),
  ]
}

/** What Kuma's MeshPassthrough does. */
export function explainPassthrough({ spec }: Manifest): readonly string[] {
  const mode = stringIn(spec, 'default', 'passthroughMode')
  if (mode === 'All') return [sentence('every address outside the mesh may be called')]
  if (mode === 'None') return [sentence('no address outside the mesh may be called')]
  const places = objectsIn(spec, 'default', 'appendMatch').map((match) => {
    const port = scalarIn(match, 'port')
    const protocol = stringIn(match, 'protocol')
    return `${stringIn(match, 'value') ?? ''}${port === undefined ? '' : ` at port ${port}`}${protocol === undefined ? '' : ` (${protocol})`}`
  })
  return [sentence(`outside the mesh these may be called, and nothing else: ${listed(places, 'or')}`)]
}

/** What Kuma's MeshMultiZoneService does. */
export function explainMultiZoneService({ spec, metadata }: Manifest): readonly string[] {
  const labels = labelWords(spec, 'selector', 'meshService', 'matchLabels') ?? 'any label'
  return [sentence(`the services of all zones with ${labels} are one, which callers reach as ${metadata.name}.mzsvc.mesh.local`)]
}

/** What a CiliumEgressGatewayPolicy does. */
export function explainEgressGateway({ spec }: Manifest): readonly string[] {
  const pods = objectsIn(spec, 'selectors').map(
    (selector) =>
      `pods with ${listed([labelWords(selector, 'podSelector', 'matchLabels'), labelWords(selector, 'namespaceSelector', 'matchLabels')].filter((text) => text !== undefined)) || 'any label'}`,
  )
  const excluded = stringsIn(spec, 'excludedCIDRs')
  const nodes = labelWords(spec, 'egressGateway', 'nodeSelector', 'matchLabels')
  return [
    sentence(
      `connections of ${listed(pods, 'or')} to ${listed(stringsIn(spec, 'destinationCIDRs'), 'or')}${excluded.length === 0 ? '' : `, but not to ${listed(excluded, 'or')},`} leave by a node with ${nodes ?? 'any label'}, from its address`,
    ),
  ]
}

/** What a terminating gateway of Consul does. */
export function explainTerminatingGateway({ spec, metadata }: Manifest): readonly string[] {
  const names = objectsIn(spec, 'services').flatMap((service) => stringIn(service, 'name') ?? [])
  return [sentence(`gateway ${metadata.name} leads out to ${listed(names)}`)]
}

/** What an API gateway of Consul's HTTP API listens on. */
export function explainApiGateway({ spec, metadata }: Manifest): readonly string[] {
  const listeners = objectsIn(spec, 'listeners').map((listener) => {
    const host = stringIn(listener, 'hostname')
    const secured = objectsIn(listener, 'tls', 'certificates').length > 0
    return `port ${scalarIn(listener, 'port') ?? ''} (${clauses(stringIn(listener, 'protocol'), host, secured && 'TLS').replaceAll(';', ',')})`
  })
  return [sentence(`gateway ${metadata.name} listens on ${listed(listeners)}`)]
}

/** Where a route of Consul's HTTP API leads. */
export function explainApiRoute({ spec, metadata }: Manifest): readonly string[] {
  const gateways = objectsIn(spec, 'parents').flatMap((parent) => stringIn(parent, 'name') ?? [])
  const rules = objectsIn(spec, 'rules')
  const own = rules.length === 0 ? [spec as JsonObject] : rules
  return [
    sentence(`requests at gateway ${listed(gateways)} take the most specific of these rules of ${metadata.name}:`),
    ...own.map((rule, index) => {
      const matches = objectsIn(rule, 'matches').map((match) => apiMatchWords(match))
      const targets = objectsIn(rule, 'services').map((service) => ({
        name: stringIn(service, 'name') ?? '',
        weight: typeof service.weight === 'number' ? service.weight : undefined,
      }))
      return `${index + 1}. ${sentence(`${matches.length === 0 ? 'all of them' : `those whose ${listed(matches, 'or')}`} go ${shareWords(targets)}`)}`
    }),
  ]
}

function apiMatchWords(match: JsonObject): string {
  const path = objectIn(match, 'path')
  const headers = objectsIn(match, 'headers').map(
    (header) =>
      `header ${stringIn(header, 'name')} is ${stringIn(header, 'value') ?? 'there'} (${stringIn(header, 'match') ?? 'exact'})`,
  )
  return listed([
    ...(stringIn(path, 'value') === undefined
      ? []
      : [
          `path ${path.match === 'prefix' ? 'begins with' : path.match === 'regex' ? 'matches' : 'is'} ${stringIn(path, 'value')}`,
        ]),
    ...(stringIn(match, 'method') === undefined ? [] : [`method is ${stringIn(match, 'method')}`]),
    ...headers,
  ])
}

/** What App Mesh's VirtualGateway is. */
export function explainVirtualGateway({ spec, metadata }: Manifest): readonly string[] {
  const ports = objectsIn(spec, 'listeners').map(
    (listener) => `port ${scalarIn(listener, 'portMapping', 'port')} (${stringIn(listener, 'portMapping', 'protocol')})`,
  )
  return [
    sentence(
      `gateway ${metadata.name} is the pods with ${labelWords(spec, 'podSelector', 'matchLabels') ?? 'any label'}; it listens on ${listed(ports)}`,
    ),
  ]
}

/** What App Mesh's GatewayRoute does. */
export function explainGatewayRoute({ spec }: Manifest): readonly string[] {
  const kind =
    (['httpRoute', 'http2Route', 'grpcRoute'] as const).find((key) => objectIn(spec, key).match !== undefined) ?? 'httpRoute'
  const match = objectIn(spec, kind, 'match')
  const parts = [
    ...(match.hostname === undefined ? [] : [`host ${comparisonWords(objectIn(match, 'hostname'))}`]),
    ...(stringIn(match, 'prefix') === undefined ? [] : [`path begins with ${stringIn(match, 'prefix')}`]),
    ...(match.path === undefined ? [] : [`path ${comparisonWords(objectIn(match, 'path'))}`]),
    ...(stringIn(match, 'method') === undefined ? [] : [`method is ${stringIn(match, 'method')}`]),
    ...objectsIn(match, 'headers').map(
      (header) => `header ${stringIn(header, 'name')} ${comparisonWords(objectIn(header, 'match'))}`,
    ),
  ]
  const target = stringIn(spec, kind, 'action', 'target', 'virtualService', 'virtualServiceRef', 'name')
  return [sentence(`requests at the gateway whose ${listed(parts)} go to ${target ?? 'nowhere'}`)]
}
