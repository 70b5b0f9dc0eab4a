import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../src/plan/manifest.ts'
import { openMeshApi } from './mesh-api.ts'

const rule = (spec: object): Manifest =>
  ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'backend', namespace: 'shop' },
    spec,
  }) as Manifest

describe('the API that the suite asks', () => {
  test('takes what is right and refuses a misspelt field, a wrong word, a wrong type and a broken rule', async () => {
    const api = await openMeshApi(['istio', 'gateway-api-experimental'])
    expect(await api.refusals(rule({ host: 'backend' }))).toEqual([])
    expect(await api.refusals(rule({ hots: 'backend' }))).not.toEqual([])
    expect(await api.refusals(rule({ host: 'backend', trafficPolicy: { tls: { mode: 'SOMETIMES' } } }))).not.toEqual([])
    expect(await api.refusals(rule({ host: 7 }))).not.toEqual([])
    const policy: Manifest = {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'backend', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'backend' } }, targetRefs: [{ group: '', kind: 'Service', name: 'backend' }] },
    }
    // Only a CEL rule says that a selector and targetRefs exclude each other.
    expect(await api.refusals(policy)).toEqual([expect.stringContaining('only one of targetRefs or selector can be set')])
    expect(await api.refusals({ ...policy, kind: 'Nonesuch' })).toEqual([expect.stringContaining('no definition')])
  })
})
