import { isJsonObject } from '../plan/json.ts'
import { groupOf, type Manifest } from '../plan/manifest.ts'

/** Kinds that live in no namespace, by group: built-in ones and those of the meshes' CRDs. Everything else is namespaced. */
export const CLUSTER_SCOPED_KINDS: { readonly [group: string]: readonly string[] } = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'admissionregistration.k8s.io': [
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment'],
  'gateway.networking.k8s.io': ['GatewayClass'],
  'kuma.io': [
    'Mesh',
    'Zone',
    'ZoneInsight',
    'MeshInsight',
    'ServiceInsight',
    'TrafficRoute',
    'TrafficPermission',
    'TrafficLog',
    'TrafficTrace',
    'ProxyTemplate',
    'FaultInjection',
    'CircuitBreaker',
    'HealthCheck',
    'RateLimit',
    'Retry',
    'Timeout',
    'VirtualOutbound',
    'ExternalService',
    'MeshGateway',
    'MeshGatewayRoute',
    'MeshGatewayConfig',
  ],
  'cilium.io': [
    'CiliumClusterwideNetworkPolicy',
    'CiliumClusterwideEnvoyConfig',
    'CiliumEgressGatewayPolicy',
    'CiliumIdentity',
    'CiliumNode',
    'CiliumLoadBalancerIPPool',
    'CiliumPodIPPool',
    'CiliumCIDRGroup',
    'CiliumDatapathPlugin',
    'CiliumEndpointSlice',
    'CiliumL2AnnouncementPolicy',
    'CiliumBGPAdvertisement',
    'CiliumBGPClusterConfig',
    'CiliumBGPNodeConfig',
    'CiliumBGPNodeConfigOverride',
    'CiliumBGPPeerConfig',
  ],
  'appmesh.k8s.aws': ['Mesh'],
  'nsm.nginx.com': ['MeshConfigClass'],
  'gateway.networking.x-k8s.io': ['XMesh'],
  // Consul's own words, for its HTTP API: namespaces are those of the connection.
  consul: [
    'proxy-defaults',
    'mesh',
    'service-defaults',
    'service-resolver',
    'service-splitter',
    'service-router',
    'service-intentions',
    'terminating-gateway',
    'ingress-gateway',
    'api-gateway',
    'http-route',
    'tcp-route',
    'inline-certificate',
    'file-system-certificate',
    'exported-services',
    'sameness-group',
    'jwt-provider',
    'control-plane-request-limit',
    'service',
    'node-service',
  ],
  'consul.hashicorp.com': ['GatewayClassConfig', 'RateLimit', 'Registration'],
}

/** Tells whether a kind is namespaced, asking the design's own CRDs first, then the server's word, then the table. */
export type ScopeOf = (group: string, kind: string) => boolean

/** A look-up over the CRDs among these manifests, what the servers serve, and the table. True means namespaced. */
export function scopeLookup(
  manifests: readonly Manifest[],
  served: (group: string, kind: string) => boolean | undefined,
): ScopeOf {
  const declared = new Map<string, boolean>()
  for (const manifest of manifests) {
    if (manifest.kind !== 'CustomResourceDefinition' || !isJsonObject(manifest.spec)) continue
    const { group, names, scope } = manifest.spec
    if (typeof group === 'string' && isJsonObject(names) && typeof names.kind === 'string') {
      declared.set(`${group}/${names.kind}`, scope !== 'Cluster')
    }
  }
  return (group, kind) =>
    declared.get(`${group}/${kind}`) ?? served(group, kind) ?? !(CLUSTER_SCOPED_KINDS[group] ?? []).includes(kind)
}

/** Fills in the namespace of a namespaced object that names none, and drops it from one that has none. */
export function withNamespace(manifest: Manifest, fallback: string, scopeOf: ScopeOf): Manifest {
  const namespaced = scopeOf(groupOf(manifest.apiVersion), manifest.kind)
  if (namespaced && manifest.metadata.namespace === undefined) {
    return { ...manifest, metadata: { ...manifest.metadata, namespace: fallback } }
  }
  if (!namespaced && manifest.metadata.namespace !== undefined) {
    const { namespace: _dropped, ...metadata } = manifest.metadata
    return { ...manifest, metadata: metadata as Manifest['metadata'] }
  }
  return manifest
}
