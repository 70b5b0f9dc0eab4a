import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localBackend } from '../../src/state/backends/local.ts'
import { systemClock } from '../../src/state/clock.ts'
import { currentProcess } from '../../src/state/process-identity.ts'
import { lockSample, PROCESS } from '../state/sample-state.ts'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const A = '/api/v1/namespaces/shop/configmaps/a'

function design(resources: string, blocks = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${resources}
${blocks}
`
}

function map(name: string, more = '', data = 'a: "1"', needs = 'ns'): string {
  return `  ${name}: {dependsOn: [resources.${needs}], ${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: shop}, data: {${data}}}}`
}

async function applied(text: string): Promise<Project> {
  const project = await newProject({ 'shop.yaml': text })
  expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
  return project
}

describe('what others do', () => {
  test('is drift where it concerns our fields, and shown apart', async () => {
    const project = await applied(design(`${map('a')}\n${map('b')}`))
    await asOther(project, 'PATCH', A, { data: { a: '9', theirs: 'x' } })
    await asOther(project, 'DELETE', '/api/v1/namespaces/shop/configmaps/b')
    expect((await project.meshform('plan')).err).toContain('data.a of ConfigMap shop/a belongs to "kubectl"')
    await project.write('shop.yaml', design(`${map('a', 'conflict: force, ')}\n${map('b')}`))
    expect((await project.meshform('plan')).out).toMatchSnapshot()
    expect(await project.meshform('plan', '--refresh-only', '--detailed-exitcode')).toMatchSnapshot()
    expect(await project.meshform('refresh')).toMatchSnapshot()
    expect((await project.meshform('state', 'list')).out).not.toContain('ConfigMap shop/b')
    expect((await project.meshform('plan')).out).toMatchSnapshot()
  })

  test('is nothing where the server keeps an empty list as none', async () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: none, namespace: shop}, rules: []'
    const slice =
      'apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: none, namespace: shop}, addressType: IPv4, endpoints: [], ports: []'
    const objects = [role, slice].map((manifest, index) => `  r${index}: {dependsOn: [resources.ns], manifest: {${manifest}}}`)
    const project = await applied(design(objects.join('\n')))
    const live = await asOther(project, 'GET', '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/none')
    expect(live).toMatchObject({ rules: null })
    expect(await project.meshform('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
  })

  test('is nothing where it does not, and makes no plan stale', async () => {
    const project = await applied(design(map('a')))
    await project.write('shop.yaml', design(map('a', '', 'a: "2"')))
    await project.meshform('plan', '--out', 'plan.json')
    await asOther(project, 'PATCH', A, { metadata: { annotations: { 'controller/noise': '1' } }, data: { theirs: 'x' } })
    expect(await project.meshform('apply', 'plan.json')).toMatchObject({ code: 0 })
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })

  test('to our fields makes a plan stale, and the new difference is shown', async () => {
    const project = await applied(design(map('a')))
    await project.write('shop.yaml', design(map('a', '', 'a: "2"')))
    await project.meshform('plan', '--out', 'plan.json')
    await asOther(project, 'PATCH', A, { data: { a: '7' } })
    expect(await project.meshform('apply', 'plan.json')).toMatchSnapshot()
  })

  test.each(['fail', 'force', 'leave'])('to a field that the design wants as well: conflict %s', async (policy) => {
    const project = await applied(design(map('a')))
    await asOther(project, 'PATCH', A, { data: { b: 'theirs' } })
    await project.write('shop.yaml', design(map('a', `conflict: ${policy}, `, 'a: "2", b: ours')))
    expect(await project.meshform('plan')).toMatchSnapshot()
    await project.meshform('apply', '--yes')
    expect(await asOther(project, 'GET', A)).toMatchObject({
      data: policy === 'fail' ? { a: '1', b: 'theirs' } : { a: '2', b: policy === 'force' ? 'ours' : 'theirs' },
    })
  })

  test('to fields of ignoreChanges stays as it is', async () => {
    const project = await applied(design(map('a', 'lifecycle: {ignoreChanges: [data.a]}, ')))
    await asOther(project, 'PATCH', A, { data: { a: '9' } })
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })
})

describe('a run that does not go well', () => {
  const broken = design(
    `${map('a')}\n${map('bad', '', 'a: 1')}\n${map('after-bad', '', 'a: "1"', 'bad')}\n${map('b')}\n${map('after-b', '', 'a: "1"', 'b')}`,
  )

  test('finishes independent branches and names why the rest was skipped', async () => {
    const project = await newProject({ 'shop.yaml': broken })
    const { code, out, err } = await project.meshform('apply', '--yes', '--parallelism', '1')
    expect(code).toBe(1)
    expect(out).toMatchSnapshot()
    // What is written frees its place before it is healthy, so the order of two lines may differ.
    expect(err.split('\n').sort().join('\n')).toMatchSnapshot()
    expect((await project.meshform('state', 'list')).out).toMatchSnapshot()
  })

  test('begins nothing more with --on-error stop', async () => {
    const project = await newProject({ 'shop.yaml': broken })
    const { code, out } = await project.meshform('apply', '--yes', '--parallelism', '1', '--on-error', 'stop')
    expect(code).toBe(1)
    expect(out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply failed in <s>: 2 created, 1 failed, 3 skipped."`)
  })

  test('stops at Ctrl-C, records what was done, and goes on next time', async () => {
    const project = await newProject({
      'shop.yaml': design(
        Array.from({ length: 120 }, (_, n) => map(`m${n}`, '', 'a: "1"', n === 0 ? 'ns' : `m${n - 1}`)).join('\n'),
      ),
    })
    const interrupt = new AbortController()
    const running = project.with({ signal: interrupt.signal })('apply', '--yes', '--json-into', 'events.json')
    for (let tries = 0; tries < 2000; tries++) {
      const events = await readFile(join(project.folder, 'events.json'), 'utf8').catch(() => '')
      if (events.includes('"apply_complete"')) break
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    interrupt.abort()
    const { code } = await running
    expect(code).toBe(130)
    expect((await project.meshform('state', 'history')).out).toContain('interrupted')
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
    expect((await project.meshform('state', 'list')).out.split('\n')).toHaveLength(122)
  })

  test('is refused while another holds the lock, which force-unlock takes away', async () => {
    const project = await applied(design(map('a')))
    const directory = join(project.folder, '.meshform/state')
    const backend = localBackend({ directory, process: { ...(await currentProcess()), ...PROCESS }, clock: systemClock })
    const lock = await lockSample(backend, {}, { workspace: 'default', design: 'shop' })
    expect(await project.meshform('apply', '--yes')).toMatchSnapshot()
    expect((await project.meshform('plan')).err).toContain('is under way: this is the state before it')
    expect((await project.meshform('force-unlock', 'nonsense')).code).toBe(1)
    expect((await project.meshform('force-unlock', lock.info.id)).code).toBe(0)
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
    await lock.release()
  })

  test('two applies at once: one proceeds', async () => {
    const project = await newProject({ 'shop.yaml': design(Array.from({ length: 20 }, (_, n) => map(`m${n}`)).join('\n')) })
    await project.meshform('plan')
    const results = await Promise.all([0, 1, 2].map(() => project.meshform('apply', '--yes')))
    const refused = results.filter(({ err }) => err.includes('The state is locked'))
    expect(results.filter(({ code }) => code === 0).length).toBe(3 - refused.length)
    expect(refused.length).toBeGreaterThan(0)
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })
})

describe('plans', () => {
  test('without any cluster are approximate, and of kinds that nobody makes deferred', async () => {
    const gizmo =
      '  g: {dependsOn: [resources.ns], manifest: {apiVersion: example.org/v1, kind: Gizmo, metadata: {name: g, namespace: shop}}}'
    const project = await newProject({ 'shop.yaml': design(`${map('a')}\n${gizmo}`) })
    expect((await project.meshform('plan', '--offline')).out).toMatchSnapshot()
    expect((await project.meshform('plan')).out).toMatchSnapshot()
  })

  test('cut off, flipped or of another kind are refused, and left as they are', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    await project.meshform('plan', '--out', 'plan.json')
    const file = join(project.folder, 'plan.json')
    const whole = await readFile(file)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.byteLength - 3), async (length) => {
        await writeFile(file, whole.subarray(0, length))
        const { code, err } = await project.meshform('apply', 'plan.json')
        expect(code).toBe(1)
        expect(err).toMatch(/plan\.json is not a plan|Nobody is here/)
        expect((await readFile(file)).byteLength).toBe(length)
      }),
      { numRuns: 15 },
    )
    for (const text of ['{}', '[]', '{"format_version":"9.0"}', '{"sealed":{},"sealed_plan":1}', 'null', '\u0000']) {
      await writeFile(file, text)
      const { code, err } = await project.meshform('show', 'plan.json')
      expect([code, err.length > 0]).toEqual([1, true])
    }
  })

  test('of a damaged state are refused, and the state is left as it is', async () => {
    const project = await applied(design(map('a')))
    const file = join(project.folder, '.meshform/state/default/shop.json')
    const damaged = (await readFile(file, 'utf8')).replace('"serial":1', '"serial":7')
    await writeFile(file, damaged)
    for (const command of [['plan'], ['apply', '--yes'], ['destroy', '--yes'], ['state', 'list'], ['refresh'], ['output']]) {
      const { code, err } = await project.meshform(...command)
      expect([code, err]).toEqual([1, expect.stringContaining('MF8001')])
    }
    expect(await readFile(file, 'utf8')).toBe(damaged)
  })
})

describe('for programs', () => {
  test('a run is one JSON event a line', async () => {
    const project = await newProject({
      'shop.yaml': design(
        `${map('bad', '', 'a: 1')}\n${map('c', '', 'a: "1"', 'bad')}`,
        'outputs: {greeting: {value: hello}, token: {value: hunter2hunter2, sensitive: true}}',
      ),
    })
    const { code, out, err } = await project.meshform('apply', '--yes', '--json', '--parallelism', '1')
    expect([code, err]).toEqual([1, ''])
    expect(out).not.toContain('hunter2')
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) =>
        JSON.parse(
          line
            .replaceAll(/"elapsed_seconds":[\d.e-]+/g, '"elapsed_seconds":0')
            .replaceAll(/"(meshform|@message)":"(meshform )?\d[^"]*"/g, '"$1":"<version>"'),
        ),
      )
    expect(lines).toMatchSnapshot()
  })

  test('outputs come as text, JSON and raw, sensitive ones covered', async () => {
    const project = await applied(
      design(
        map('a'),
        'outputs: {greeting: {value: hello}, many: {value: [1, 2]}, token: {value: hunter2hunter2, sensitive: true}}',
      ),
    )
    expect((await project.meshform('output')).out).toMatchSnapshot()
    expect((await project.meshform('output', '--json')).out).toMatchSnapshot()
    expect((await project.meshform('output', 'greeting', '--raw')).out).toBe('hello\n')
    for (const name of ['token', 'many']) expect(await project.meshform('output', name, '--raw')).toMatchSnapshot()
    expect(await project.meshform('output', 'none')).toMatchSnapshot()
  })

  test('an encrypted state keeps sensitive outputs, and gives them to programs that name them', async () => {
    const text = design(map('a'), 'outputs: {token: {value: hunter2hunter2, sensitive: true}}')
    const plain = await newProject({ 'shop.yaml': text })
    const keyed = plain.with({ env: { MESHFORM_STATE_KEY: Buffer.alloc(32, 7).toString('base64') } })
    expect((await keyed('apply', '--yes')).out).not.toContain('hunter2')
    expect((await keyed('output', 'token', '--raw')).out).toBe('hunter2hunter2\n')
    expect((await keyed('output', 'token', '--json')).out).toBe('"hunter2hunter2"\n')
    for (const args of [['output'], ['output', 'token'], ['output', '--json'], ['state', 'pull'], ['state', 'history', '--json']])
      expect((await keyed(...args)).out).not.toContain('hunter2')
    expect((await keyed('plan', '--detailed-exitcode')).code).toBe(0)
    const files = await readdir(plain.folder, { recursive: true, withFileTypes: true })
    for (const file of files.filter((entry) => entry.isFile() && entry.name !== 'shop.yaml'))
      expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain('hunter2')
    // Without encryption again, it is gone.
    expect((await keyed('state', 'rekey', '--decrypt')).code).toBe(0)
    for (const how of ['--raw', '--json'])
      expect((await plain.meshform('output', 'token', how)).err).toContain('MESHFORM_STATE_KEY')
    expect(JSON.stringify(JSON.parse((await plain.meshform('state', 'pull')).out).outputs)).not.toContain('hunter2')
  })

  test('the exit code says whether there are changes', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(2)
    expect((await project.meshform('plan')).code).toBe(0)
    await project.meshform('apply', '--yes')
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
    await project.write('shop.yaml', 'kind: nonsense')
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(1)
  })
})
