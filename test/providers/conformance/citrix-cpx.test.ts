import { expect } from 'vitest'
import { conform } from './conform.ts'
import { likeIstio } from './like-istio.ts'

const HOST = 'backend.shop.svc.cluster.local'

conform({
  provider: 'citrix-cpx',
  mesh: {},
  definitions: ['istio'],
  meaning: {
    ...likeIstio('citrix-cpx', {
      'networking.istio.io/v1': 'networking.istio.io/v1alpha3',
      'security.istio.io/v1': 'security.istio.io/v1beta1',
    }),
    'onboarding.namespace': [{ kind: 'Namespace', metadata: { labels: { 'cpx-injection': 'enabled' } } }],
    'onboarding.off': [
      {
        kind: 'Deployment',
        metadata: { name: 'backend-v1' },
        spec: { template: { metadata: { labels: { 'citrix.com/no.sidecar': 'true' } } } },
      },
    ],
    'mtls.strict': [{ kind: 'PeerAuthentication', apiVersion: 'security.istio.io/v1beta1', spec: { mtls: { mode: 'STRICT' } } }],
    'traffic.split': [
      {
        kind: 'DestinationRule',
        apiVersion: 'networking.istio.io/v1alpha3',
        spec: { host: HOST, subsets: [{ name: 'v1' }, { name: 'v2' }] },
      },
    ],
    'install.charts': ({ install }) =>
      expect(install.charts.map(({ name, namespace }) => [name, namespace])).toEqual([
        ['citrix-cpx-istio-sidecar-injector', 'netscaler-system'],
      ]),
  },
})
