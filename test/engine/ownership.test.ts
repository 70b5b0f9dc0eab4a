import { expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/plan/json.ts'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const CLIENT_SIDE = 'kubectl-client-side-apply'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments'
const MAPS = '/api/v1/namespaces/shop/configmaps'

function design(body: string, more = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
${more}
resources:
${body}
`
}

function map(data: string, more = ''): string {
  return design(
    `  a: {${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {${data}}}}`,
  )
}

const WEB = `  web:
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "web:2"}]}
`

/** What `kubectl apply` leaves behind: its fields, written by create, and a copy of the object in an annotation. */
async function appliedByKubectl(project: Project): Promise<void> {
  const labels = { team: 'a', legacy: 'yes' }
  const containers = [
    { name: 'web', image: 'web:1', env: [{ name: 'OLD', value: 'x' }] },
    { name: 'side', image: 'side:1' },
  ]
  await asOther(project, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await asOther(
    project,
    'POST',
    DEPLOYMENTS,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', labels, annotations: { [LAST_APPLIED]: '{"kind":"Deployment"}' } },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
      },
    },
    CLIENT_SIDE,
  )
}

function managersOf(object: JsonValue | undefined): readonly string[] {
  const metadata = isJsonObject(object) && isJsonObject(object.metadata) ? object.metadata : {}
  const entries = (metadata.managedFields ?? []) as readonly JsonObject[]
  return entries.filter(({ subresource }) => subresource === undefined).map(({ manager, operation }) => `${manager} ${operation}`)
}

test('what kubectl applied on the client side is taken over, as the plan says, and nothing of it is left', async () => {
  const project = await newProject({ 'shop.yaml': design(WEB) })
  await appliedByKubectl(project)
  expect(await project.meshform('plan', '--out', 'plan.json')).toMatchSnapshot()
  expect((await project.meshform('apply', 'plan.json')).code).toBe(0)
  const live = await asOther(project, 'GET', `${DEPLOYMENTS}/web`)
  expect(managersOf(live)).toEqual(['meshform-shop Apply', 'kube-controller-manager Update'])
  const text = JSON.stringify(live)
  for (const leftover of ['legacy', 'OLD', 'side:1', LAST_APPLIED, '"team"']) expect(text).not.toContain(leftover)
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
})

test('what kubectl applies after the plan makes the plan stale: it would be taken over unseen', async () => {
  const project = await newProject({ 'shop.yaml': design(WEB) })
  await appliedByKubectl(project)
  await project.meshform('plan', '--out', 'plan.json')
  await asOther(project, 'PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: 7 } }, CLIENT_SIDE)
  const { code, err } = await project.meshform('apply', 'plan.json')
  expect(code).toBe(1)
  expect(err).toContain('Deployment shop/web: spec.replicas changed from')
})

test('with nobody to take over from, fields of kubectl are a conflict, shown in the whole plan', async () => {
  const project = await newProject({ 'shop.yaml': design(WEB, 'ownership: {takeFrom: []}') })
  await appliedByKubectl(project)
  expect(await project.meshform('plan', '--out', 'plan.json')).toMatchSnapshot()
  expect(await project.meshform('apply', 'plan.json')).toMatchSnapshot()
  expect((await project.meshform('show', 'plan.json', '--markdown')).out).toMatchSnapshot()
})

test.each(['fail', 'force', 'leave'])('a plan shows whose field it is and what becomes of it: conflict %s', async (policy) => {
  const project = await newProject({ 'shop.yaml': map('a: "1", b: "1"') })
  await project.meshform('apply', '--yes')
  await asOther(project, 'PATCH', `${MAPS}/a`, { data: { a: '9' } }, 'ops')
  await project.write('shop.yaml', map('a: "2", b: "2"', `conflict: ${policy}, `))
  expect(await project.meshform('plan')).toMatchSnapshot()
  const events = (await project.meshform('plan', '--json')).out.trim().split('\n')
  const planned = events.map((line) => JSON.parse(line)).find(({ type }) => type === 'planned_change')
  const outcome = { fail: 'refused', force: 'taken', leave: 'left' }[policy]
  expect(planned.change.conflicts).toEqual([{ field: 'data.a', manager: 'ops', outcome }])
})

test('a field manager of its own choice; under another name the design goes on with what it had', async () => {
  const project = await newProject({ 'shop.yaml': map('a: "1", b: "1"') })
  await project.meshform('apply', '--yes')
  expect(managersOf(await asOther(project, 'GET', `${MAPS}/a`))).toEqual(['meshform-shop Apply'])
  const renamed = `${map('a: "2"')}ownership: {fieldManager: platform}\n`
  await project.write('shop.yaml', renamed)
  expect((await project.meshform('plan')).out).toMatchSnapshot()
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  const live = await asOther(project, 'GET', `${MAPS}/a`)
  expect(managersOf(live)).toEqual(['platform Apply'])
  expect(isJsonObject(live) ? live.data : undefined).toEqual({ a: '2' })
  await project.write('shop.yaml', renamed.replace('platform', 'payments'))
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  expect(managersOf(await asOther(project, 'GET', `${MAPS}/a`))).toEqual(['payments Apply'])
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
})

test('what a design ignores stays as it is on the cluster, whatever the design says by now, and whoever it belongs to', async () => {
  const ignoring = (x: string, y: string, z = '') =>
    map(`x: "${x}", y: "${y}"${z}`, 'lifecycle: {ignoreChanges: [data.x, data.z]}, ')
  const project = await newProject({ 'shop.yaml': ignoring('1', '1') })
  await project.meshform('apply', '--yes')
  const data = async () => ((await asOther(project, 'GET', `${MAPS}/a`)) as JsonObject).data
  await project.write('shop.yaml', ignoring('2', '1'))
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  await project.write('shop.yaml', ignoring('2', '2', ', z: "2"'))
  const applied = await project.meshform('apply', '--yes')
  expect(applied.out).toContain('data.y: "1" → "2"')
  expect(await data()).toEqual({ x: '1', y: '2' })
  // Once another has it, it is theirs; after that it may go altogether.
  await asOther(project, 'PATCH', `${MAPS}/a`, { data: { x: '9' } }, 'ops')
  await project.write('shop.yaml', ignoring('3', '3'))
  await project.meshform('apply', '--yes')
  expect(await data()).toEqual({ x: '9', y: '3' })
  await asOther(project, 'PATCH', `${MAPS}/a`, { data: { x: null } }, 'ops')
  await project.write('shop.yaml', ignoring('4', '4'))
  await project.meshform('apply', '--yes')
  expect(await data()).toEqual({ y: '4' })
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
})

test('a new item of a list is sent whole, an old one keeps what is ignored of it', async () => {
  const ports = (items: string) =>
    design(
      `  s: {lifecycle: {ignoreChanges: ["spec.ports[*].nodePort"]}, manifest: {apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {type: NodePort, selector: {app: s}, ports: [${items}]}}}`,
    )
  const project = await newProject({ 'shop.yaml': ports('{name: a, port: 80, nodePort: 30001}') })
  await project.meshform('apply', '--yes')
  await project.write(
    'shop.yaml',
    ports('{name: a, port: 80, targetPort: 8080, nodePort: 30005}, {name: b, port: 81, nodePort: 30002}'),
  )
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  const live = (await asOther(project, 'GET', '/api/v1/namespaces/shop/services/s')) as JsonObject
  expect((live.spec as JsonObject).ports).toMatchObject([
    { name: 'a', targetPort: 8080, nodePort: 30001 },
    { name: 'b', nodePort: 30002 },
  ])
})
