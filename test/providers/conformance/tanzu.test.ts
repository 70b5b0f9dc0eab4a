import { conform } from './conform.ts'
import { likeIstio } from './like-istio.ts'

conform({
  provider: 'tanzu',
  mesh: {},
  definitions: ['istio'],
  meaning: {
    ...likeIstio('tanzu'),
    'onboarding.namespace': [{ kind: 'Namespace', metadata: { labels: { 'istio-injection': 'enabled' } } }],
  },
})
