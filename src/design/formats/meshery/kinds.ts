/** What a short type such as `VirtualService.Istio` stands for: the API versions of its model, and the kinds of each. */
export const MODEL_KINDS: { readonly [model: string]: { readonly [apiVersion: string]: readonly string[] } } = {
  k8s: {
    v1: [
      'ConfigMap',
      'Endpoints',
      'LimitRange',
      'Namespace',
      'Node',
      'PersistentVolume',
      'PersistentVolumeClaim',
      'Pod',
      'PodTemplate',
      'ReplicationController',
      'ResourceQuota',
      'Secret',
      'Service',
      'ServiceAccount',
    ],
    'apps/v1': ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
    'batch/v1': ['CronJob', 'Job'],
    'autoscaling/v2': ['HorizontalPodAutoscaler'],
    'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
    'policy/v1': ['PodDisruptionBudget'],
    'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    'storage.k8s.io/v1': ['CSIDriver', 'StorageClass'],
    'scheduling.k8s.io/v1': ['PriorityClass'],
    'admissionregistration.k8s.io/v1': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
    'apiregistration.k8s.io/v1': ['APIService'],
  },
  istio: {
    'networking.istio.io/v1beta1': [
      'DestinationRule',
      'Gateway',
      'ProxyConfig',
      'ServiceEntry',
      'Sidecar',
      'VirtualService',
      'WorkloadEntry',
      'WorkloadGroup',
    ],
    'networking.istio.io/v1alpha3': ['EnvoyFilter'],
    'security.istio.io/v1beta1': ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'],
    'telemetry.istio.io/v1alpha1': ['Telemetry'],
    'extensions.istio.io/v1alpha1': ['WasmPlugin'],
  },
  linkerd: {
    'linkerd.io/v1alpha2': ['ServiceProfile'],
    'policy.linkerd.io/v1beta1': ['Server', 'ServerAuthorization'],
    'policy.linkerd.io/v1alpha1': ['AuthorizationPolicy', 'MeshTLSAuthentication', 'NetworkAuthentication'],
    'split.smi-spec.io/v1alpha1': ['TrafficSplit'],
  },
  consul: {
    'consul.hashicorp.com/v1alpha1': [
      'ExportedServices',
      'IngressGateway',
      'Mesh',
      'PeeringAcceptor',
      'PeeringDialer',
      'ProxyDefaults',
      'ServiceDefaults',
      'ServiceIntentions',
      'ServiceResolver',
      'ServiceRouter',
      'ServiceSplitter',
      'TerminatingGateway',
    ],
  },
  osm: {
    'policy.openservicemesh.io/v1alpha1': ['Egress', 'IngressBackend', 'Retry', 'Telemetry', 'UpstreamTrafficSetting'],
    'config.openservicemesh.io/v1alpha2': ['MeshConfig', 'MeshRootCertificate'],
    'split.smi-spec.io/v1alpha2': ['TrafficSplit'],
    'specs.smi-spec.io/v1alpha4': ['HTTPRouteGroup', 'TCPRoute'],
    'access.smi-spec.io/v1alpha3': ['TrafficTarget'],
  },
  kuma: {
    'kuma.io/v1alpha1': [
      'CircuitBreaker',
      'FaultInjection',
      'HealthCheck',
      'Mesh',
      'MeshGateway',
      'MeshGatewayRoute',
      'ProxyTemplate',
      'RateLimit',
      'Retry',
      'Timeout',
      'TrafficLog',
      'TrafficPermission',
      'TrafficRoute',
      'TrafficTrace',
      'ZoneEgress',
      'ZoneIngress',
    ],
  },
  traefik: {
    'split.smi-spec.io/v1alpha3': ['TrafficSplit'],
    'specs.smi-spec.io/v1alpha3': ['HTTPRouteGroup', 'TCPRoute'],
    'access.smi-spec.io/v1alpha2': ['TrafficTarget'],
  },
  nginx: {
    'specs.smi.nginx.com/v1alpha1': ['CircuitBreaker', 'RateLimit'],
    'split.smi-spec.io/v1alpha3': ['TrafficSplit'],
    'specs.smi-spec.io/v1alpha3': ['HTTPRouteGroup', 'TCPRoute'],
    'access.smi-spec.io/v1alpha2': ['TrafficTarget'],
    'spiffeid.spiffe.io/v1beta1': ['SpiffeID'],
  },
  appmesh: {
    'appmesh.k8s.aws/v1beta2': ['GatewayRoute', 'Mesh', 'VirtualGateway', 'VirtualNode', 'VirtualRouter', 'VirtualService'],
  },
  cilium: {
    'cilium.io/v2': ['CiliumClusterwideNetworkPolicy', 'CiliumEgressGatewayPolicy', 'CiliumEnvoyConfig', 'CiliumNetworkPolicy'],
  },
}

/** Other spellings of models. */
const MODEL_ALIASES: { readonly [model: string]: string } = {
  kubernetes: 'k8s',
  'open-service-mesh': 'osm',
  openservicemesh: 'osm',
  traefikmesh: 'traefik',
  'nginx-sm': 'nginx',
  nginxservicemesh: 'nginx',
  'app-mesh': 'appmesh',
}

/** The API version of a short type such as `VirtualService.Istio`; undefined when the model or the kind is not known. */
export function apiVersionOf(kind: string, model: string): string | undefined {
  const name = model.toLowerCase()
  const kinds = MODEL_KINDS[MODEL_ALIASES[name] ?? name]
  return Object.entries(kinds ?? {}).find(([, known]) => known.includes(kind))?.[0]
}

/** The kinds of a model; all that are known where the model is not. */
export function kindsOf(model: string): readonly string[] {
  const name = model.toLowerCase()
  const known = MODEL_KINDS[MODEL_ALIASES[name] ?? name]
  return (known === undefined ? Object.values(MODEL_KINDS) : [known]).flatMap((kinds) => Object.values(kinds).flat())
}

/** Types that install a mesh, and the provider that each is. */
export const MESH_TYPES: { readonly [type: string]: string } = {
  IstioMesh: 'istio',
  LinkerdMesh: 'linkerd',
  ConsulMesh: 'consul',
  KumaMesh: 'kuma',
  OSMMesh: 'osm',
  CiliumMesh: 'cilium',
  TraefikMesh: 'traefik',
  NginxMesh: 'nginx',
  AppMesh: 'app-mesh',
}

/** API groups of the drawing board: their kinds are notes to people, and no server knows them. */
export const DRAWING_GROUPS: readonly string[] = ['core.meshery.io', 'core.meshmodel.dev', 'shapes.meshery.io']

/** Fields beside `spec` that an object of a kind has at its top. Kinds that are not named have none. */
export const TOP_FIELDS: { readonly [kind: string]: readonly string[] } = {
  ConfigMap: ['data', 'binaryData', 'immutable'],
  Secret: ['data', 'stringData', 'type', 'immutable'],
  ServiceAccount: ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  Endpoints: ['subsets'],
  PodTemplate: ['template'],
  Role: ['rules'],
  ClusterRole: ['rules', 'aggregationRule'],
  RoleBinding: ['subjects', 'roleRef'],
  ClusterRoleBinding: ['subjects', 'roleRef'],
  StorageClass: [
    'provisioner',
    'parameters',
    'reclaimPolicy',
    'mountOptions',
    'allowVolumeExpansion',
    'volumeBindingMode',
    'allowedTopologies',
  ],
  PriorityClass: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
  MutatingWebhookConfiguration: ['webhooks'],
  ValidatingWebhookConfiguration: ['webhooks'],
  CiliumNetworkPolicy: ['specs'],
  CiliumClusterwideNetworkPolicy: ['specs'],
}
