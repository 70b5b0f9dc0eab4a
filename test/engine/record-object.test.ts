import { expect, test } from 'vitest'
import { recordAsSeen } from '../../src/engine/record-object.ts'
import { ownedDigest } from '../../src/engine/refresh.ts'
import type { RecordedObject } from '../../src/plan/recorded-state.ts'
import type { LiveObject } from '../../src/targets/contract.ts'

const context = {
  managers: { usual: 'meshform-shop', of: () => 'meshform-shop', takeFrom: [] },
  sensitiveValues: [],
  rules: new Map(),
  recorded: new Map(),
  connections: new Map(),
}

function live(resourceVersion: string, image: string, uid = 'u'): LiveObject {
  const managedFields = [{ manager: 'meshform-shop', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:image': {} } } }]
  return { metadata: { name: 'a', uid, resourceVersion, managedFields }, spec: { image }, status: { ready: resourceVersion } }
}

const record: RecordedObject = {
  key: { cluster: 'sandbox', group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'a' },
  apiVersion: 'apps/v1',
  address: 'resources.a',
  desiredDigest: 'd',
  desired: {},
  ownedDigest: ownedDigest(live('1', 'app:1'), context.managers.usual, []),
  resourceVersion: '1',
  uid: 'u',
  created: true,
  dependencies: [],
  protect: false,
}

test('what its controllers wrote until it was healthy is recorded with it', () => {
  expect(recordAsSeen(record, live('7', 'app:1'), context)).toEqual({ ...record, resourceVersion: '7' })
  expect(recordAsSeen(record, live('1', 'app:1'), context)).toBe(record)
  expect(recordAsSeen(record, undefined, context)).toBe(record)
})

test('a change of our fields meanwhile, and another object of the name, are left for the next plan to find', () => {
  expect(recordAsSeen(record, live('7', 'app:2'), context)).toBe(record)
  expect(recordAsSeen(record, live('7', 'app:1', 'other'), context)).toBe(record)
})
