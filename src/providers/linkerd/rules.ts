import type { MeshProvider } from '../contract.ts'
import { GATEWAY_IGNORE, GATEWAY_ORDER } from '../gateway-api/rules.ts'
import { POLICY_GROUP } from './api.ts'

/** The rules of Linkerd. */
export const LINKERD_RULES: MeshProvider['rules'] = {
  // Its policies report no readiness; the Gateway API's kinds have built-in rules.
  health: [],
  ignore: [
    {
      group: 'admissionregistration.k8s.io',
      kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
      names: ['linkerd-*'],
      paths: ['webhooks[*].clientConfig.caBundle'],
      reason: 'the chart makes a new certificate at each rendering unless it is given one',
    },
    {
      group: '',
      kinds: ['Secret'],
      names: ['linkerd-*-k8s-tls'],
      paths: ['data'],
      reason: 'certificates of the webhooks, made anew at each rendering',
    },
    {
      group: 'batch',
      kinds: ['CronJob'],
      names: ['linkerd-heartbeat'],
      paths: ['spec.schedule'],
      reason: 'the chart draws the minute of the heartbeat by lot',
    },
    {
      group: 'apps',
      kinds: ['Deployment'],
      names: ['linkerd-*'],
      paths: ['spec.template.metadata.annotations["checksum/config"]'],
      reason: 'a digest of the certificates made anew at each rendering',
    },
    {
      group: '',
      kinds: ['Pod'],
      paths: [
        'metadata.annotations["linkerd.io/created-by"]',
        'metadata.annotations["linkerd.io/proxy-version"]',
        'metadata.annotations["linkerd.io/trust-root-sha256"]',
        'metadata.annotations["viz.linkerd.io/tap-enabled"]',
        'metadata.labels["linkerd.io/control-plane-ns"]',
        'metadata.labels["linkerd.io/proxy-deployment"]',
        'metadata.labels["linkerd.io/workload-ns"]',
      ],
      reason: 'the proxy injector',
    },
    {
      group: POLICY_GROUP,
      kinds: ['HTTPRoute', 'HTTPLocalRateLimitPolicy', 'EgressNetwork'],
      paths: ['status'],
      reason: 'the policy controller reports there',
    },
    ...GATEWAY_IGNORE,
  ],
  order: [
    ...GATEWAY_ORDER,
    {
      before: { group: POLICY_GROUP, kinds: ['MeshTLSAuthentication', 'NetworkAuthentication'] },
      after: { group: POLICY_GROUP, kinds: ['AuthorizationPolicy'] },
      reason: 'a policy names authentications that are there',
    },
    {
      before: { group: POLICY_GROUP, kinds: ['AuthorizationPolicy'] },
      after: { group: POLICY_GROUP, kinds: ['Server'] },
      reason: 'whoever may call is known before a Server denies the others',
    },
    {
      before: { group: POLICY_GROUP, kinds: ['Server'] },
      after: { group: POLICY_GROUP, kinds: ['HTTPLocalRateLimitPolicy'] },
      reason: 'a rate limit is accepted only for a Server that is there',
    },
    {
      before: { group: POLICY_GROUP, kinds: ['EgressNetwork'] },
      after: { group: 'gateway.networking.k8s.io', kinds: ['HTTPRoute', 'TLSRoute', 'TCPRoute'] },
      reason: 'a route is accepted only on a network that is there',
    },
  ],
}
