import { isJsonObject } from '../../plan/json.ts'
import { groupOf, type Manifest } from '../../plan/manifest.ts'
import { objectsIn, stringIn } from '../json-view.ts'
import { annotationWords } from './annotation-words.ts'
import { explainVirtualNode, explainVirtualRouter, explainVirtualServiceName } from './app-mesh.ts'
import {
  explainEgressGateway,
  explainEgressNetwork,
  explainGatewayRoute,
  explainMultiZoneService,
  explainPassthrough,
  explainTerminatingGateway,
  explainVirtualGateway,
} from './boundaries.ts'
import { explainConsulEntry } from './consul-entries.ts'
import { explainEnvoyConfig, explainExtensionPolicy, explainProxyPatch } from './envoy-config.ts'
import { explainGateway, explainReferenceGrant, explainRoute } from './gateway-routes.ts'
import {
  explainEnvoyFilter,
  explainIstioAuthorization,
  explainPeerAuthentication,
  explainTelemetry,
  explainWasmPlugin,
} from './istio-policies.ts'
import { explainDestinationRule, explainIstioGateway, explainServiceEntry, explainVirtualService } from './istio-traffic.ts'
import { explainKuma } from './kuma.ts'
import {
  explainAppMesh,
  explainConsulMesh,
  explainKumaMesh,
  explainMeshIdentity,
  explainMeshTrace,
  explainNginxConfig,
  explainOsmConfig,
  explainProxyDefaults,
} from './mesh-wide.ts'
import {
  explainAuthentication,
  explainCiliumPolicy,
  explainIntentions,
  explainLinkerdAuthorization,
  explainLinkerdLimit,
  explainResolver,
  explainRouter,
  explainServer,
  explainServiceDefaults,
  explainSplitter,
  explainTrafficSplit,
  explainTrafficTarget,
  settingWords,
} from './other-meshes.ts'
import {
  explainEgress,
  explainIngressBackend,
  explainNetworkService,
  explainNginxBreaker,
  explainNginxLimit,
  explainRetry,
  explainRouteGroup,
  explainUpstreamSetting,
} from './smi-meshes.ts'
import { labelWords, listed, scalarIn, sentence } from './words.ts'

type Explain = (manifest: Manifest) => readonly string[]

/** How an object of a kind reads in words, by `group/Kind`. */
const EXPLAINERS: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['networking.istio.io/VirtualService', explainVirtualService],
  ['networking.istio.io/DestinationRule', explainDestinationRule],
  ['networking.istio.io/Gateway', explainIstioGateway],
  ['networking.istio.io/ServiceEntry', explainServiceEntry],
  ['networking.istio.io/EnvoyFilter', explainEnvoyFilter],
  ['security.istio.io/AuthorizationPolicy', explainIstioAuthorization],
  ['security.istio.io/PeerAuthentication', explainPeerAuthentication],
  ['telemetry.istio.io/Telemetry', explainTelemetry],
  ['extensions.istio.io/WasmPlugin', explainWasmPlugin],
  ['gateway.networking.k8s.io/HTTPRoute', explainRoute],
  ['gateway.networking.k8s.io/GRPCRoute', explainRoute],
  ['gateway.networking.k8s.io/TCPRoute', explainRoute],
  ['gateway.networking.k8s.io/TLSRoute', explainRoute],
  ['gateway.networking.k8s.io/Gateway', explainGateway],
  ['gateway.networking.k8s.io/ReferenceGrant', explainReferenceGrant],
  ['consul.hashicorp.com/ServiceSplitter', explainSplitter],
  ['consul.hashicorp.com/ServiceRouter', explainRouter],
  ['consul.hashicorp.com/ServiceResolver', explainResolver],
  ['consul.hashicorp.com/ServiceIntentions', explainIntentions],
  ['consul.hashicorp.com/ServiceDefaults', explainServiceDefaults],
  ['policy.linkerd.io/Server', explainServer],
  ['policy.linkerd.io/AuthorizationPolicy', explainLinkerdAuthorization],
  ['policy.linkerd.io/MeshTLSAuthentication', explainAuthentication],
  ['policy.linkerd.io/NetworkAuthentication', explainAuthentication],
  ['policy.linkerd.io/HTTPLocalRateLimitPolicy', explainLinkerdLimit],
  ['split.smi-spec.io/TrafficSplit', explainTrafficSplit],
  ['access.smi-spec.io/TrafficTarget', explainTrafficTarget],
  ['specs.smi-spec.io/HTTPRouteGroup', explainRouteGroup],
  ['policy.openservicemesh.io/Retry', explainRetry],
  ['policy.openservicemesh.io/UpstreamTrafficSetting', explainUpstreamSetting],
  ['policy.openservicemesh.io/Egress', explainEgress],
  ['policy.openservicemesh.io/IngressBackend', explainIngressBackend],
  ['specs.smi.nginx.com/RateLimit', explainNginxLimit],
  ['specs.smi.nginx.com/CircuitBreaker', explainNginxBreaker],
  ['networkservicemesh.io/NetworkService', explainNetworkService],
  ['appmesh.k8s.aws/VirtualRouter', explainVirtualRouter],
  ['appmesh.k8s.aws/VirtualNode', explainVirtualNode],
  ['appmesh.k8s.aws/VirtualService', explainVirtualServiceName],
  ['appmesh.k8s.aws/Mesh', explainAppMesh],
  ['appmesh.k8s.aws/VirtualGateway', explainVirtualGateway],
  ['appmesh.k8s.aws/GatewayRoute', explainGatewayRoute],
  ['config.openservicemesh.io/MeshConfig', explainOsmConfig],
  ['nsm.nginx.com/MeshConfig', explainNginxConfig],
  ['consul.hashicorp.com/ProxyDefaults', explainProxyDefaults],
  ['consul.hashicorp.com/Mesh', explainConsulMesh],
  ['consul.hashicorp.com/TerminatingGateway', explainTerminatingGateway],
  ['policy.linkerd.io/EgressNetwork', explainEgressNetwork],
  ['kuma.io/Mesh', explainKumaMesh],
  ['kuma.io/MeshIdentity', explainMeshIdentity],
  ['kuma.io/MeshTrace', explainMeshTrace],
  ['kuma.io/MeshPassthrough', explainPassthrough],
  ['kuma.io/MeshMultiZoneService', explainMultiZoneService],
  ['kuma.io/MeshProxyPatch', explainProxyPatch],
  ['gateway.envoyproxy.io/EnvoyExtensionPolicy', explainExtensionPolicy],
  ['cilium.io/CiliumEnvoyConfig', explainEnvoyConfig],
  ['cilium.io/CiliumEgressGatewayPolicy', explainEgressGateway],
  ['cilium.io/CiliumNetworkPolicy', explainCiliumPolicy],
  ['cilium.io/CiliumClusterwideNetworkPolicy', explainCiliumPolicy],
  ['apiextensions.k8s.io/CustomResourceDefinition', explainDefinition],
  ['/Namespace', explainNamespace],
  ['/Service', explainService],
  [
    '/ServiceAccount',
    ({ metadata }) => [sentence(`pods that run under it have the identity ${metadata.namespace ?? 'default'}/${metadata.name}`)],
  ],
  ['apps/Deployment', explainPods],
  ['apps/StatefulSet', explainPods],
  ['apps/DaemonSet', explainPods],
])

/**
 * What an object will do, in sentences, told from the object alone. Kinds without words of their own are told by their settings;
 * what is left out is never more than details of a kind.
 */
export function explainObject(manifest: Manifest): readonly string[] {
  const explain = EXPLAINERS.get(`${groupOf(manifest.apiVersion)}/${manifest.kind}`)
  if (explain !== undefined) return explain(manifest)
  if (groupOf(manifest.apiVersion) === 'consul') return explainConsulEntry(manifest)
  if (groupOf(manifest.apiVersion) === 'kuma.io' && isJsonObject(manifest.spec)) return explainKuma(manifest)
  return isJsonObject(manifest.spec) ? [sentence(`it says ${settingWords(manifest.spec)}`)] : []
}

function explainDefinition({ spec }: Manifest): readonly string[] {
  const versions = objectsIn(spec, 'versions').flatMap((version) => stringIn(version, 'name') ?? [])
  return [
    sentence(
      `the cluster knows objects of kind ${stringIn(spec, 'names', 'kind') ?? ''} (${stringIn(spec, 'group') ?? ''}, ${listed(versions)})`,
    ),
  ]
}

function explainNamespace({ metadata }: Manifest): readonly string[] {
  const marks = [...Object.entries(metadata.labels ?? {}), ...Object.entries(metadata.annotations ?? {})]
    .filter(([key]) => !key.startsWith('meshform.dev/'))
    .map(([key, value]) => `${key}: ${value}`)
  return marks.length === 0 ? [] : [sentence(`pods in ${metadata.name} are in the mesh by ${listed(marks)}`)]
}

function explainService({ spec, metadata }: Manifest): readonly string[] {
  const ports = objectsIn(spec, 'ports').map((port) => scalarIn(port, 'port') ?? '')
  return [
    sentence(`${metadata.name}:${listed(ports)} stands for pods with ${labelWords(spec, 'selector') ?? 'no label'}`),
    ...annotationWords(metadata.annotations ?? {}),
  ]
}

function explainPods({ spec }: Manifest): readonly string[] {
  const images = objectsIn(spec, 'template', 'spec', 'containers').flatMap((container) => stringIn(container, 'image') ?? [])
  const labels = labelWords(spec, 'template', 'metadata', 'labels')
  return [
    sentence(
      `${scalarIn(spec, 'replicas') ?? 'as many as needed'} pods run ${listed(images)}${labels === undefined ? '' : ` with labels ${labels}`}`,
    ),
  ]
}
