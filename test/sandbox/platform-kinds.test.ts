import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const signing = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----').toString('base64')
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }]

/** Path, what is sent, and what the server makes of it. */
const kinds: readonly (readonly [string, JsonObject, JsonObject])[] = [
  [
    'storage.k8s.io/v1/csidrivers',
    { spec: {} },
    {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      },
    },
  ],
  [
    'storage.k8s.io/v1/csinodes',
    { spec: { drivers: [{ name: 'a', nodeID: 'b' }] } },
    { spec: { drivers: [{ topologyKeys: null }] } },
  ],
  [
    'storage.k8s.io/v1/volumeattachments',
    { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
    { status: { attached: false } },
  ],
  ['storage.k8s.io/v1/volumeattributesclasses', { driverName: 'a', parameters: { b: 'c' } }, { driverName: 'a' }],
  ['node.k8s.io/v1/runtimeclasses', { handler: 'runc' }, { handler: 'runc' }],
  [
    'certificates.k8s.io/v1/certificatesigningrequests',
    { spec: { request: signing, signerName: 'example.org/any', usages: ['client auth'] } },
    { spec: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] } },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1/flowschemas',
    { spec: { priorityLevelConfiguration: { name: 'exempt' } } },
    { spec: { matchingPrecedence: 1000 } },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
    {
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    },
  ],
  ['networking.k8s.io/v1/servicecidrs', { spec: { cidrs: ['10.0.0.0/8'] } }, { spec: { cidrs: ['10.0.0.0/8'] } }],
  [
    'admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
    {
      spec: {
        matchConstraints: { resourceRules: rules },
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } }],
        reinvocationPolicy: 'Never',
      },
    },
    { spec: { failurePolicy: 'Fail', matchConstraints: { matchPolicy: 'Equivalent' } } },
  ],
]

test('kinds that parts of a cluster keep for each other are stored with their defaults, and refused empty', async () => {
  const sandbox = await openSandbox()
  for (const [path, given, wanted] of kinds) {
    const made = await request(sandbox, 'POST', `/apis/${path}`, { metadata: { name: 'a' }, ...given })
    expect([path, made.status]).toEqual([path, 201])
    expect(made.body).toMatchObject(wanted)
    expect((await request(sandbox, 'GET', `/apis/${path}/a`)).body).toMatchObject(wanted)
  }
  const refused = await request(sandbox, 'POST', '/apis/storage.k8s.io/v1/volumeattachments', { metadata: { name: 'b' } })
  expect(refused.body.message).toBe(
    "VolumeAttachment.storage.k8s.io \"b\" is invalid: [spec.attacher: Required value, spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName, spec.nodeName: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), spec.attacher: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]",
  )
  await sandbox.close()
})

test('a request for a certificate is approved as a condition of its status', async () => {
  const sandbox = await openSandbox()
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  const spec = { request: signing, signerName: 'example.org/any', usages: ['client auth'] }
  await request(sandbox, 'POST', path, { metadata: { name: 'a' }, spec })
  const { body } = await request(sandbox, 'GET', `${path}/a`)
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Asked' }]
  const approved = await request(sandbox, 'PUT', `${path}/a/approval`, { ...body, status: { conditions } })
  expect(approved.body.status).toMatchObject({ conditions })
  await sandbox.close()
})

test('the health of the server is told by check', async () => {
  const sandbox = await openSandbox()
  const text = async (path: string): Promise<unknown> => (await request(sandbox, 'GET', path)).body.message
  expect(await text('/livez')).toBe('ok')
  expect(await text('/livez/ping')).toBe('ok')
  expect(await text('/readyz?verbose&exclude=log')).toMatch(
    /^\[\+\]ping ok\n\[\+\]log excluded: ok\n\[\+\]etcd ok\n\[\+\]etcd-readiness ok\n[\s\S]*\nreadyz check passed\n$/,
  )
  expect(await text('/metrics')).toContain('kubernetes_build_info{')
  await sandbox.close()
})

test('an event is one object in both groups', async () => {
  const sandbox = await openSandbox()
  const regarding = { kind: 'Pod', name: 'p', namespace: 'default' }
  const made = await request(sandbox, 'POST', '/apis/events.k8s.io/v1/namespaces/default/events', {
    metadata: { name: 'e' },
    eventTime: '2026-03-01T12:00:00.000000Z',
    reportingController: 'example.org/part',
    reportingInstance: 'a',
    action: 'Looking',
    reason: 'Seen',
    regarding,
    note: 'it was there',
    type: 'Normal',
  })
  expect([made.status, made.body.apiVersion, made.body.note]).toEqual([201, 'events.k8s.io/v1', 'it was there'])
  const core = await request(sandbox, 'GET', '/api/v1/namespaces/default/events/e')
  expect(core.body).toMatchObject({
    apiVersion: 'v1',
    involvedObject: regarding,
    message: 'it was there',
    reportingComponent: 'example.org/part',
    firstTimestamp: null,
  })
  const list = await request(sandbox, 'GET', '/apis/events.k8s.io/v1/namespaces/default/events')
  expect(list.body.items).toMatchObject([{ regarding, note: 'it was there' }])
  await sandbox.close()
})
