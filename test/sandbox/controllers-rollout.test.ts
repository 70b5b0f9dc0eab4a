import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../../src/sandbox/builtin/json-tree.ts'
import { FailureSwitches } from '../../src/sandbox/controllers/failure-switches.ts'
import { startControllers } from '../../src/sandbox/controllers/start-controllers.ts'
import { FakeHost } from './controllers-host.ts'

function deployment(name: string, image: string, more: JsonObject = {}, annotations?: JsonObject): JsonObject {
  const metadata = { labels: { app: name }, ...(annotations === undefined ? {} : { annotations }) }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata, spec: { containers: [{ name: 'app', image, ports: [{ name: 'http', containerPort: 8080 }] }] } },
      ...more,
    },
  }
}

function started(options: Parameters<typeof startControllers>[1] = {}): FakeHost {
  const host = new FakeHost()
  startControllers(host, { namespaceConfigMaps: new Map(), ...options })
  return host
}

function conditions(object: JsonObject | undefined): readonly string[] {
  return objectsAt(objectAt(object, 'status'), 'conditions').map(
    (each) => `${textAt(each, 'type')}=${textAt(each, 'status')} ${textAt(each, 'reason')}`,
  )
}

function counts(object: JsonObject | undefined): JsonObject {
  const { conditions: _conditions, ...rest } = objectAt(object, 'status') ?? {}
  return rest
}

function changeImage(host: FakeHost, name: string, image: string): void {
  const found = host.get('apps/Deployment', 'shop', name) ?? {}
  const spec = objectAt(found, 'spec')
  const template = objectAt(spec, 'template')
  const podSpec = { ...objectAt(template, 'spec'), containers: [{ name: 'app', image }] }
  host.update('apps/Deployment', { ...found, spec: { ...spec, template: { ...template, spec: podSpec } } })
}

describe('Deployments', () => {
  test('that are paused say so, are scaled, and roll on when they are resumed', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    const change = (more: JsonObject): void => {
      const found = host.get('apps/Deployment', 'shop', 'web') ?? {}
      host.update('apps/Deployment', { ...found, spec: { ...objectAt(found, 'spec'), ...more } })
      host.run()
    }
    change({ paused: true })
    changeImage(host, 'web', 'nginx:1.28')
    change({ replicas: 3 })
    const paused = host.get('apps/Deployment', 'shop', 'web')
    expect(conditions(paused)).toContain('Progressing=Unknown DeploymentPaused')
    expect(counts(paused)).toMatchObject({ replicas: 3, availableReplicas: 3 })
    expect(host.list('apps/ReplicaSet')).toHaveLength(1)
    change({ paused: false })
    expect(conditions(host.get('apps/Deployment', 'shop', 'web'))).toContain('Progressing=True NewReplicaSetAvailable')
    expect(host.list('apps/ReplicaSet')).toHaveLength(2)
  })

  test('keep their ReplicaSets told of revisions, sizes and why they changed', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    for (const image of ['nginx:1.28', 'nginx:1.29']) {
      changeImage(host, 'web', image)
      host.run()
    }
    const found = host.get('apps/Deployment', 'shop', 'web') ?? {}
    const metadata = objectAt(found, 'metadata')
    const annotations = { ...objectAt(metadata, 'annotations'), 'kubernetes.io/change-cause': 'back' }
    host.update('apps/Deployment', { ...found, metadata: { ...metadata, annotations } })
    changeImage(host, 'web', 'nginx:1.28')
    host.run()
    const sets = host.list('apps/ReplicaSet').map((set) => objectAt(objectAt(set, 'metadata'), 'annotations'))
    expect(sets).toContainEqual({
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
      'deployment.kubernetes.io/revision': '4',
      'deployment.kubernetes.io/revision-history': '2',
      'kubernetes.io/change-cause': 'back',
    })
  })

  test('become available with a ReplicaSet and ready pods', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    const found = host.get('apps/Deployment', 'shop', 'web')
    expect(counts(found)).toEqual({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    })
    expect(conditions(found)).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'])
    expect(objectAt(objectAt(found, 'metadata'), 'annotations')).toEqual({ 'deployment.kubernetes.io/revision': '1' })
    const [set] = host.list('apps/ReplicaSet')
    const hash = textAt(objectAt(objectAt(set, 'metadata'), 'labels'), 'pod-template-hash')
    expect(textAt(objectAt(set, 'metadata'), 'name')).toBe(`web-${hash}`)
    expect(counts(set)).toEqual({
      observedGeneration: 1,
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    })
    const pods = host.list('/Pod')
    expect(pods.map((pod) => textAt(objectAt(pod, 'status'), 'phase'))).toEqual(['Running', 'Running'])
    expect(new Set(pods.map((pod) => textAt(objectAt(pod, 'status'), 'podIP'))).size).toBe(2)
  })

  test('settle: nothing is written once all is as wanted', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    const { writes } = host
    host.run(3_600_000)
    expect(host.writes).toBe(writes)
  })

  test('roll to a new template within their limits and keep the old ReplicaSet', () => {
    const host = started()
    host.create(
      'apps/Deployment',
      deployment('web', 'nginx:1.27', { replicas: 4, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    )
    host.run()
    let fewest = Number.POSITIVE_INFINITY
    let most = 0
    host.watch(() => {
      const running = host.list('/Pod').filter((pod) => textAt(objectAt(pod, 'status'), 'phase') === 'Running').length
      fewest = Math.min(fewest, running)
      most = Math.max(most, host.list('/Pod').length)
    })
    changeImage(host, 'web', 'nginx:1.28')
    host.run()
    expect(fewest).toBeGreaterThanOrEqual(3)
    expect(most).toBeLessThanOrEqual(5)
    const found = host.get('apps/Deployment', 'shop', 'web')
    expect(counts(found)).toMatchObject({ observedGeneration: 2, replicas: 4, updatedReplicas: 4, availableReplicas: 4 })
    expect(host.list('apps/ReplicaSet').map((set) => objectAt(set, 'spec')?.replicas)).toEqual([0, 4])
    expect(textAt(objectAt(objectAt(found, 'metadata'), 'annotations'), 'deployment.kubernetes.io/revision')).toBe('2')
    changeImage(host, 'web', 'nginx:1.27')
    host.run()
    expect(
      textAt(
        objectAt(objectAt(host.get('apps/Deployment', 'shop', 'web'), 'metadata'), 'annotations'),
        'deployment.kubernetes.io/revision',
      ),
    ).toBe('3')
  })

  test('that recreate have no pods of two templates at once', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27', { strategy: { type: 'Recreate' } }))
    host.run()
    let mixed = false
    host.watch(() => {
      const images = new Set(
        host.list('/Pod').flatMap((pod) => objectsAt(objectAt(pod, 'spec'), 'containers').map((each) => textAt(each, 'image'))),
      )
      mixed ||= images.size > 1
    })
    changeImage(host, 'web', 'nginx:1.28')
    host.run()
    expect(mixed).toBe(false)
    expect(counts(host.get('apps/Deployment', 'shop', 'web'))).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
    })
  })

  test('whose image never pulls time out of progressing and recover', () => {
    const failures = new FailureSwitches()
    const host = started({ failures })
    const recover = failures.fail({ namespace: 'shop', labels: { app: 'web' } }, 'image-pull')
    host.create('apps/Deployment', deployment('web', 'nginx:nope', { progressDeadlineSeconds: 60 }))
    host.run()
    expect(conditions(host.get('apps/Deployment', 'shop', 'web'))).toEqual([
      'Available=False MinimumReplicasUnavailable',
      'Progressing=True ReplicaSetUpdated',
    ])
    host.run(61_000)
    expect(conditions(host.get('apps/Deployment', 'shop', 'web'))).toEqual([
      'Available=False MinimumReplicasUnavailable',
      'Progressing=False ProgressDeadlineExceeded',
    ])
    const [pod] = host.list('/Pod')
    const [status] = objectsAt(objectAt(pod, 'status'), 'containerStatuses')
    expect(objectAt(objectAt(status, 'state'), 'waiting')).toEqual({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "nginx:nope"',
    })
    recover()
    host.run()
    expect(conditions(host.get('apps/Deployment', 'shop', 'web'))).toEqual([
      'Available=True MinimumReplicasAvailable',
      'Progressing=True NewReplicaSetAvailable',
    ])
  })

  test.each([
    ['crash-loop', 'CrashLoopBackOff'],
    ['rollout-stall', ''],
  ])('fail by annotation: %s', (failure, reason) => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27', {}, { 'sandbox.meshform.dev/fail': failure }))
    host.run()
    expect(counts(host.get('apps/Deployment', 'shop', 'web'))).toEqual({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      unavailableReplicas: 2,
    })
    const [pod] = host.list('/Pod')
    const [status] = objectsAt(objectAt(pod, 'status'), 'containerStatuses')
    expect(textAt(objectAt(objectAt(status, 'state'), 'waiting'), 'reason')).toBe(reason)
    expect(status?.ready).toBe(false)
  })

  test('replace a pod that is deleted', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    const [pod] = host.list('/Pod')
    const name = textAt(objectAt(pod, 'metadata'), 'name')
    host.delete('/Pod', 'shop', name)
    host.run()
    const names = host.list('/Pod').map((each) => textAt(objectAt(each, 'metadata'), 'name'))
    expect(names).toHaveLength(2)
    expect(names).not.toContain(name)
  })

  test('cost writes in proportion to their number', () => {
    const writesFor = (count: number): number => {
      const host = started()
      for (let index = 0; index < count; index += 1) host.create('apps/Deployment', deployment(`web-${index}`, 'nginx:1.27'))
      host.run()
      return host.writes
    }
    expect(writesFor(40)).toBe(4 * writesFor(10))
  })
})

describe('Services', () => {
  test('get endpoints and slices of ready pods, following the named port', () => {
    const host = started()
    host.create('/Service', {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    })
    host.run()
    expect(listAt(host.get('/Endpoints', 'shop', 'web'), 'subsets')).toEqual([])
    host.create('apps/Deployment', deployment('web', 'nginx:1.27'))
    host.run()
    const [subset] = objectsAt(host.get('/Endpoints', 'shop', 'web'), 'subsets')
    expect(objectsAt(subset, 'ports')).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
    expect(objectsAt(subset, 'addresses')).toHaveLength(2)
    const slices = host.list('discovery.k8s.io/EndpointSlice')
    expect(slices).toHaveLength(1)
    expect(objectsAt(slices[0], 'endpoints').map((each) => each.conditions)).toEqual([
      { ready: true, serving: true, terminating: false },
      { ready: true, serving: true, terminating: false },
    ])
    host.delete('/Service', 'shop', 'web')
    host.run()
    expect(host.list('/Endpoints')).toEqual([])
    expect(host.list('discovery.k8s.io/EndpointSlice')).toEqual([])
  })

  test('follow a changed selector', () => {
    const host = started()
    host.create('apps/Deployment', deployment('one', 'nginx:1.27'))
    host.create('apps/Deployment', deployment('two', 'nginx:1.27', { replicas: 1 }))
    const service = host.create('/Service', {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'one' }, ports: [{ port: 80 }] },
    })
    host.run()
    const addresses = (): number => objectsAt(objectsAt(host.get('/Endpoints', 'shop', 'web'), 'subsets')[0], 'addresses').length
    expect(addresses()).toBe(2)
    host.update('/Service', { ...service, spec: { ...objectAt(service, 'spec'), selector: { app: 'two' } } })
    host.run()
    expect(addresses()).toBe(1)
  })
})

describe('Events', () => {
  test('tell how a rollout went, and what goes wrong with a pod', () => {
    const host = started()
    host.create('apps/Deployment', deployment('web', 'nginx:1.27', { replicas: 1 }))
    host.run()
    const [set] = host.list('apps/ReplicaSet').map((each) => textAt(objectAt(each, 'metadata'), 'name'))
    const [pod] = host.list('/Pod').map((each) => textAt(objectAt(each, 'metadata'), 'name'))
    expect(host.said).toEqual([
      `Deployment/web ScalingReplicaSet: Scaled up replica set ${set} from 0 to 1`,
      `ReplicaSet/${set} SuccessfulCreate: Created pod: ${pod}`,
      `Pod/${pod} Scheduled: Successfully assigned shop/${pod} to sandbox`,
      `Pod/${pod} Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod`,
      `Pod/${pod} Created: Container created`,
      `Pod/${pod} Started: Container started`,
    ])
    host.said.length = 0
    const template = objectAt(objectAt(host.get('apps/Deployment', 'shop', 'web'), 'spec'), 'template')
    const failing = {
      ...template,
      metadata: { labels: { app: 'web' }, annotations: { 'sandbox.meshform.dev/fail': 'image-pull' } },
    }
    const found = host.get('apps/Deployment', 'shop', 'web') ?? {}
    host.update('apps/Deployment', { ...found, spec: { ...objectAt(found, 'spec'), template: failing } })
    host.run()
    expect(host.said.map((line) => line.replace(/^.*? /, ''))).toEqual(
      expect.arrayContaining([
        'Pulling: Pulling image "nginx:1.27"',
        'Failed: Error: ErrImagePull',
        'BackOff: Back-off pulling image "nginx:1.27"',
        'Failed: Error: ImagePullBackOff',
      ]),
    )
  })
})
