import type { MeshProvider } from '../contract.ts'
import type { IgnoreRule } from '../rules.ts'

/** What istiod and its injector write into objects that others made. */
export const ISTIO_IGNORE: readonly IgnoreRule[] = [
  {
    group: 'admissionregistration.k8s.io',
    kinds: ['ValidatingWebhookConfiguration'],
    names: ['istio-validator*', 'istiod-default-validator', 'istiod-*'],
    paths: ['webhooks[*].clientConfig.caBundle', 'webhooks[*].failurePolicy'],
    reason: 'istiod puts its certificate in, and tightens failurePolicy from Ignore to Fail once it can validate',
  },
  {
    group: 'admissionregistration.k8s.io',
    kinds: ['MutatingWebhookConfiguration'],
    names: ['istio-sidecar-injector*', 'istio-revision-tag-*'],
    paths: ['webhooks[*].clientConfig.caBundle'],
    reason: 'istiod puts its certificate in',
  },
  {
    group: '',
    kinds: ['Pod'],
    paths: [
      'metadata.annotations["sidecar.istio.io/status"]',
      'metadata.annotations["istio.io/rev"]',
      'metadata.annotations["ambient.istio.io/redirection"]',
      'metadata.annotations["prometheus.io/path"]',
      'metadata.annotations["prometheus.io/port"]',
      'metadata.annotations["prometheus.io/scrape"]',
      'metadata.labels["security.istio.io/tlsMode"]',
      'metadata.labels["service.istio.io/canonical-name"]',
      'metadata.labels["service.istio.io/canonical-revision"]',
    ],
    reason: 'the sidecar injector and the ambient CNI agent',
  },
  {
    group: 'networking.istio.io',
    kinds: ['VirtualService', 'DestinationRule', 'Gateway', 'ServiceEntry', 'WorkloadEntry', 'EnvoyFilter', 'Sidecar'],
    paths: ['status'],
    reason: 'istiod writes status where analysis is on, and addresses of a ServiceEntry',
  },
  {
    group: '',
    kinds: ['ConfigMap'],
    names: ['istio-ca-root-cert', 'istio-ca-crl'],
    paths: ['data'],
    reason: 'istiod keeps its root certificate in every namespace',
  },
]

/** The rules of Istio with sidecars. */
export const ISTIO_RULES: MeshProvider['rules'] = {
  // Istio writes no status by default, and the Gateway API's kinds have built-in rules.
  health: [],
  ignore: ISTIO_IGNORE,
  order: [
    {
      before: { group: 'networking.istio.io', kinds: ['DestinationRule', 'ServiceEntry', 'Gateway'] },
      after: { group: 'networking.istio.io', kinds: ['VirtualService'] },
      reason: 'a route to a subset that is not defined yet answers 503',
    },
    {
      before: { group: 'gateway.networking.k8s.io', kinds: ['Gateway'] },
      after: { group: 'gateway.networking.k8s.io', kinds: ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'] },
      reason: 'a route waits for its gateway',
    },
    {
      before: { group: 'security.istio.io', kinds: ['AuthorizationPolicy'] },
      after: { group: 'security.istio.io', kinds: ['PeerAuthentication'] },
      reason: 'whoever may call is known before plain text is refused',
    },
  ],
}
