import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const A = '/api/v1/namespaces/default/configmaps/a'

function design(resources: string): string {
  return `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\nresources:\n${resources}\n`
}

function settings(lifecycle: string, data: string): string {
  return design(
    `  a: {lifecycle: {${lifecycle}}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {${data}}}}`,
  )
}

const readPlan = (project: Project) => readFile(join(project.folder, 'plan.json'), 'utf8')

/** The changes of a plan that is saved now, by the kind of their objects. */
async function planned(project: Project, ...more: string[]) {
  expect(await project.meshform('plan', '--out', 'plan.json', ...more)).toMatchObject({ code: 0 })
  const plan = JSON.parse(await readPlan(project))
  return new Map(
    plan.resource_changes.map((change: { meshform: { key: { kind: string } } }) => [change.meshform.key.kind, change]),
  )
}

test.each(['[data.b]', 'all'])('a new object is shown with the fields that are ignored from then on (%s)', async (ignored) => {
  const project = await newProject({ 'shop.yaml': settings(`ignoreChanges: ${ignored}`, 'a: "1", b: "2"') })
  expect((await project.meshform('plan')).out).toContain('data: {a: "1", b: "2"}')
  const changes = await planned(project)
  expect(changes.get('ConfigMap')).toMatchObject({ change: { after: { data: { a: '1', b: '2' } } } })
  expect(await project.meshform('apply', 'plan.json')).toMatchObject({ code: 0 })
  expect(await asOther(project, 'GET', A)).toMatchObject({ data: { a: '1', b: '2' } })
})

test('policies see what an ignored field begins with', async () => {
  const policy = `policies: {no-b: {rule: "!has(change.after.data.b)", message: b is not for here}}`
  const project = await newProject({ 'shop.yaml': `${settings('ignoreChanges: all', 'a: "1", b: "2"')}${policy}\n` })
  const run = await project.meshform('apply', '--yes')
  expect(run).toMatchObject({ code: 1 })
  expect(run.err).toContain('b is not for here')
})

test('a replaced object is shown as it will be: without what others wrote, with its ignored fields begun anew', async () => {
  const project = await newProject({ 'shop.yaml': settings('ignoreChanges: [data.b]', 'a: "1", b: "2"') })
  await project.meshform('apply', '--yes')
  await asOther(project, 'PATCH', A, { data: { b: '9', c: 'of another' }, metadata: { labels: { team: 'x' } } }, 'scaler')
  const run = await project.meshform('plan', '--replace', 'resources.a')
  expect(run.out).toContain('data.b: "9" → "2"')
  expect(run.out).toContain('data.c: of another removed')
  expect(run.out).toContain('metadata.labels.team: x removed')
  const changes = await planned(project, '--replace', 'resources.a')
  expect(changes.get('ConfigMap')).toMatchObject({
    action_reason: 'replace_by_request',
    change: { actions: ['delete', 'create'], after: { data: { a: '1', b: '2' } }, replace_paths: [] },
  })
  expect(JSON.stringify((changes.get('ConfigMap') as { change: { after: unknown } }).change.after)).not.toContain('another')
  expect(await project.meshform('apply', 'plan.json')).toMatchObject({ code: 0 })
  expect(await asOther(project, 'GET', A)).toMatchObject({ data: { a: '1', b: '2' } })
})

test('a field that can not be changed is told as the one for which an object is made anew, and a secret text only once', async () => {
  const secret = (type: string) =>
    design(
      `  s: {manifest: {apiVersion: v1, kind: Secret, type: ${type}, metadata: {name: s, namespace: default}, stringData: {pw: correct-horse}}}`,
    )
  const project = await newProject({ 'shop.yaml': secret('Opaque') })
  await project.meshform('apply', '--yes')
  await project.write('shop.yaml', secret('example.org/other'))
  const run = await project.meshform('plan')
  expect(run.out).toContain('type: Opaque → example.org/other')
  expect(run.out).not.toContain('stringData')
  const changes = await planned(project)
  expect(changes.get('Secret')).toMatchObject({
    action_reason: 'replace_because_cannot_update',
    change: { after: { type: 'example.org/other', data: { pw: '(sensitive #1)' } }, replace_paths: [['type']] },
  })
})

const NEW = `  svc:
    manifest:
      apiVersion: v1
      kind: Service
      metadata: {name: svc, namespace: default}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80, name: a}, {port: 81, name: b, nodePort: 30081}], selector: {a: b}}
  job:
    wait: false
    manifest:
      apiVersion: batch/v1
      kind: Job
      metadata: {name: job, namespace: default}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}
  settings: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default}, data: {a: "1"}}}`

test('what a server draws when it makes an object is unknown, and a plan has the same bytes twice', async () => {
  const project = await newProject({ 'shop.yaml': design(NEW) })
  const changes = await planned(project)
  const first = await readPlan(project)
  await planned(project)
  expect(await readPlan(project)).toBe(first)
  const service = changes.get('Service') as { change: { after: { spec: object } } }
  expect(service).toMatchObject({
    meshform: { certainty: 'exact' },
    change: {
      after: {
        spec: {
          ports: [
            { port: 80, targetPort: 80 },
            { port: 81, nodePort: 30081 },
          ],
        },
      },
      after_unknown: { spec: { clusterIP: true, clusterIPs: true, healthCheckNodePort: true, ports: [{ nodePort: true }, {}] } },
    },
  })
  expect(Object.keys(service.change.after.spec)).not.toContain('clusterIP')
  expect(changes.get('Job')).toMatchObject({
    change: { after_unknown: { spec: { selector: true, template: { metadata: { labels: { 'controller-uid': true } } } } } },
  })
  expect(changes.get('ConfigMap')).toMatchObject({ change: { after_unknown: { metadata: { uid: true } } } })
  await project.meshform('apply', '--yes')
  const later = await planned(project)
  expect(later.get('Service')).toMatchObject({ change: { actions: ['no-op'], after_unknown: {} } })
})

test('an unchanged object is on both sides of its change, and among what is planned', async () => {
  const project = await newProject({ 'shop.yaml': settings('', 'a: "1"') })
  await project.meshform('apply', '--yes')
  const same = { kind: 'ConfigMap', data: { a: '1' } }
  expect((await planned(project)).get('ConfigMap')).toMatchObject({
    change: { actions: ['no-op'], before: same, after: same },
  })
  const shown = JSON.parse((await project.meshform('show', 'plan.json', '--json')).out)
  expect(shown.planned_values.root_module.resources).toMatchObject([{ name: 'a', values: same }])
  expect(shown.prior_state.values.root_module.resources).toMatchObject([{ name: 'a', values: same }])
  expect((await project.meshform('show', 'plan.json')).out).toContain('No changes')
})

test('a delete says what is gone: the component, the item, the pattern, or the object of a component that stays', async () => {
  const map = (name: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}`
  const pattern = `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: p}\nresources:\n  in: {manifest: ${map('in')}}\n`
  const whole = `  one: {manifest: ${map('one')}}
  each: {forEach: "\${['a', 'b']}", manifest: ${map('"each-${each.key}"')}}
  some: {manifest: ${map('first')}}
patterns: {p: {source: ./p.yaml}}`
  const project = await newProject({ 'p.yaml': pattern, 'shop.yaml': design(whole) })
  const plan = (...more: string[]) => project.meshform('plan', '-f', 'shop.yaml', '--out', 'plan.json', ...more)
  await project.meshform('apply', '-f', 'shop.yaml', '--yes')
  await project.write(
    'shop.yaml',
    design(`  each: {forEach: "\${['a']}", manifest: ${map('"each-${each.key}"')}}\n  some: {manifest: ${map('second')}}`),
  )
  expect(await plan()).toMatchObject({ code: 0 })
  const { resource_changes } = JSON.parse(await readPlan(project))
  const reasons = resource_changes
    .filter(({ change }: { change: { actions: string[] } }) => change.actions.includes('delete'))
    .map(({ name, action_reason, meshform }: { name: string; action_reason: string; meshform: { reason: string } }) => [
      name,
      action_reason,
      meshform.reason,
    ])
  expect(new Set(reasons)).toEqual(
    new Set([
      ['one', 'delete_because_no_resource_config', 'delete_because_no_component'],
      ['each-b', 'delete_because_each_key', 'delete_because_each_key'],
      ['first', 'delete_because_no_resource_config', 'delete_because_not_made'],
      ['in', 'delete_because_no_module', 'delete_because_no_pattern'],
    ]),
  )
})

test('a stale plan tells which fields were changed, from what to what', async () => {
  const project = await newProject({ 'shop.yaml': settings('', 'a: "1", b: "1", c: "1"') })
  await project.meshform('apply', '--yes')
  await project.write('shop.yaml', settings('', 'a: "2", b: "1", c: "1"'))
  await planned(project)
  await asOther(project, 'PATCH', A, { data: { a: '8', b: '9', theirs: 'x' } })
  const run = await project.meshform('apply', 'plan.json')
  expect(run.code).toBe(1)
  expect(run.err).toContain('ConfigMap default/a: data.a changed from "1" to "8"')
  expect(run.err).toContain('data.b changed from "1" to "9"')
  expect(run.err).not.toContain('theirs')
  expect(run.err).not.toContain('data.c')
})

test('refreshing what a target names leaves the rest as it is recorded', async () => {
  const pair = ['a', 'b'].map(
    (name) =>
      `  ${name}: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}, data: {k: "1"}}}`,
  )
  const project = await newProject({ 'shop.yaml': design(pair.join('\n')) })
  await project.meshform('apply', '--yes')
  await asOther(project, 'DELETE', A)
  await asOther(project, 'DELETE', A.replace(/a$/, 'b'))
  await project.meshform('plan', '--refresh-only', '--target', 'resources.a', '--out', 'plan.json')
  const run = await project.meshform('apply', 'plan.json')
  expect(run.err).toContain('Forgot ConfigMap default/a: it is gone.')
  expect(run.err).not.toContain('default/b: it is gone')
  expect((await project.meshform('state', 'list')).out).toContain('default/b')
})

test('refreshing is a plan that can be reviewed and applied: what is gone is forgotten, and no object is changed', async () => {
  const pair = ['a', 'b'].map(
    (name) =>
      `  ${name}: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}, data: {k: "1"}}}`,
  )
  const project = await newProject({ 'shop.yaml': design(pair.join('\n')) })
  await project.meshform('apply', '--yes')
  await asOther(project, 'PATCH', A, { data: { k: '9' } })
  await asOther(project, 'DELETE', A.replace(/a$/, 'b'))
  expect(await project.meshform('plan', '--refresh-only', '--detailed-exitcode', '--out', 'plan.json')).toMatchObject({ code: 2 })
  expect(JSON.parse(await readPlan(project))).toMatchObject({ applyable: true, resource_changes: [] })
  const run = await project.meshform('apply', 'plan.json')
  expect(run).toMatchObject({ code: 0 })
  expect(run.err).toContain('Forgot ConfigMap default/b: it is gone.')
  expect(run.err).toContain('One object stays as others changed it')
  expect((await project.meshform('state', 'list')).out).not.toContain('default/b')
  expect(await asOther(project, 'GET', A)).toMatchObject({ data: { k: '9' } })
  expect((await project.meshform('apply', 'plan.json')).err).toContain('MF4007')
  const again = await project.meshform('apply', '--refresh-only', '--json')
  expect(again).toMatchObject({ code: 0 })
  const events = again.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.at(0)).toMatchObject({ type: 'version' })
  expect(events.at(-2)).toMatchObject({ type: 'log', '@message': 'The state was up to date.' })
  expect(
    (await project.meshform('refresh', '--json')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type),
  ).toContain('log')
})
