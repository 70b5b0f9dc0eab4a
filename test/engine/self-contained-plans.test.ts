import { copyFile, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const head = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
`
const resources = `resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
  a: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {size: "\${inputs.size}"}}}
`
const plain = `${head}inputs:
  size: {type: string, default: small}
${resources}`
const secret = `${head}inputs:
  size: {type: string, default: small}
  password: {type: string, sensitive: true}
  port: {type: integer, sensitive: true}
${resources}  s:
    dependsOn: [resources.ns]
    manifest:
      apiVersion: v1
      kind: Secret
      metadata: {name: s, namespace: shop}
      stringData: {url: "db://app:\${inputs.password}@h:\${inputs.port}", port: "\${string(inputs.port)}"}
`
const written = `${plain}  w:
    dependsOn: [resources.ns]
    manifest: {apiVersion: v1, kind: Secret, metadata: {name: w, namespace: shop}, stringData: {key: written-in-the-design}}
`

/** A plan of a design, and another folder that has nothing but that plan. */
async function planElsewhere(design: string, ...options: readonly string[]): Promise<{ here: Project; there: Project }> {
  const here = await newProject({ 'shop.yaml': design })
  const there = await newProject({})
  const { code, err } = await here.meshform('plan', ...options, '--out', 'plan.json')
  expect([code, err]).toEqual([0, expect.stringContaining('The plan is saved')])
  await copyFile(join(here.folder, 'plan.json'), join(there.folder, 'plan.json'))
  return { here, there }
}

/** Applies the plan in a folder that shares its state and cluster with another one. */
async function applyThere(here: Project, there: Project) {
  await copyFile(join(here.folder, 'plan.json'), join(there.folder, 'plan.json'))
  const meshform = there.with({ env: { MESHFORM_SANDBOX: join(here.folder, '.meshform/sandbox') } })
  return meshform('apply', 'plan.json', '--state', join(here.folder, '.meshform/state'))
}

describe('a plan alone', () => {
  test('is carried out as it was reviewed, and says nothing of its design', async () => {
    const { there } = await planElsewhere(plain, '--input', 'size=large')
    const { code, out } = await there.meshform('apply', 'plan.json')
    expect([code, out]).toMatchInlineSnapshot(`
      [
        0,
        "resources.ns                                                                             shop.yaml:7
        + Namespace shop

      resources.a                                                                              shop.yaml:8
        + ConfigMap shop/a  (approximate: its namespace comes with this plan)
            data.size: large

      Plan: 2 to create.
      Apply complete in <s>: 2 created.
      ",
      ]
    `)
    const live = await asOther(there, 'GET', '/api/v1/namespaces/shop/configmaps/a')
    expect(live).toMatchObject({ data: { size: 'large' } })
    expect((await there.meshform('apply', 'plan.json')).err).toMatchInlineSnapshot(`
      "error The plan is stale: something was applied after the plan was made [MF4007]
      │ Nothing was recorded when the plan was made, and the state is at 1 now.
      │ → Make a new plan, review it, and apply that.

      "
    `)
  })

  test('is the same, byte for byte, when it is made twice', async () => {
    const project = await newProject({ 'shop.yaml': secret })
    const inputs = ['--input', 'password=hunter2hunter2', '--input', 'port=54321']
    for (const name of ['one.json', 'two.json']) await project.meshform('plan', ...inputs, '--out', name)
    const [one, two] = await Promise.all(['one.json', 'two.json'].map((name) => readFile(join(project.folder, name), 'utf8')))
    expect(one).toBe(two)
    expect(one).not.toMatch(/hunter2|54321/)
    expect(one).not.toContain(Buffer.from('hunter2hunter2').toString('base64').slice(0, 16))
  })

  test('changes and deletes what is there, under the state and clusters that it was made for', async () => {
    const { here, there } = await planElsewhere(plain)
    await here.meshform('apply', '--yes')
    await here.write('shop.yaml', plain.replace('name: a,', 'name: b,'))
    await here.meshform('plan', '--out', 'plan.json')
    const { code, out } = await applyThere(here, there)
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'Apply complete in <s>: 1 created, 1 deleted, 1 unchanged.'])
  })

  test('of a design in several files is held against all of them', async () => {
    const { meshform, write } = await newProject({
      'one.yaml': plain,
      'two.yaml': `${head}resources:\n  b: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: default}}}\n`,
      'other.yaml': plain,
    })
    await meshform('plan', '-f', 'one.yaml', '-f', 'two.yaml', '--out', 'plan.json')
    expect((await meshform('apply', 'plan.json')).out).toContain('3 created')
    await meshform('plan', '-f', 'one.yaml', '-f', 'two.yaml', '--out', 'plan.json')
    await write('two.yaml', `${head}resources: {}\n`)
    expect((await meshform('apply', 'plan.json')).err).toContain('the design was changed after the plan was made')
  })

  test('finds the state that --state named', async () => {
    const { here } = await planElsewhere(plain, '--state', './kept')
    await rm(join(here.folder, 'shop.yaml'))
    expect((await here.meshform('apply', 'plan.json')).code).toBe(0)
    expect(await readFile(join(here.folder, 'kept/default/shop.json'), 'utf8')).toContain('ConfigMap')
  })

  test('that was made without a cluster goes on where nothing changed since the last apply', async () => {
    const { meshform } = await newProject({ 'shop.yaml': plain })
    await meshform('apply', '--yes')
    await meshform('plan', '--offline', '--input', 'size=large', '--out', 'plan.json')
    const { code, out } = await meshform('apply', 'plan.json')
    expect([code, out]).toEqual([0, expect.stringContaining('1 changed, 1 unchanged')])
  })

  test('is refused when somebody changed an object, with the new difference', async () => {
    const { here, there } = await planElsewhere(plain)
    await here.meshform('apply', '--yes')
    await here.meshform('plan', '--input', 'size=large', '--out', 'plan.json')
    await asOther(here, 'PATCH', '/api/v1/namespaces/shop/configmaps/a', { data: { size: 'tiny' } })
    expect(await applyThere(here, there)).toMatchSnapshot()
  })

  test('keeps the outputs, postconditions and checks of its design', async () => {
    const bodies = new Set<string>()
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (body) => bodies.add(body))
      setTimeout(() => response.end(), 10)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => new Promise<void>((done) => server.close(() => done())))
    const { port } = server.address() as AddressInfo
    const { here, there } = await planElsewhere(plain, '--workspace', 'empty')
    await here.write('body.txt', 'from a file')
    await here.write(
      'shop.yaml',
      `${plain.replace(
        'a: {dependsOn',
        `a: {lifecycle: {postconditions: [{condition: "self.data.size == inputs.size && resources.ns.name == 'ns'", message: size}]}, dependsOn`,
      )}outputs:
  size: {value: "\${inputs.size}"}
perfChecks:
  a:
    measures: [resources.a]
    target: http://127.0.0.1:${port}/
    bodyFile: body.txt
    load: {requests: 20, duration: 20s, connections: 2}
    thresholds: ["errors < 1%"]
    onFail: warn
`,
    )
    await here.meshform('plan', '--out', 'plan.json')
    await copyFile(join(here.folder, 'plan.json'), join(there.folder, 'plan.json'))
    const { code, out, err } = await there.meshform('apply', 'plan.json')
    expect([code, out, err]).toEqual([0, expect.stringContaining('size  small'), expect.stringContaining('perfChecks.a')])
    expect([...bodies]).toEqual(['from a file'])
  })
})

describe('secrets of a plan alone', () => {
  const given = ['--input', 'password=hunter2hunter2', '--input', 'port=54321']

  test('are made again from sensitive inputs', async () => {
    const { there } = await planElsewhere(secret, ...given)
    const meshform = there.with({ env: { MESHFORM_INPUT_PASSWORD: 'hunter2hunter2' } })
    expect((await meshform('apply', 'plan.json', '--input', 'port=54321')).code).toBe(0)
    const live = await asOther(there, 'GET', '/api/v1/namespaces/shop/secrets/s')
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    expect(live).toMatchObject({ data: { url: base64('db://app:hunter2hunter2@h:54321'), port: base64('54321') } })
  })

  test.each([
    ['an input is not given', secret, ['--input', 'port=54321']],
    ['an input has another value', secret, ['--input', 'port=54321', '--input', 'password=another-password']],
    ['an input that is not secret has another value', secret, [...given, '--input', 'size=large']],
    ['an input is not there', secret, [...given, '--input', 'colour=red']],
    ['a value is written in the design', written, []],
  ])('are refused when %s', async (_name, design, options) => {
    const { there } = await planElsewhere(design, ...(design === secret ? given : []))
    const { code, out, err } = await there.meshform('apply', 'plan.json', ...options)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatchSnapshot()
  })

  test('need nothing where their object stays as it is', async () => {
    const { here, there } = await planElsewhere(written)
    await here.meshform('apply', '--yes')
    await here.meshform('plan', '--input', 'size=large', '--out', 'plan.json')
    const { code, out } = await applyThere(here, there)
    expect([code, out]).toEqual([0, expect.stringContaining('1 changed, 2 unchanged')])
    expect((await here.meshform('plan', '--input', 'size=large', '--detailed-exitcode')).code).toBe(0)
  })
})

describe('secrets that a design has written', () => {
  const ofAll = `${head}inputs:
  password: {type: string, sensitive: true, default: default-of-an-input}
${resources.replace('${inputs.size}', 'small')}  w:
    dependsOn: [resources.ns]
    manifest: {apiVersion: v1, kind: Secret, metadata: {name: w, namespace: shop}, stringData: {key: written-in-the-design, two: "\${inputs.password}"}}
patterns:
  p: {dependsOn: [resources.ns], source: ./p.pattern, inputs: {token: literal-of-a-use}}
`
  const pattern = `${head.replace('shop', 'inner')}inputs: {token: {type: string, sensitive: true}}
resources:
  m: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: shop}, data: {url: "http://me:\${inputs.token}@h"}}}
`
  const clear = /written-in-the-design|default-of-an-input|literal-of-a-use/
  const base64 = (text: string) => Buffer.from(text).toString('base64')

  test('are in an encrypted plan, where only its apply reads them', async () => {
    const env = { MESHFORM_STATE_PASSPHRASE: 'a long enough passphrase' }
    const here = await newProject({ 'shop.yaml': ofAll, 'p.pattern': pattern })
    const there = await newProject({})
    const planned = await here.with({ env })('plan', '--out', 'plan.json')
    expect(planned.err).not.toContain('MF4010')
    await copyFile(join(here.folder, 'plan.json'), join(there.folder, 'plan.json'))
    const shown = await there.with({ env })('show', 'plan.json', '--json')
    expect(shown.code).toBe(0)
    const applied = await there.with({ env })('apply', 'plan.json')
    expect([applied.code, applied.err]).toEqual([0, expect.stringContaining('Secret shop/w  created')])
    for (const { out, err } of [planned, shown, applied]) expect(out + err).not.toMatch(clear)
    expect(await asOther(there, 'GET', '/api/v1/namespaces/shop/secrets/w')).toMatchObject({
      data: { key: base64('written-in-the-design'), two: base64('default-of-an-input') },
    })
    expect(await asOther(there, 'GET', '/api/v1/namespaces/shop/configmaps/m')).toMatchObject({
      data: { url: 'http://me:literal-of-a-use@h' },
    })
    const other = there.with({ env: { MESHFORM_STATE_PASSPHRASE: 'another long passphrase' } })
    expect((await other('apply', 'plan.json')).err).toContain('Encrypted, and no key opens it [MF8003]')
  })

  test('are told of when the plan is saved without a key, and refused elsewhere', async () => {
    const here = await newProject({ 'shop.yaml': ofAll, 'p.pattern': pattern })
    const there = await newProject({})
    const planned = await here.meshform('plan', '--out', 'plan.json')
    expect(planned.err).toContain('The saved plan can only be applied beside its design [MF4010]')
    await copyFile(join(here.folder, 'plan.json'), join(there.folder, 'plan.json'))
    const { code, err } = await there.meshform('apply', 'plan.json', '--input', 'password=default-of-an-input')
    expect([code, err]).toEqual([1, expect.stringContaining('2 objects have secret values that are not at hand [MF4010]')])
  })
})

test('a plan beside its changed design is stale, and one beside another design too', async () => {
  const { here, there } = await planElsewhere(plain)
  for (const project of [here, there]) await project.write('shop.yaml', plain.replace('small', 'large'))
  for (const project of [here, there]) {
    expect((await project.meshform('apply', 'plan.json')).err).toContain('the design was changed after the plan was made')
  }
})

test('an output that holds a sensitive value is sensitive', async () => {
  const { meshform, folder } = await newProject({
    'shop.yaml': `${secret}outputs:\n  url: {value: "x\${inputs.password}"}\n  port: {value: "\${inputs.port}"}\n`,
  })
  const given = ['--input', 'password=hunter2hunter2', '--input', 'port=54321']
  const { out } = await meshform('apply', '--yes', ...given)
  const listed = await meshform('output', '--json', ...given)
  const state = await readFile(join(folder, '.meshform/state/default/shop.json'), 'utf8')
  const typed = await meshform('console', 'inputs.password', ...given)
  expect(typed.out).toContain('(sensitive')
  for (const text of [out, listed.out, state, typed.out]) expect(text).not.toMatch(/hunter2|54321/)
})

test('an input of a pattern is as sensitive as the pattern says, and so is its output', async () => {
  const pattern = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: db}
inputs:
  password: {type: string, sensitive: true}
outputs:
  url: {value: "\${'xy' + 'z-of-the-pattern'}", sensitive: true}
resources:
  c: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default}, data: {url: "x-\${inputs.password}"}}}
`
  const { meshform, folder } = await newProject({
    'db.pattern': pattern,
    'shop.yaml': `${head}patterns:
  db: {source: ./db.pattern, inputs: {password: literal-secret-9}}
resources:
  d: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: d, namespace: default}, data: {url: "\${patterns.db.outputs.url}"}}}
`,
  })
  const planned = await meshform('plan', '-f', 'shop.yaml', '--out', 'plan.json')
  expect((await meshform('apply', '--yes', '-f', 'shop.yaml')).code).toBe(0)
  const [plan, state] = await Promise.all(
    ['plan.json', '.meshform/state/default/shop.json'].map((name) => readFile(join(folder, name), 'utf8')),
  )
  for (const text of [planned.out, plan, state]) expect(text).not.toMatch(/literal-secret-9|xyz-of-the-pattern/)
})
