import type { MeshProvider } from '../contract.ts'

const ENTRIES = [
  'ProxyDefaults',
  'Mesh',
  'ServiceDefaults',
  'ServiceResolver',
  'ServiceSplitter',
  'ServiceRouter',
  'ServiceIntentions',
  'TerminatingGateway',
  'IngressGateway',
  'ExportedServices',
  'JWTProvider',
  'SamenessGroup',
  'ControlPlaneRequestLimit',
] as const

const GROUP = 'consul.hashicorp.com'

/** Rules of Consul on Kubernetes. */
export const CONSUL_RULES: MeshProvider['rules'] = {
  // consul-k8s control-plane/api/v1alpha1/serviceintentions_webhook.go
  unchangeable: [
    {
      group: 'consul.hashicorp.com',
      kinds: ['ServiceIntentions'],
      paths: ['spec.destination.name', 'spec.destination.namespace'],
      reason: 'the intentions of the former destination would stay in Consul',
    },
  ],
  // An entry that Consul refuses is there all the same: only its condition tells.
  health: [{ group: GROUP, kinds: ENTRIES, condition: 'Synced', status: 'True', optional: true }],
  ignore: [
    {
      group: GROUP,
      kinds: [...ENTRIES, 'Registration', 'RouteRetryFilter', 'RouteTimeoutFilter'],
      paths: ['status', 'metadata.finalizers', 'metadata.annotations["consul.hashicorp.com/migrate-entry"]'],
      reason: 'the controller syncs entries to the servers and guards their removal',
    },
    {
      group: '',
      kinds: ['Pod'],
      paths: [
        'metadata.annotations["consul.hashicorp.com/connect-inject-status"]',
        'metadata.annotations["consul.hashicorp.com/original-pod"]',
        'metadata.annotations["consul.hashicorp.com/consul-k8s-version"]',
        'metadata.annotations["prometheus.io/path"]',
        'metadata.annotations["prometheus.io/port"]',
        'metadata.annotations["prometheus.io/scrape"]',
        'metadata.labels["consul.hashicorp.com/connect-inject-managed-by"]',
        'metadata.labels["consul.hashicorp.com/connect-inject-status"]',
      ],
      reason: 'the injector',
    },
    {
      group: 'admissionregistration.k8s.io',
      kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
      names: ['consul-*'],
      paths: ['webhooks[*].clientConfig.caBundle'],
      reason: 'consul-webhook-cert-manager rotates the certificate',
    },
    {
      group: '',
      kinds: ['Secret'],
      names: ['consul-connect-inject-webhook-cert', 'consul-ca-*', 'consul-server-cert', 'consul-*-acl-token'],
      paths: ['data'],
      reason: 'made and rotated by the installation',
    },
  ],
  order: [
    {
      before: { group: GROUP, kinds: ['ProxyDefaults', 'Mesh'] },
      after: { group: GROUP, kinds: ['ServiceDefaults'] },
      reason: 'permissive mutual TLS must be allowed in the mesh before a service turns it on',
    },
    {
      before: { group: GROUP, kinds: ['ProxyDefaults', 'ServiceDefaults'] },
      after: {
        group: GROUP,
        kinds: ['ServiceResolver', 'ServiceSplitter', 'ServiceRouter', 'ServiceIntentions', 'TerminatingGateway'],
      },
      reason: 'splitters and routers need a service that speaks HTTP',
    },
    {
      before: { group: GROUP, kinds: ['ServiceResolver'] },
      after: { group: GROUP, kinds: ['ServiceSplitter', 'ServiceRouter'] },
      reason: 'a split names subsets, which must be there',
    },
    {
      before: { group: GROUP, kinds: ['ServiceSplitter'] },
      after: { group: GROUP, kinds: ['ServiceRouter'] },
      reason: 'a route leads to what is split',
    },
  ],
}
