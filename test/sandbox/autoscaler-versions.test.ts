import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const version1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers'
const version2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
const scaleTargetRef = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }
const applyType = { 'content-type': 'application/apply-patch+yaml' }
const mergeType = { 'content-type': 'application/merge-patch+json' }

function part(body: JsonObject, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], body)
}

async function both(sandbox: Sandbox): Promise<readonly [JsonObject, JsonObject]> {
  const first = await request(sandbox, 'GET', `${version1}/web`)
  const second = await request(sandbox, 'GET', `${version2}/web`)
  return [first.body, second.body]
}

test('an autoscaler is one object at two versions', async () => {
  const sandbox = await openSandbox()
  const group = await request(sandbox, 'GET', '/apis/autoscaling')
  expect(group.body).toMatchObject({
    preferredVersion: { version: 'v2' },
    versions: [{ version: 'v2' }, { version: 'v1' }],
  })
  const created = await request(sandbox, 'POST', `${version1}?fieldManager=one`, {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 70 },
  })
  expect(created).toMatchObject({
    status: 201,
    body: {
      apiVersion: 'autoscaling/v1',
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 70 },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    },
  })
  expect(part(created.body, 'metadata', 'managedFields', '0', 'fieldsV1', 'f:spec')).toEqual({
    'f:maxReplicas': {},
    'f:minReplicas': {},
    'f:scaleTargetRef': {},
    'f:targetCPUUtilizationPercentage': {},
  })
  const cpu = (averageUtilization: number): JsonObject => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  })
  const [, second] = await both(sandbox)
  expect(second).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { metrics: [cpu(70)] } })
  await request(sandbox, 'PATCH', `${version1}/web`, { spec: { targetCPUUtilizationPercentage: 60 } }, mergeType)
  expect(part((await both(sandbox))[1], 'spec', 'metrics')).toEqual([cpu(60)])
  const bare = { metadata: { name: 'bare' }, spec: { scaleTargetRef, maxReplicas: 3 } }
  const usual = await request(sandbox, 'POST', version1, bare)
  expect(part(usual.body, 'spec')).toEqual({
    scaleTargetRef,
    minReplicas: 1,
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 80,
  })
  const list = await request(sandbox, 'GET', version1)
  expect(list.body).toMatchObject({
    kind: 'HorizontalPodAutoscalerList',
    apiVersion: 'autoscaling/v1',
    items: [{ spec: { targetCPUUtilizationPercentage: 80 } }, { spec: { targetCPUUtilizationPercentage: 60 } }],
  })
  const bad = { metadata: { name: 'bad' }, spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 0 } }
  const refused = await request(sandbox, 'POST', version1, bad)
  expect(refused.body).toMatchObject({
    message:
      'HorizontalPodAutoscaler.autoscaling "bad" is invalid: spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
  })
  await sandbox.close()
})

test('what version 1 has no field for comes back from its annotations', async () => {
  const sandbox = await openSandbox()
  const policies = [{ type: 'Pods', value: 2, periodSeconds: 30 }]
  const selector = { matchLabels: { app: 'web' } }
  const metrics = [
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
    { type: 'Pods', pods: { metric: { name: 'hits', selector }, target: { type: 'AverageValue', averageValue: '10' } } },
    {
      type: 'Object',
      object: { describedObject: scaleTargetRef, metric: { name: 'load' }, target: { type: 'Value', value: '5' } },
    },
    { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '3' } } },
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ]
  await request(sandbox, 'POST', version2, {
    metadata: { name: 'web', annotations: { mine: 'kept' } },
    spec: { scaleTargetRef, maxReplicas: 3, metrics, behavior: { scaleDown: { policies, tolerance: '100m' } } },
  })
  const [first, second] = await both(sandbox)
  expect(part(first, 'metadata', 'annotations')).toMatchObject({
    mine: 'kept',
    'autoscaling.alpha.kubernetes.io/behavior':
      '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null},"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":2,"PeriodSeconds":30}],"Tolerance":"100m"}}',
    'autoscaling.alpha.kubernetes.io/metrics':
      '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"100Mi"}},{"type":"Pods","pods":{"metricName":"hits","targetAverageValue":"10","selector":{"matchLabels":{"app":"web"}}}},{"type":"Object","object":{"target":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"metricName":"load","targetValue":"5"}},{"type":"External","external":{"metricName":"queue","targetAverageValue":"3"}}]',
  })
  expect(part(first, 'spec')).toEqual({ scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50 })
  const { body } = await request(sandbox, 'PUT', `${version1}/web`, {
    ...first,
    metadata: { ...(first.metadata as JsonObject), labels: { a: 'b' } },
  })
  expect(part(body, 'metadata', 'labels')).toEqual({ a: 'b' })
  const [, after] = await both(sandbox)
  expect(after.spec).toEqual(second.spec)
  expect(part(after, 'metadata', 'annotations')).toEqual({ mine: 'kept' })
  await sandbox.close()
})

test('who applies at one version owns and gives up at the other', async () => {
  const sandbox = await openSandbox()
  const applied = (apiVersion: string, spec: JsonObject): JsonObject => ({
    apiVersion: `autoscaling/${apiVersion}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, maxReplicas: 3, ...spec },
  })
  const first = applied('v1', { targetCPUUtilizationPercentage: 70 })
  expect((await request(sandbox, 'PATCH', `${version1}/web?fieldManager=one`, first, applyType)).status).toBe(201)
  const metrics = (averageUtilization: number): JsonObject => ({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
  })
  const other = await request(sandbox, 'PATCH', `${version2}/web?fieldManager=two`, applied('v2', metrics(40)), applyType)
  expect(other.body).toMatchObject({
    code: 409,
    message: 'Apply failed with 1 conflict: conflict with "one": .spec.targetCPUUtilizationPercentage',
  })
  const same = await request(sandbox, 'PATCH', `${version2}/web?fieldManager=one`, applied('v2', metrics(40)), applyType)
  expect(same.body).toMatchObject({ apiVersion: 'autoscaling/v2', spec: metrics(40) })
  expect(part((await both(sandbox))[0], 'spec', 'targetCPUUtilizationPercentage')).toBe(40)
  await sandbox.close()
})
