import { expect } from 'vitest'
import { conform, type ExpectedObject } from './conform.ts'

const service = (name: string, ...matches: readonly object[]): ExpectedObject => ({
  kind: 'NetworkService',
  metadata: { name, namespace: 'shop' },
  spec: { payload: 'IP', matches },
})
const to = (version: string, weight: number) => ({ destination_selector: { version }, weight })

conform({
  provider: 'nsm',
  mesh: {},
  definitions: ['nsm'],
  meaning: {
    // Nobody connects to anything until routes say so.
    'onboarding.namespace': ({ manifests }) => expect(JSON.stringify(manifests)).not.toContain('networkservicemesh.io'),
    'onboarding.workload': ({ manifests }) => expect(JSON.stringify(manifests)).not.toContain('networkservicemesh.io'),
    'onboarding.off': ({ manifests }) => expect(JSON.stringify(manifests)).not.toContain('networkservicemesh.io'),
    'traffic.split': [
      service('backend', { routes: [to('v1', 90), to('v2', 10)] }),
      {
        kind: 'Deployment',
        metadata: { name: 'frontend' },
        spec: {
          template: {
            metadata: {
              labels: { 'spiffe.io/spiffe-id': 'true' },
              annotations: { 'networkservicemesh.io': 'kernel://backend/nsm-1?app=frontend' },
            },
          },
        },
      },
    ],
    'traffic.match.from': [
      service('backend', { source_selector: { app: 'frontend' }, routes: [to('v2', 100)] }, { routes: [to('v1', 100)] }),
    ],
    'traffic.tcp': [service('database', { routes: [to('v1', 90), to('v2', 10)] })],
  },
})
