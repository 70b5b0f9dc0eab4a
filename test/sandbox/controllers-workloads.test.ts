import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { objectAt, objectsAt, stringMapAt, textAt } from '../../src/sandbox/builtin/json-tree.ts'
import { startControllers } from '../../src/sandbox/controllers/start-controllers.ts'
import { FakeHost } from './controllers-host.ts'

function started(options: Parameters<typeof startControllers>[1] = {}): FakeHost {
  const host = new FakeHost()
  startControllers(host, { namespaceConfigMaps: new Map(), ...options })
  return host
}

function template(name: string, image: string, spec: JsonObject = {}): JsonObject {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }], ...spec } }
}

function workload(kind: string, name: string, spec: JsonObject, image = 'app:1', podSpec: JsonObject = {}): JsonObject {
  const selector = { matchLabels: { app: name } }
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { ...(kind === 'Job' ? {} : { selector }), template: template(name, image, podSpec), ...spec },
  }
}

function status(host: FakeHost, kind: Parameters<FakeHost['get']>[0], name: string): JsonObject {
  return objectAt(host.get(kind, 'shop', name), 'status') ?? {}
}

function podNames(host: FakeHost): readonly string[] {
  return host.list('/Pod').map((pod) => textAt(objectAt(pod, 'metadata'), 'name'))
}

function conditions(holder: JsonObject | undefined): readonly string[] {
  return objectsAt(holder, 'conditions').map(
    (each) => `${textAt(each, 'type')}=${textAt(each, 'status')} ${textAt(each, 'reason')}`,
  )
}

function setImage(host: FakeHost, kind: Parameters<FakeHost['get']>[0], name: string, image: string): void {
  const found = host.get(kind, 'shop', name) ?? {}
  host.update(kind, { ...found, spec: { ...objectAt(found, 'spec'), template: template(name, image) } })
}

test('ReplicationControllers keep their pods as ReplicaSets do', () => {
  const host = started()
  const spec = { replicas: 2, selector: { app: 'old' }, template: template('old', 'app:1') }
  host.create('/ReplicationController', {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'old', namespace: 'shop' },
    spec,
  })
  host.run()
  expect(podNames(host)).toHaveLength(2)
  expect(status(host, '/ReplicationController', 'old')).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 2 })
})

describe('StatefulSets', () => {
  test('start their pods in order, each with its volume', () => {
    const host = started()
    const order: string[] = []
    host.watch(({ type, kind, object }) => {
      if (type === 'ADDED' && kind === '/Pod') order.push(textAt(objectAt(object, 'metadata'), 'name'))
    })
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }
    host.create(
      'apps/StatefulSet',
      workload('StatefulSet', 'db', { replicas: 3, serviceName: 'db', volumeClaimTemplates: [claim] }),
    )
    host.run()
    expect(order).toEqual(['db-0', 'db-1', 'db-2'])
    expect(status(host, 'apps/StatefulSet', 'db')).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 1,
    })
    expect(
      host
        .list('/PersistentVolumeClaim')
        .map((each) => [textAt(objectAt(each, 'metadata'), 'name'), objectAt(each, 'status')?.phase]),
    ).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
      ['data-db-2', 'Bound'],
    ])
    expect(host.list('/PersistentVolume')).toHaveLength(3)
    const pod = host.get('/Pod', 'shop', 'db-1')
    expect(objectAt(pod, 'spec')).toMatchObject({ hostname: 'db-1', subdomain: 'db' })
  })

  test('roll from the last to the first and remember the revision', () => {
    const host = started()
    host.create('apps/StatefulSet', workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }))
    host.run()
    const removed: string[] = []
    host.watch(({ type, kind, object }) => {
      if (type === 'DELETED' && kind === '/Pod') removed.push(textAt(objectAt(object, 'metadata'), 'name'))
    })
    setImage(host, 'apps/StatefulSet', 'db', 'app:2')
    host.run()
    expect(removed).toEqual(['db-1', 'db-0'])
    const after = status(host, 'apps/StatefulSet', 'db')
    expect(after).toMatchObject({ replicas: 2, readyReplicas: 2, updatedReplicas: 2, observedGeneration: 2 })
    expect(after.currentRevision).toBe(after.updateRevision)
    expect(host.list('apps/ControllerRevision').map((each) => each.revision)).toEqual([1, 2])
    const { writes } = host
    host.run(3_600_000)
    expect(host.writes).toBe(writes)
  })

  test('stop at a pod that never becomes ready', () => {
    const host = started()
    const made = workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' })
    const failing = { metadata: { labels: { app: 'db' }, annotations: { 'sandbox.meshform.dev/fail': 'rollout-stall' } } }
    host.create('apps/StatefulSet', {
      ...made,
      spec: { ...objectAt(made, 'spec'), template: { ...template('db', 'app:1'), ...failing } },
    })
    host.run()
    expect(podNames(host)).toEqual(['db-0'])
    setImage(host, 'apps/StatefulSet', 'db', 'app:2')
    host.run()
    expect(status(host, 'apps/StatefulSet', 'db')).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 })
  })
})

describe('DaemonSets', () => {
  test('run one pod on the one node and roll', () => {
    const host = started()
    host.create('apps/DaemonSet', workload('DaemonSet', 'cni', {}, 'cni:1', { nodeSelector: { 'kubernetes.io/os': 'linux' } }))
    host.run()
    expect(status(host, 'apps/DaemonSet', 'cni')).toMatchObject({
      desiredNumberScheduled: 1,
      numberReady: 1,
      updatedNumberScheduled: 1,
    })
    setImage(host, 'apps/DaemonSet', 'cni', 'cni:2')
    host.run()
    expect(status(host, 'apps/DaemonSet', 'cni')).toMatchObject({
      numberReady: 1,
      updatedNumberScheduled: 1,
      observedGeneration: 2,
    })
    expect(host.list('/Pod')).toHaveLength(1)
  })

  test('that fit no node have nothing to do', () => {
    const host = started()
    host.create('apps/DaemonSet', workload('DaemonSet', 'cni', {}, 'cni:1', { nodeSelector: { gpu: 'yes' } }))
    host.run()
    expect(status(host, 'apps/DaemonSet', 'cni')).toMatchObject({
      desiredNumberScheduled: 0,
      numberReady: 0,
      observedGeneration: 1,
    })
  })
})

describe('Jobs', () => {
  test('finish with as many successes as they want', () => {
    const host = started()
    host.create(
      'batch/Job',
      workload('Job', 'migrate', { completions: 3, parallelism: 2 }, 'migrate:1', { restartPolicy: 'Never' }),
    )
    host.run()
    const after = status(host, 'batch/Job', 'migrate')
    expect(after.succeeded).toBe(3)
    expect(conditions(after)).toEqual(['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'])
    expect(host.list('/Pod').map((pod) => objectAt(pod, 'status')?.phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded'])
  })

  test('fail when their pods fail too often', () => {
    const host = started()
    const made = workload('Job', 'migrate', { backoffLimit: 1 })
    const failing = { metadata: { annotations: { 'sandbox.meshform.dev/fail': 'crash-loop' } } }
    host.create('batch/Job', {
      ...made,
      spec: { ...objectAt(made, 'spec'), template: { ...template('migrate', 'm:1', { restartPolicy: 'Never' }), ...failing } },
    })
    host.run()
    expect(conditions(status(host, 'batch/Job', 'migrate'))).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ])
  })

  test('that are suspended wait, and go away when their time is over', () => {
    const host = started()
    host.create(
      'batch/Job',
      workload('Job', 'later', { suspend: true, ttlSecondsAfterFinished: 60 }, 'l:1', { restartPolicy: 'Never' }),
    )
    host.run()
    expect(host.list('/Pod')).toHaveLength(0)
    expect(conditions(status(host, 'batch/Job', 'later'))).toEqual(['Suspended=True JobSuspended'])
    const found = host.get('batch/Job', 'shop', 'later') ?? {}
    host.update('batch/Job', { ...found, spec: { ...objectAt(found, 'spec'), suspend: false } })
    host.run()
    expect(conditions(status(host, 'batch/Job', 'later'))).toContain('Complete=True CompletionsReached')
    host.run(61_000)
    expect(host.get('batch/Job', 'shop', 'later')).toBeUndefined()
  })
})

test('autoscalers keep their workload within the bounds', () => {
  const host = started()
  host.create('apps/Deployment', workload('Deployment', 'web', { replicas: 1 }))
  host.create('autoscaling/HorizontalPodAutoscaler', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 3, maxReplicas: 5 },
  })
  host.run()
  expect(status(host, 'apps/Deployment', 'web')).toMatchObject({ availableReplicas: 3 })
  const after = status(host, 'autoscaling/HorizontalPodAutoscaler', 'web')
  expect(after).toMatchObject({ currentReplicas: 3, desiredReplicas: 3 })
  expect(conditions(after)).toEqual([
    'AbleToScale=True ReadyForNewScale',
    'ScalingActive=True ValidMetricFound',
    'ScalingLimited=False DesiredWithinRange',
  ])
})

test('disruption budgets count the healthy pods', () => {
  const host = started()
  host.create('apps/Deployment', workload('Deployment', 'web', { replicas: 4 }))
  host.create('policy/PodDisruptionBudget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: '50%' },
  })
  host.run()
  expect(status(host, 'policy/PodDisruptionBudget', 'web')).toMatchObject({
    expectedPods: 4,
    currentHealthy: 4,
    desiredHealthy: 2,
    disruptionsAllowed: 2,
  })
})

test('namespaces get what a cluster puts into them, and get it back', () => {
  const host = new FakeHost()
  startControllers(host, { defaultServiceAccounts: true })
  host.create('/Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, status: { phase: 'Active' } })
  host.run()
  expect(host.get('/ServiceAccount', 'shop', 'default')).toBeDefined()
  expect(Object.keys(stringMapAt(host.get('/ConfigMap', 'shop', 'kube-root-ca.crt'), 'data'))).toEqual(['ca.crt'])
  host.delete('/ConfigMap', 'shop', 'kube-root-ca.crt')
  host.run()
  expect(host.get('/ConfigMap', 'shop', 'kube-root-ca.crt')).toBeDefined()
})
