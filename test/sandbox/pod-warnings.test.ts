import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const pods = '/api/v1/namespaces/default/pods?dryRun=All'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

/** The texts of a `Warning` header. */
function textsOf(header: string | undefined): readonly string[] {
  return [...(header ?? '').matchAll(/299 - "((?:\\.|[^"\\])*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'))
}

const spec: JsonObject = {
  nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
  hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }],
  imagePullSecrets: [{ name: '' }, { name: 'a' }, { name: 'a' }],
  volumes: [{ name: 'git', gitRepo: { repository: 'r' } }],
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  initContainers: [{ name: 'first', image: 'first:1', ports: [{ name: 'http', containerPort: 80 }] }],
  containers: [
    {
      name: 'main',
      image: 'main:1',
      env: [
        { name: 'X', value: 'a' },
        { name: 'X', value: '$(X)b' },
        { name: 'X', value: 'c' },
      ],
      ports: [
        { name: 'http', containerPort: 80 },
        { name: 'again', containerPort: 8080, hostPort: 8080 },
        { name: 'more', containerPort: 8080 },
      ],
      resources: { requests: { memory: '100m' }, limits: { memory: '1Mi' } },
    },
  ],
}

const warnings = (prefix: string): readonly string[] => [
  `${prefix}spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead`,
  `${prefix}spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod`,
  `${prefix}spec.volumes[0].gitRepo: deprecated in v1.11`,
  `${prefix}spec.hostAliases[1].ip: duplicate ip "10.0.0.1"`,
  `${prefix}spec.imagePullSecrets[2].name: duplicate name "a"`,
  `${prefix}spec.imagePullSecrets[0].name: invalid empty name ""`,
  `${prefix}spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer`,
  `${prefix}spec.containers[0].env[2]: hides previous definition of "X", which may be dropped when using apply`,
  `${prefix}spec.containers[0].ports[0]: duplicate port definition with ${prefix}spec.initContainers[0].ports[0]`,
  `${prefix}spec.containers[0].ports[2]: overlapping port definition with ${prefix}spec.containers[0].ports[1]`,
  `${prefix}spec.containers[0].ports[0]: duplicate port name "http" with ${prefix}spec.initContainers[0].ports[0], services and probes that select ports by name will use ${prefix}spec.initContainers[0].ports[0]`,
]

test('a new pod is warned of what is allowed and not meant', async () => {
  const sandbox = await openSandbox()
  const created = await request(sandbox, 'POST', pods, { metadata: { name: 'one' }, spec })
  expect([created.status, ...textsOf(created.warning)]).toEqual([201, ...warnings('')])
  const plain = { containers: [{ name: 'main', image: 'main:1' }] }
  expect((await request(sandbox, 'POST', pods, { metadata: { name: 'one' }, spec: plain })).warning).toBeUndefined()
  const dotted = await request(sandbox, 'POST', pods, { metadata: { name: 'one.two' }, spec: plain })
  expect(textsOf(dotted.warning)).toEqual([
    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]",
  ])
  await sandbox.close()
})

test('a template is warned of whenever the specification changes', async () => {
  const sandbox = await openSandbox()
  const template = { metadata: { labels: { app: 'a' } }, spec }
  const deployment = { metadata: { name: 'a' }, spec: { replicas: 0, selector: { matchLabels: { app: 'a' } }, template } }
  const created = await request(sandbox, 'POST', deployments, deployment)
  expect(textsOf(created.warning)).toEqual(warnings('spec.template.'))
  const merge = { 'content-type': 'application/merge-patch+json' }
  const labelled = await request(sandbox, 'PATCH', `${deployments}/a`, { metadata: { labels: { b: 'c' } } }, merge)
  expect(labelled.warning).toBeUndefined()
  const changed = await request(sandbox, 'PATCH', `${deployments}/a`, { spec: { paused: true } }, merge)
  expect(textsOf(changed.warning)).toEqual(warnings('spec.template.'))
  await sandbox.close()
})
