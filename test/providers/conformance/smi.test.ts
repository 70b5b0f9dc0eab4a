import { expect } from 'vitest'
import { conform } from './conform.ts'
import { smiMeaning } from './smi-meaning.ts'

conform({
  provider: 'smi',
  mesh: {},
  definitions: ['smi'],
  meaning: {
    ...smiMeaning({ rootService: 'backend', headers: 'list', pathStart: '' }),
    'onboarding.namespace': ({ manifests }) => expect(manifests.map(({ kind }) => kind)).not.toContain('TrafficSplit'),
    'onboarding.workload': [
      { kind: 'Service', metadata: { name: 'backend-v1' }, spec: { selector: { app: 'backend', version: 'v1' } } },
    ],
    // The mesh refuses whoever no TrafficTarget names, so nothing at all is what says it.
    'authorization.denyByDefault': ({ manifests }) => expect(manifests.map(({ kind }) => kind)).not.toContain('TrafficTarget'),
  },
})
