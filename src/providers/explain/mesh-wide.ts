import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn } from '../json-view.ts'
import { settingWords } from './other-meshes.ts'
import { clauses, labelWords, listed, scalarIn, sentence } from './words.ts'

/** A setting in words; undefined where it says nothing. */
type Told = (spec: JsonObject) => string | false | undefined

/** What the words above have told already, by the first key; the rest is told by its settings. */
function told(spec: JsonObject, known: readonly string[], ...words: readonly Told[]): readonly string[] {
  const rest = Object.fromEntries(Object.entries(spec).filter(([key]) => !known.includes(key)))
  const text = clauses(...words.map((word) => word(spec)), Object.keys(rest).length > 0 && settingWords(rest))
  return text === '' ? [] : [sentence(text)]
}

/** What Kuma's Mesh says. */
export function explainKumaMesh({ spec, metadata }: Manifest): readonly string[] {
  return told(
    objectIn(spec),
    ['meshServices', 'mtls'],
    (mesh) =>
      stringIn(mesh, 'meshServices', 'mode') === 'Exclusive' && `mesh ${metadata.name} knows Services as MeshServices alone`,
    (mesh) => {
      const backend = stringIn(mesh, 'mtls', 'enabledBackend')
      return backend === undefined ? undefined : `its proxies speak mutual TLS with certificates of ${backend}`
    },
  )
}

/** What Kuma's MeshIdentity says. */
export function explainMeshIdentity({ spec, metadata }: Manifest): readonly string[] {
  const trust = stringIn(spec, 'spiffeID', 'trustDomain') ?? ''
  return [
    sentence(
      `${metadata.name} gives each pod the identity spiffe://${trust}${stringIn(spec, 'spiffeID', 'path') ?? ''}, certified by an authority of kind ${stringIn(spec, 'provider', 'type')?.toLowerCase() ?? 'unknown'}`,
    ),
  ]
}

/** What Kuma's MeshTrace says. */
export function explainMeshTrace({ spec }: Manifest): readonly string[] {
  const share = scalarIn(spec, 'default', 'sampling', 'overall')
  const backends = objectsIn(spec, 'default', 'backends').map(
    (backend) =>
      stringIn(backend, 'zipkin', 'url') ?? stringIn(backend, 'openTelemetry', 'endpoint') ?? stringIn(backend, 'type') ?? '',
  )
  return [sentence(`${share === undefined ? 'requests' : `${share}% of requests`} are traced, to ${listed(backends)}`)]
}

/** What Consul's ProxyDefaults say. */
export function explainProxyDefaults({ spec }: Manifest): readonly string[] {
  return told(
    objectIn(spec),
    ['config', 'accessLogs', 'mutualTLSMode', 'meshGateway'],
    ({ config }) => {
      const { protocol, ...others } = objectIn(config)
      return clauses(
        typeof protocol === 'string' && `services speak ${protocol} unless they say otherwise`,
        Object.keys(others).length > 0 && `proxies are told ${settingWords(others)}`,
      )
    },
    ({ accessLogs }) => accessLogs !== undefined && `access logs are ${objectIn(accessLogs).enabled === true ? 'on' : 'off'}`,
    ({ mutualTLSMode }) => mutualTLSMode !== undefined && `proxies take mutual TLS in mode ${String(mutualTLSMode)}`,
    ({ meshGateway }) =>
      meshGateway !== undefined &&
      `calls of other datacenters leave by mesh gateways in mode ${stringIn(meshGateway, 'mode') ?? 'none'}`,
  )
}

/** What Consul's Mesh says. */
export function explainConsulMesh({ spec }: Manifest): readonly string[] {
  return told(
    objectIn(spec),
    ['allowEnablingPermissiveMutualTLS', 'peering'],
    (mesh) =>
      mesh.allowEnablingPermissiveMutualTLS === true && 'services may take plain text beside mutual TLS where they say so',
    (mesh) => objectIn(mesh, 'peering').peerThroughMeshGateways === true && 'clusters peer through their mesh gateways',
  )
}

/** What Open Service Mesh's MeshConfig says. */
export function explainOsmConfig({ spec }: Manifest): readonly string[] {
  const flags: readonly (readonly [string, string])[] = [
    ['enableRetryPolicy', 'Retry'],
    ['enableEgressPolicy', 'Egress'],
    ['enableIngressBackendPolicy', 'IngressBackend'],
  ]
  return told(
    objectIn(spec),
    ['traffic', 'featureFlags', 'observability'],
    ({ traffic }) => {
      const { enablePermissiveTrafficPolicyMode: open, ...others } = objectIn(traffic)
      return clauses(
        open === false && 'whoever no TrafficTarget names is refused',
        open === true && 'everyone in the mesh may call everyone',
        Object.keys(others).length > 0 && settingWords({ traffic: others }),
      )
    },
    ({ featureFlags }) => {
      const on = flags.filter(([flag]) => objectIn(featureFlags)[flag] === true).map(([, kind]) => kind)
      const others = Object.fromEntries(
        Object.entries(objectIn(featureFlags)).filter(([key]) => !flags.some(([flag]) => flag === key)),
      )
      return clauses(
        on.length > 0 && `objects of kind ${listed(on)} are heeded`,
        Object.keys(others).length > 0 && settingWords({ featureFlags: others }),
      )
    },
    ({ observability }) => {
      if (observability === undefined) return undefined
      const tracing = objectIn(observability, 'tracing')
      if (tracing.enable !== true) return settingWords({ observability })
      return `requests are traced, to ${scalarIn(tracing, 'address') ?? ''}:${scalarIn(tracing, 'port') ?? ''}${scalarIn(tracing, 'endpoint') ?? ''}`
    },
  )
}

/** What NGINX Service Mesh's MeshConfig says. */
export function explainNginxConfig({ spec }: Manifest): readonly string[] {
  const MODES: { readonly [mode: string]: string } = {
    strict: 'sidecars take mutual TLS alone',
    permissive: 'sidecars take plain text beside mutual TLS',
    off: 'sidecars speak plain text',
  }
  return told(
    objectIn(spec),
    ['meshConfigClassName', 'accessControlMode', 'mtls', 'nginxLBMethod', 'telemetry'],
    (config) => MODES[stringIn(config, 'mtls', 'mode') ?? ''],
    (config) => config.accessControlMode === 'deny' && 'whoever no TrafficTarget names is refused',
    (config) => config.accessControlMode === 'allow' && 'whoever no TrafficTarget concerns may call',
    (config) => config.nginxLBMethod !== undefined && `endpoints are chosen by ${String(config.nginxLBMethod)}`,
    ({ telemetry }) => {
      const host = stringIn(telemetry, 'exporters', 'otlp', 'host')
      const share = objectIn(telemetry).samplerRatio
      return (
        telemetry !== undefined &&
        `${typeof share === 'number' ? `${Math.round(share * 10_000) / 100}% of requests` : 'requests'} are traced${host === undefined ? '' : `, to ${host}:${scalarIn(telemetry, 'exporters', 'otlp', 'port') ?? ''}`}`
      )
    },
  )
}

/** What App Mesh's Mesh is. */
export function explainAppMesh({ spec, metadata }: Manifest): readonly string[] {
  const labels = labelWords(spec, 'namespaceSelector', 'matchLabels')
  const closed = stringIn(spec, 'egressFilter', 'type') === 'DROP_ALL'
  return [
    sentence(
      `mesh ${metadata.name} takes in namespaces with ${labels ?? 'any label'}; its pods may call ${closed ? 'their backends alone' : 'whatever they like outside'}`,
    ),
  ]
}
