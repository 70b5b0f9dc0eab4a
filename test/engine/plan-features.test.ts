import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'

/** A design of ConfigMaps in one namespace; each line of `body` is a resource or a block. */
function design(resources: string, blocks = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs:
  size: {type: string, default: small}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${resources}
${blocks}
`
}

function map(name: string, more = '', data = 'a: "1"', object = name): string {
  return `  ${name}: {dependsOn: [resources.ns], ${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${object}, namespace: shop}, data: {${data}}}}`
}

async function applied(files: Record<string, string>): Promise<Project> {
  const project = await newProject(files)
  const result = await project.meshform('apply', '--yes')
  expect(result.err + result.out).toContain('Apply complete')
  return project
}

describe('state commands', () => {
  test('list, mv, rm, history, pull and push', async () => {
    const { meshform, write, folder } = await applied({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    expect((await meshform('state', 'list')).out).toMatchInlineSnapshot(`
      "resources.a   ConfigMap shop/a  sandbox
      resources.b   ConfigMap shop/b  sandbox
      resources.ns  Namespace shop  sandbox
      "
    `)
    expect(await meshform('state', 'mv', 'resources.a', 'resources.c')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "",
        "out": "ConfigMap shop/a: resources.a -> resources.c
      ",
      }
    `)
    expect(await meshform('state', 'mv', 'resources.a', 'resources.c')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error Nothing is recorded at resources.a [MF2012]
      │ Recorded are resources.b, resources.c, resources.ns.

      ",
        "out": "",
      }
    `)
    expect(await meshform('state', 'rm', 'ConfigMap/shop/b')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "err": "",
        "out": "Forgot ConfigMap shop/b
      ",
      }
    `)
    expect((await meshform('state', 'history')).out).toMatchInlineSnapshot(`
      "   1  <time>  apply     succeeded  <s>  3 create  <who>, plan <digest>
      "
    `)
    const { out } = await meshform('state', 'pull')
    await write('pulled.json', out.replaceAll('<time>', '2026-01-01T00:00:00.000Z'))
    expect((await meshform('state', 'push', 'pulled.json')).err).toContain('Its checksum does not fit its content')
    expect(folder).toContain('meshform-project-')
  })

  test('a pulled state can be pushed back, an older or foreign one can not', async () => {
    const { meshform, write, folder } = await applied({ 'shop.yaml': design(map('a')) })
    const { readFile, writeFile } = await import('node:fs/promises')
    const state = await readFile(`${folder}/.meshform/state/default/shop.json`, 'utf8')
    await write('old.json', state)
    expect((await meshform('state', 'push', 'old.json')).out).toMatchInlineSnapshot(`
      "The state has serial 2 now, with 2 objects.
      "
    `)
    expect(await meshform('state', 'push', 'old.json')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error Another state [MF8007]
      │ The pushed state has the serial 1, and the stored one 2: it is older.
      │ → Hold it against the stored one (\`meshform state pull\`). An older one, or one of another lineage, is taken with
      │   --force.

      ",
        "out": "",
      }
    `)
    expect((await meshform('state', 'push', 'old.json', '--force')).code).toBe(0)
    await writeFile(`${folder}/cut.json`, state.slice(0, 200))
    expect(await meshform('state', 'push', 'cut.json')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error State file damaged [MF8001]
      │ cut.json:5:8
      │ 5 │ "journa
      │ cut.json is damaged at line 5, column 8. It ends too early: it was cut off while it was written or copied. It was left
      │ as it is.
      │ → Restore the file from a backup, or move it away to start anew; objects that carry our labels are found again.

      ",
        "out": "",
      }
    `)
  })

  test('workspaces have states of their own', async () => {
    const { meshform } = await applied({ 'shop.yaml': design(map('a')) })
    expect((await meshform('workspace', 'new', 'staging')).out).toMatchInlineSnapshot(`
      "The workspace staging is made and in use.
      "
    `)
    expect((await meshform('workspace', 'list')).out).toMatchInlineSnapshot(`
      "  default  shop
      * staging  shop
      "
    `)
    expect((await meshform('state', 'list')).err).toContain('Nothing is recorded')
    expect((await meshform('workspace', 'select', 'default')).code).toBe(0)
    expect(await meshform('workspace', 'delete', 'default')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error Workspace in use [MF8011]
      │ default/shop still has 2 objects. Destroy the design first.

      ",
        "out": "",
      }
    `)
    expect((await meshform('workspace', 'delete', 'staging')).out).toMatchInlineSnapshot(`
      "The state of shop in the workspace staging is deleted.
      "
    `)
    expect((await meshform('workspace', 'select', 'No Name')).code).toBe(1)
  })
})

test('validate finds fields that a kind of Kubernetes itself does not have, at their place', async () => {
  const web = (spec: string) =>
    `  web: {manifest: {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {${spec}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx, resources: {limits: {cpu: 1}}}]}}}}}`
  const { meshform, write } = await newProject({ 'shop.yaml': design(web('replica: 3')) })
  const wrong = await meshform('validate')
  expect(wrong).toMatchSnapshot()
  for (const unasked of [['plan', '--offline'], ['plan'], ['apply', '--yes']]) {
    const refused = await meshform(...unasked)
    expect(refused.code).toBe(1)
    expect(refused.out).toContain('Plan: 2 to create. It can not be applied: 1 error.')
    expect(refused.err).toBe(wrong.err)
  }
  expect((await meshform('state', 'list')).out).toBe('')
  await write('shop.yaml', design(web('replicas: 3')))
  expect(await meshform('plan', '--offline', '--kubeconfig', 'absent')).toMatchObject({ code: 0, err: '' })
  expect((await meshform('plan', '--kubeconfig', 'absent')).err).toMatchInlineSnapshot(`
    "warning --kubeconfig is not used: everything is on the sandbox [MF5024]
    │ → A cluster is always named on purpose: pass --context too, or name one under \`clusters\` of the design.

    "
  `)
  expect(await meshform('validate')).toMatchObject({ code: 0, err: '' })
})

describe('going back', () => {
  test('rollback plans the way to an earlier deploy', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    await write('shop.yaml', design(`${map('a', '', 'a: "2"')}\n${map('c')}`))
    expect((await meshform('apply', '--yes')).code).toBe(0)
    expect((await meshform('rollback', '1', '--yes')).out).toMatchInlineSnapshot(`
      "1 object will be DELETED
        - ConfigMap shop/c  resources.c

      resources.a
        ~ ConfigMap shop/a
            data.a: "2" → "1"

      resources.b
        + ConfigMap shop/b
            data.a: "1"

      Plan: 1 to create, 1 to change, 1 to DELETE; 1 unchanged.
      Rollback complete in <s>: 1 created, 1 changed, 1 deleted, 1 unchanged.
      "
    `)
    expect((await meshform('state', 'history')).out).toMatchInlineSnapshot(`
      "   1  <time>  apply     succeeded  <s>  3 create  <who>, plan <digest>
         2  <time>  apply     succeeded  <s>  1 update, 1 create, 1 delete  <who>, plan <digest>
         3  <time>  rollback  succeeded  <s>  1 update, 1 create, 1 delete  <who>, plan <digest>
      "
    `)
    expect((await meshform('plan', '--detailed-exitcode')).code).toBe(2)
    expect(await meshform('rollback', '9', '--yes')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error There is no deploy with the serial 9 [MF4009]
      │ Deploys that can be gone back to are 1, 2, 3.
      │ → Run \`meshform state history\` for the list.

      ",
        "out": "",
      }
    `)
  })

  test('a rollback is saved and applied as any plan, with its design or without', async () => {
    const { meshform, write, folder } = await applied({ 'shop.yaml': design(map('a')) })
    await write('shop.yaml', design(map('a', '', 'a: "2"')))
    expect((await meshform('apply', '--yes')).code).toBe(0)
    const planned = await meshform('rollback', '1', '--out', 'back.json')
    expect(planned.err).toContain('meshform apply back.json')
    expect((await meshform('show', 'back.json')).out).toContain('data.a: "2" → "1"')
    await rm(join(folder, 'shop.yaml'))
    const done = await meshform('apply', 'back.json')
    expect([done.code, done.out]).toEqual([0, expect.stringContaining('Rollback complete')])
    await write('shop.yaml', design(map('a', '', 'a: "2"')))
    expect((await meshform('state', 'history')).out).toContain('3  <time>  rollback  succeeded')
    // The same plan once more: the state has moved.
    const stale = await meshform('apply', 'back.json')
    expect([stale.code, stale.err]).toEqual([1, expect.stringContaining('stale')])
  })

  test('state show takes objects as state list prints them', async () => {
    const { meshform } = await applied({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    const shown = await meshform('state', 'show', 'resources.a')
    expect(shown.out).toContain('name: a')
    for (const words of [
      ['ConfigMap/a'],
      ['ConfigMap/shop/a'],
      ['ConfigMap shop/a'],
      ['ConfigMap', 'shop/a'],
      ['sandbox//ConfigMap/shop/a'],
    ])
      expect(await meshform('state', 'show', ...words)).toEqual(shown)
    expect((await meshform('state', 'show', 'ConfigMap/shop/c')).err).toContain('MF2012')
  })

  test('state rollback is the same command', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(map('a')) })
    await write('shop.yaml', design(map('a', '', 'a: "2"')))
    expect((await meshform('apply', '--yes')).code).toBe(0)
    expect((await meshform('state', 'rollback', '1', '--yes')).out).toMatchInlineSnapshot(`
      "resources.a
        ~ ConfigMap shop/a
            data.a: "2" → "1"

      Plan: 1 to change; 1 unchanged.
      Rollback complete in <s>: 1 changed, 1 unchanged.
      "
    `)
    expect((await meshform('state', 'history')).out).toMatchInlineSnapshot(`
      "   1  <time>  apply     succeeded  <s>  2 create  <who>, plan <digest>
         2  <time>  apply     succeeded  <s>  1 update  <who>, plan <digest>
         3  <time>  rollback  succeeded  <s>  1 update  <who>, plan <digest>
      "
    `)
    const refused = await meshform('state', 'rollback', '9', '--yes')
    expect(refused).toEqual(await meshform('rollback', '9', '--yes'))
    expect(refused.code).toBe(1)
  })

  test('a Secret that changed can not be put back, one that did not stays', async () => {
    const secret = (value: string) =>
      `  s: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {key: ${value}}}}`
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a')}\n${secret('first')}`) })
    await write('shop.yaml', design(`${map('a', '', 'a: "2"')}\n${secret('first')}`))
    await meshform('apply', '--yes')
    expect((await meshform('rollback', '1', '--yes')).code).toBe(0)
    await write('shop.yaml', design(`${map('a')}\n${secret('second')}`))
    await meshform('apply', '--yes')
    expect(await meshform('rollback', '1', '--yes')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "error Secret shop/s can not be put back as it was [MF2030]
      │ resources.s
      │ It holds secret values, which the state keeps as digests only, and it has changed since.
      │ → Apply the design as it was then, with its secrets; or leave the object out: --exclude its address.

      ",
        "out": "",
      }
    `)
  })
})

describe('refusals', () => {
  test.each([
    [
      'policies',
      design(
        map('a'),
        'policies:\n  named: {rule: "change.name != \'a\'", message: no a}\n  few: {rule: "plan.summary.create < 2", enforcement: advisory}\n  broken: {rule: "change.nam"}',
      ),
    ],
    [
      'a precondition',
      design(map('a', 'lifecycle: {preconditions: [{condition: "inputs.size == \'large\'", message: only large ones}]}, ')),
    ],
    ['moved of what is there', design(map('a'), 'moved: [{from: resources.a, to: resources.b}]')],
    ['removed of what is there', design(map('a'), 'removed: [{from: resources.a}]')],
    [
      'imports of what nobody makes',
      design(map('a'), 'imports: [{to: resources.a, object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: other}}]'),
    ],
    [
      'imports of what is not there',
      design(map('a'), 'imports: [{to: resources.a, object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: a}}]'),
    ],
    ['a target that matches nothing', design(map('a')), '--target', 'traffic.*'],
  ])('%s', async (_name, text, ...more) => {
    const { meshform } = await newProject({ 'shop.yaml': text })
    const { code, err } = await meshform('plan', ...more)
    expect(code).toBe(1)
    expect(err).toMatchSnapshot()
  })

  test('a policy file is held against the plan as well', async () => {
    const { meshform, write } = await newProject({ 'shop.yaml': design(map('a')) })
    await write('rules.yaml', 'policies:\n  no-maps: {rule: "change.kind != \'ConfigMap\'", message: no maps here}\n')
    expect((await meshform('plan', '--policy', 'rules.yaml')).err).toContain('is against the policy no-maps: no maps here')
    await write('rules.yaml', 'policies:\n  odd: {rules: x}\n')
    expect((await meshform('plan', '--policy', 'rules.yaml')).err).toMatchInlineSnapshot(`
      "error rules.yaml is no file of policies [MF6003]
      │ rules.yaml:2:3
      │ 2 │   odd: {rules: x}
      │   │   ^
      │ policies.odd has the unknown key rules; known are rule, message and enforcement.
      │ → Write \`policies: {no-deletes: {rule: "change.action != 'delete'", message: ..., enforcement: mandatory}}\`.

      "
    `)
  })

  test('patterns of files narrow the plan, and are told at their line', async () => {
    const { meshform } = await newProject({
      'shop.yaml': design(`${map('a')}\n${map('b')}\n${map('c')}`),
      targets: '# the first two\n\nresources.a   # with a reason\n  resources.b\n',
      left: 'ConfigMap/b\n',
      wrong: 'resources.a\ntraffic.*\n',
      empty: '# nothing\n',
    })
    const plan = await meshform('plan', '--target-file', 'targets', '--exclude-file', 'left', '--out', 'plan.json')
    expect(plan.out.split('\n').at(-2)).toBe('Plan: 2 to create.')
    expect((await meshform('apply', 'plan.json', '--target-file', 'empty')).code).toBe(0)
    expect((await meshform('state', 'list')).out).toContain('resources.a')
    expect((await meshform('plan', '--target-file', 'wrong')).err).toMatchSnapshot()
    expect((await meshform('apply', '--yes', '--target-file', 'empty')).err).toMatchSnapshot()
    expect(await meshform('plan', '--exclude-file', 'nowhere')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere can not be read [MF6003]'),
    })
  })

  test('an empty design, too many deletes, a protected object', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a', 'lifecycle: {protect: true}, ')}\n${map('b')}`) })
    await write('shop.yaml', 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\n')
    expect((await meshform('apply', '--yes')).err).toMatchSnapshot()
    await write('shop.yaml', design(map('a', 'lifecycle: {protect: true}, ')))
    expect((await meshform('apply', '--yes', '--max-deletes', '0')).err).toMatchSnapshot()
    expect((await meshform('destroy', '--yes')).err).toMatchSnapshot()
  })

  test('an object whose end wants a confirmation', async () => {
    const { meshform, write } = await applied({
      'shop.yaml': design(`${map('a', 'lifecycle: {protect: confirm}, ')}\n${map('b')}`),
    })
    await write('shop.yaml', design(map('b')))
    expect((await meshform('plan')).err).toMatchSnapshot()
    expect((await meshform('plan', '--exclude', 'resources.a')).code).toBe(0)
    expect((await meshform('plan', '--confirm', 'resources.typo')).err).toMatchSnapshot()
    expect((await meshform('plan', '--confirm', 'resources.a', '--out', 'plan.json')).code).toBe(0)
    expect((await meshform('apply', 'plan.json')).out).toMatchSnapshot()
  })

  test('an object of another design', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(map('a')) })
    const other = (policy: string) =>
      `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: other}\nresources:\n${map('a', policy).replace('dependsOn: [resources.ns], ', '')}\n`
    await write('shop.yaml', other(''))
    expect((await meshform('plan')).err).toMatchSnapshot()
    await write('shop.yaml', other('adoption: take, '))
    expect(await meshform('plan')).toMatchSnapshot()
  })
})

describe('lifecycle', () => {
  test('replaceTriggeredBy, replace by request, postconditions', async () => {
    const trigger = map('b', 'lifecycle: {replaceTriggeredBy: [resources.a]}, ')
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a')}\n${trigger}`) })
    await write('shop.yaml', design(`${map('a', '', 'a: "2"')}\n${trigger}`))
    expect((await meshform('plan')).out).toMatchSnapshot()
    await write('shop.yaml', design(`${map('a')}\n${map('b')}`))
    expect((await meshform('plan', '--replace', 'resources.b')).out).toMatchSnapshot()
    const checked = (condition: string) =>
      map('b', `lifecycle: {postconditions: [{condition: "${condition}", message: not so}]}, `)
    await write('shop.yaml', design(`${map('a')}\n${checked("self.data.a == '1'")}`))
    expect((await meshform('apply', '--yes')).code).toBe(0)
    await write('shop.yaml', design(`${map('a')}\n${checked('objects.size() == 2')}`))
    expect(await meshform('apply', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('does not hold: not so') })
  })

  test('moved leads on over several blocks, and says what it does not keep', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    const chain = 'moved: [{from: resources.a, to: resources.x}, {from: resources.x, to: resources.c}]'
    await write('shop.yaml', design(`${map('c', '', 'a: "2"', 'a')}\n${map('b')}`, chain))
    const { out, err } = await meshform('plan')
    expect(err).toBe('')
    expect(out).toContain('Plan: 1 to change; 2 unchanged.')
    await write('shop.yaml', design(`${map('c', '', 'a: "1"', 'other')}\n${map('b')}`, chain))
    expect((await meshform('plan')).err).toMatchInlineSnapshot(`
      "warning moved leads resources.a to resources.c, which does not make ConfigMap shop/a [MF2014]
      │ shop.yaml:10:9  resources.c
      │ 10 │ moved: [{from: resources.a, to: resources.x}, {from: resources.x, to: resources.c}]
      │    │         ^
      │ ConfigMap shop/a
      │ An object stays when its kind, namespace and name do; these are deleted.
      │ → Give the objects of resources.c the names they had, or let these go.

      "
    `)
    await write(
      'shop.yaml',
      design(map('b'), 'moved: [{from: resources.a, to: resources.x}, {from: resources.x, to: resources.a}]'),
    )
    expect((await meshform('plan')).err).toMatchInlineSnapshot(`
      "error moved leads to resources.x, and the design has no such component [MF2014]
      │ shop.yaml:9:9  resources.x
      │ 9 │ moved: [{from: resources.a, to: resources.x}, {from: resources.x, to: resources.a}]
      │   │         ^
      │ → Mend the block, or take it out once it has done its work.

      error moved leads to resources.a, and the design has no such component [MF2014]
      │ shop.yaml:9:47  resources.a
      │ 9 │ moved: [{from: resources.a, to: resources.x}, {from: resources.x, to: resources.a}]
      │   │                                               ^
      │ → Mend the block, or take it out once it has done its work.

      "
    `)
    const twice = 'moved: [{from: resources.a, to: resources.c}, {from: resources.a, to: resources.b}]'
    await write('shop.yaml', design(`${map('c', '', 'a: "1"', 'a')}\n${map('b')}`, twice))
    expect((await meshform('plan')).err).toMatchInlineSnapshot(`
      "error moved leads resources.a to resources.c and to resources.b: it can only be one of them [MF2014]
      │ shop.yaml:10:9  resources.a
      │ 10 │ moved: [{from: resources.a, to: resources.c}, {from: resources.a, to: resources.b}]
      │    │         ^
      │ → Mend the block, or take it out once it has done its work.

      "
    `)
  })

  test('removed forgets without deleting, moved keeps the object', async () => {
    const { meshform, write } = await applied({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    await write(
      'shop.yaml',
      design(map('c', '', 'a: "1"', 'a'), 'moved: [{from: resources.a, to: resources.c}]\nremoved: [{from: resources.b}]'),
    )
    expect((await meshform('plan')).out).toMatchSnapshot()
    expect((await meshform('apply', '--yes')).code).toBe(0)
    expect((await meshform('state', 'list')).out).toMatchInlineSnapshot(`
      "resources.c   ConfigMap shop/a  sandbox
      resources.ns  Namespace shop  sandbox
      "
    `)
  })
})

describe('saved plans', () => {
  test('are carried out as they are, with the options they were made with', async () => {
    const { meshform } = await newProject({ 'shop.yaml': design(`${map('a')}\n${map('b')}`) })
    expect((await meshform('plan', '--target', 'resources.a', '--workspace', 'staging', '--out', 'plan.json')).code).toBe(0)
    expect((await meshform('apply', 'plan.json')).out).toMatchInlineSnapshot(`
      "resources.ns                                                                             shop.yaml:7
        + Namespace shop

      resources.a                                                                              shop.yaml:8
        + ConfigMap shop/a  (approximate: its namespace comes with this plan)
            data.a: "1"

      Plan: 2 to create.
      Apply complete in <s>: 2 created.
      "
    `)
    expect((await meshform('state', 'list', '--workspace', 'staging')).out).toMatchInlineSnapshot(`
      "resources.a   ConfigMap shop/a  sandbox
      resources.ns  Namespace shop  sandbox
      "
    `)
  })

  test.each([
    ['the design changed', async ({ write }: Project) => write('shop.yaml', design(map('a', '', 'a: "3"')))],
    ['something was applied', async ({ meshform }: Project) => meshform('apply', '--yes')],
  ])('are stale when %s', async (_name, change) => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    await project.meshform('apply', '--yes')
    await project.write('shop.yaml', design(map('a', '', 'a: "2"')))
    await project.meshform('plan', '--out', 'plan.json')
    await change(project)
    const { code, err } = await project.meshform('apply', 'plan.json')
    expect(code).toBe(1)
    expect(err).toMatchSnapshot()
  })

  test('are held against policies and limits of the apply as well', async () => {
    const { meshform, write } = await newProject({ 'shop.yaml': design(map('a')) })
    await meshform('plan', '--out', 'plan.json')
    await write('rules.yaml', 'policies: {none: {rule: "change.action != \'create\'", message: nothing new}}')
    const { code, err } = await meshform('apply', 'plan.json', '--policy', 'rules.yaml')
    expect([code, err]).toEqual([1, expect.stringContaining('is against the policy none: nothing new')])
    expect((await meshform('apply', 'plan.json')).code).toBe(0)
  })

  test('hold no secret, in no encoding', async () => {
    const text = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs:
  password: {type: string, sensitive: true}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
  s: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {key: "\${inputs.password}"}}}
  c: {dependsOn: [resources.ns], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {url: "db://u:\${inputs.password}@h"}}}
`
    const { meshform, folder } = await newProject({ 'shop.yaml': text })
    const given = ['--input', 'password=hunter2hunter2']
    const { readFile, stat } = await import('node:fs/promises')
    const planned = await meshform('plan', ...given, '--out', 'plan.json')
    const plan = await readFile(`${folder}/plan.json`, 'utf8')
    expect((await stat(`${folder}/plan.json`)).mode & 0o777).toBe(0o600)
    const applying = await meshform('apply', 'plan.json', ...given)
    expect(applying.code).toBe(0)
    const state = await readFile(`${folder}/.meshform/state/default/shop.json`, 'utf8')
    for (const place of [planned.out, planned.err, applying.out, applying.err, plan, state]) {
      expect(place).not.toContain('hunter2')
      expect(place).not.toContain(Buffer.from('hunter2hunter2').toString('base64').slice(0, 16))
    }
    await meshform('plan', ...given, '--out', 'again.json')
    const other = await meshform('apply', 'again.json', '--input', 'password=anotherpassword')
    expect(other.err).toContain('The plan is stale')
  })

  test('are encrypted where there is a key', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    const key = Buffer.alloc(32, 7).toString('base64')
    const keyed = project.with({ env: { MESHFORM_STATE_KEY: key } })
    await keyed('plan', '--out', 'plan.json')
    const { readFile } = await import('node:fs/promises')
    expect(await readFile(`${project.folder}/plan.json`, 'utf8')).not.toContain('ConfigMap')
    expect((await project.meshform('apply', 'plan.json')).err).toMatchInlineSnapshot(`
      "error Encrypted, and no key opens it [MF8003]
      │ plan.json is encrypted, and no key was given.
      │ → Give the passphrase or key that it was written with.

      "
    `)
    expect((await keyed('show', 'plan.json')).out).toContain('ConfigMap shop/a')
    expect((await keyed('apply', 'plan.json')).code).toBe(0)
    expect(await readFile(`${project.folder}/.meshform/state/default/shop.json`, 'utf8')).not.toContain('ConfigMap')
    expect((await project.meshform('state', 'list')).err).toContain('is encrypted')
    const rotated = project.with({ env: { MESHFORM_STATE_PASSPHRASE: 'a passphrase of length', MESHFORM_STATE_KEY_OLD: key } })
    expect((await rotated('state', 'rekey')).out).toBe('The state is encrypted with the first key.\n')
    const fresh = project.with({ env: { MESHFORM_STATE_PASSPHRASE: 'a passphrase of length' } })
    expect((await fresh('state', 'list')).out).toContain('ConfigMap shop/a')
    expect((await fresh('state', 'rekey', '--decrypt')).code).toBe(0)
    expect((await project.meshform('state', 'list')).out).toContain('ConfigMap shop/a')
    for (const argv of [['plan'], ['apply', '--yes'], ['state', 'list'], ['output'], ['refresh']]) {
      expect(await fresh(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('Not encrypted, although') })
    }
    expect((await fresh('state', 'rekey')).code).toBe(0)
    expect((await fresh('state', 'list')).out).toContain('ConfigMap shop/a')
  })
})

describe('kinds that nobody serves', () => {
  const widget = (name: string, more = '') =>
    `  ${name}: {${more}manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: ${name}, namespace: default}}}`
  const definition = `  crd:
    manifest:
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.org}
      spec:
        group: example.org
        names: {kind: Widget, plural: widgets}
        scope: Namespaced
        versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]`

  test('a plan says that an apply would fail on them', async () => {
    const project = await newProject({ 'shop.yaml': design(`${widget('w')}\n${widget('v')}`) })
    const planned = await project.meshform('plan')
    expect(planned.code).toBe(0)
    expect(planned.err).toMatchInlineSnapshot(`
      "warning Widget of example.org/v1 is not served by cluster "sandbox", and nothing in the plan brings it [MF2034]
      │ shop.yaml:8:17  resources.w
      │ 8 │   w: {manifest: {apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}}}
      │   │                 ^
      │ An apply fails on Widget default/w, Widget default/v.
      │ → Let the design have the mesh that brings the kind (\`meshes\`), or its CustomResourceDefinition under \`resources\`;
      │   \`dependsOn\` what brings it later.

      "
    `)
    const applied = await project.meshform('apply', '--yes')
    expect(applied.err).toContain('MF5011')
  })

  test('nothing is said where the definition, or what may bring it, is in the plan', async () => {
    const brought = await newProject({ 'shop.yaml': design(`${definition}\n${widget('w')}`) })
    expect((await brought.meshform('plan')).err).toBe('')
    const later = await newProject({
      'shop.yaml': design(`${map('operator')}\n${widget('w', 'dependsOn: [resources.operator], ')}`),
    })
    expect((await later.meshform('plan')).err).toBe('')
  })
})
