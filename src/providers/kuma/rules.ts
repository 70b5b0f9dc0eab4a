import type { MeshProvider } from '../contract.ts'

const POLICIES = [
  'MeshAccessLog',
  'MeshCircuitBreaker',
  'MeshFaultInjection',
  'MeshHTTPRoute',
  'MeshLoadBalancingStrategy',
  'MeshMetric',
  'MeshPassthrough',
  'MeshProxyPatch',
  'MeshRateLimit',
  'MeshRetry',
  'MeshTCPRoute',
  'MeshTLS',
  'MeshTimeout',
  'MeshTrace',
  'MeshTrafficPermission',
] as const

/** The rules of Kuma and Kong Mesh. */
export const KUMA_RULES: MeshProvider['rules'] = {
  // kuma pkg/core/managers/apis/mesh/mesh_validator.go
  unchangeable: [
    {
      group: 'kuma.io',
      kinds: ['Mesh'],
      paths: ['spec.mtls.enabledBackend'],
      mayBeSet: true,
      mayBeRemoved: true,
      reason: 'an authority is not changed while certificates of the former one are in use',
      otherwise: 'Take `mtls` out and apply, then name the other backend and apply again.',
    },
  ],
  // Policies are in force once they are stored, and clusters without the control plane answer for none of them.
  health: [],
  ignore: [
    {
      group: 'admissionregistration.k8s.io',
      kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
      names: ['kuma-*', 'kong-mesh-*'],
      paths: ['webhooks[*].clientConfig.caBundle'],
      reason: 'the chart makes a certificate at each rendering unless it is given one',
    },
    {
      group: '',
      kinds: ['Secret'],
      names: ['kuma-tls-cert', 'kong-mesh-tls-cert'],
      paths: ['data'],
      reason: 'the certificate of the control plane, made anew at each rendering',
    },
    {
      group: 'apps',
      kinds: ['Deployment'],
      names: ['kuma-control-plane', 'kong-mesh-control-plane'],
      paths: ['spec.template.metadata.annotations["checksum/tls-secrets"]'],
      reason: 'a digest of the certificate made anew at each rendering',
    },
    {
      group: 'kuma.io',
      kinds: [...POLICIES, 'MeshIdentity', 'MeshTrust', 'MeshService', 'MeshExternalService'],
      paths: [
        'status',
        'metadata.labels["k8s.kuma.io/namespace"]',
        'metadata.labels["kuma.io/display-name"]',
        'metadata.labels["kuma.io/env"]',
        'metadata.labels["kuma.io/origin"]',
        'metadata.labels["kuma.io/policy-role"]',
        'metadata.labels["kuma.io/zone"]',
      ],
      reason: 'the control plane computes these labels, and reports in status',
    },
    {
      group: 'kuma.io',
      kinds: ['Mesh'],
      paths: ['metadata.annotations["k8s.kuma.io/synced"]', 'metadata.finalizers'],
      reason: 'the control plane marks meshes it has made defaults for',
    },
    {
      group: '',
      kinds: ['Pod'],
      paths: [
        'metadata.annotations["kuma.io/sidecar-injected"]',
        'metadata.annotations["kuma.io/mesh"]',
        'metadata.annotations["kuma.io/envoy-admin-port"]',
        'metadata.annotations["kuma.io/sidecar-uid"]',
        'metadata.annotations["kuma.io/transparent-proxying"]',
        'metadata.annotations["kuma.io/virtual-probes"]',
        'metadata.annotations["traffic.kuma.io/transparent-proxy-config"]',
      ],
      reason: 'the sidecar injector',
    },
  ],
  order: [
    {
      before: { group: 'kuma.io', kinds: ['Mesh'] },
      after: { group: 'kuma.io', kinds: ['MeshIdentity', 'MeshTLS', ...POLICIES] },
      reason: 'a policy belongs to a Mesh that is there',
    },
    {
      before: { group: 'kuma.io', kinds: ['MeshIdentity'] },
      after: { group: 'kuma.io', kinds: ['MeshTLS'] },
      reason: 'mutual TLS is asked for once proxies have identities',
    },
    {
      before: { group: 'kuma.io', kinds: ['MeshHTTPRoute'] },
      after: { group: 'kuma.io', kinds: ['MeshTimeout', 'MeshRetry'] },
      reason: 'a policy of a route names one that is there',
    },
  ],
}
