import { describe, expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'

const HEAD = 'apiVersion: meshform.dev/v1\nkind: Design\n'

function outer(...lines: readonly string[]): string {
  return `${HEAD}metadata: {name: shop}\n${lines.join('\n')}\n`
}

/** A pattern of ConfigMaps in the default namespace; `maps` says which address has which object. */
function inner(maps: Readonly<Record<string, string>>, ...blocks: readonly string[]): string {
  const resources = Object.entries(maps).map(
    ([name, object]) =>
      `  ${name}: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "${object}-\${inputs.name}", namespace: default}}}`,
  )
  const inputs = 'inputs: {name: {type: string}, limit: {type: integer, default: 9}, wanted: {type: boolean, default: true}}'
  return `${HEAD}metadata: {name: inner}\n${inputs}\nresources:\n${resources.join('\n')}\n${blocks.join('\n')}\n`
}

function use(name: string, more = ''): string {
  return `  ${name}: {forEach: [east, west], source: ./inner.pattern, inputs: {name: "\${each.key}"${more}}}`
}

async function applied(files: Record<string, string>): Promise<Project> {
  const project = await newProject(files)
  expect((await project.meshform('apply', '--yes')).err).not.toContain('error')
  return project
}

async function recorded({ meshform }: Project): Promise<string> {
  return (await meshform('state', 'list')).out.replaceAll(/ +/g, ' ')
}

describe('moved and removed of a pattern', () => {
  test('hold for each use, by its address, along with those of the design', async () => {
    const project = await applied({
      'shop.yaml': outer('patterns:', use('old')),
      'inner.pattern': inner({ a: 'a', gone: 'gone', kept: 'kept' }),
    })
    const { meshform, write } = project
    await write('shop.yaml', outer('patterns:', use('new'), 'moved: [{from: patterns.old, to: patterns.new}]'))
    await write(
      'inner.pattern',
      inner(
        { c: 'a', kept: 'kept' },
        'moved: [{from: resources.a, to: resources.b}, {from: resources.b, to: resources.c}, {from: resources.gone, to: resources.went}]',
        'removed: [{from: resources.went}]',
      ),
    )
    const plan = await meshform('plan')
    expect(plan.err).toBe('')
    expect(plan.out).toMatchInlineSnapshot(`
      "  . ConfigMap default/gone-east  forgotten, not deleted
        . ConfigMap default/gone-west  forgotten, not deleted

      patterns.new["east"].resources.c                                                     inner.pattern:6
        ~ ConfigMap default/a-east  moved from patterns.old["east"].resources.a

      patterns.new["east"].resources.kept                                                  inner.pattern:7
        ~ ConfigMap default/kept-east  moved from patterns.old["east"].resources.kept

      patterns.new["west"].resources.c                                                     inner.pattern:6
        ~ ConfigMap default/a-west  moved from patterns.old["west"].resources.a

      patterns.new["west"].resources.kept                                                  inner.pattern:7
        ~ ConfigMap default/kept-west  moved from patterns.old["west"].resources.kept

      Plan: 4 to change, 2 to forget.
      "
    `)
    expect((await meshform('apply', '--yes')).code).toBe(0)
    expect(await recorded(project)).toMatchInlineSnapshot(`
      "patterns.new["east"].resources.c ConfigMap default/a-east sandbox
      patterns.new["west"].resources.c ConfigMap default/a-west sandbox
      patterns.new["east"].resources.kept ConfigMap default/kept-east sandbox
      patterns.new["west"].resources.kept ConfigMap default/kept-west sandbox
      "
    `)
    const again = await meshform('plan', '--detailed-exitcode')
    expect(again).toMatchObject({ code: 0, err: '' })
  })

  test('removed with destroy deletes, the longest address decides', async () => {
    const { meshform, write } = await applied({
      'shop.yaml': outer('patterns:', use('p')),
      'inner.pattern': inner({ a: 'a', b: 'b' }),
    })
    await write('shop.yaml', outer('removed: [{from: patterns.p}, {from: \'patterns.p["east"].resources.b\', destroy: true}]'))
    expect((await meshform('plan')).out).toMatchInlineSnapshot(`
      "1 object will be DELETED
        - ConfigMap default/b-east  patterns.p["east"].resources.b
        . ConfigMap default/a-east  forgotten, not deleted
        . ConfigMap default/a-west  forgotten, not deleted
        . ConfigMap default/b-west  forgotten, not deleted

      Plan: 1 to DELETE, 3 to forget. It can not be applied: 1 error.
      "
    `)
  })

  test('a move may end at what `when` leaves out, and never at what is not there', async () => {
    const { meshform, write } = await applied({
      'shop.yaml': outer('patterns:', use('p')),
      'inner.pattern': inner({ a: 'a', b: 'b' }),
    })
    const body = (to: string) =>
      inner({ b: 'b' }, `moved: [{from: resources.a, to: ${to}}]`).replace(
        'moved:',
        '  c: {when: "${inputs.wanted}", manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "c-${inputs.name}", namespace: default}}}\nmoved:',
      )
    await write('shop.yaml', outer('patterns:', use('p', ', wanted: false')))
    await write('inner.pattern', body('resources.c'))
    expect(await meshform('plan')).toMatchObject({ code: 0, err: '' })
    await write('inner.pattern', body('resources.d'))
    expect((await meshform('plan')).err).toMatchInlineSnapshot(`
      "error moved leads to patterns.p["east"].resources.d, and the design has no such component [MF2014]
      │ inner.pattern:8:9  patterns.p["east"].resources.d
      │ 8 │ moved: [{from: resources.a, to: resources.d}]
      │   │         ^
      │ → Mend the block, or take it out once it has done its work.

      error moved leads to patterns.p["west"].resources.d, and the design has no such component [MF2014]
      │ inner.pattern:8:9  patterns.p["west"].resources.d
      │ 8 │ moved: [{from: resources.a, to: resources.d}]
      │   │         ^
      │ → Mend the block, or take it out once it has done its work.

      "
    `)
  })
})

test('one becomes an item of forEach and the other way round, items and whole patterns', async () => {
  const map = (key: string) => `manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a${key}", namespace: default}}`
  const one = (name: string) => `  p: {source: ./inner.pattern, inputs: {name: ${name}}}`
  const project = await applied({
    'shop.yaml': outer('resources:', `  a: {${map('')}}`, 'patterns:', one('east')),
    'inner.pattern': inner({ a: 'b' }),
  })
  const { meshform, write } = project
  await write(
    'shop.yaml',
    outer(
      'resources:',
      `  a: {forEach: {x: ""}, ${map('${each.value}')}}`,
      'patterns:',
      use('p'),
      `moved: [{from: resources.a, to: 'resources.a["x"]'}, {from: patterns.p, to: 'patterns.p["east"]'}]`,
    ),
  )
  const grown = await meshform('apply', '--yes')
  expect(grown.err).not.toMatch(/warning|error/)
  expect(grown.out).toContain('Plan: 1 to create, 2 to change.')
  expect(await recorded(project)).toMatchInlineSnapshot(`
    "resources.a["x"] ConfigMap default/a sandbox
    patterns.p["east"].resources.a ConfigMap default/b-east sandbox
    patterns.p["west"].resources.a ConfigMap default/b-west sandbox
    "
  `)
  await write(
    'shop.yaml',
    outer(
      'resources:',
      `  a: {${map('')}}`,
      'patterns:',
      one('east'),
      `moved: [{from: 'resources.a["x"]', to: resources.a}, {from: 'patterns.p["east"]', to: patterns.p}]`,
    ),
  )
  const back = await meshform('plan')
  expect(back.err).toBe('')
  expect(back.out).toContain('Plan: 2 to change, 1 to DELETE.')
})

test('policies of a pattern see what changes in their use, under its old name too, and are told with it', async () => {
  const rules = [
    'policies:',
    '  few: {rule: "plan.summary.delete + plan.summary.update <= ${inputs.limit}", message: "at most ${inputs.limit}"}',
    "  mine: {rule: \"change.name == 'b-' + '${inputs.name}'\", enforcement: advisory}",
    '  broken: {rule: "change.nam == \'\'"}',
  ]
  const { meshform, write } = await applied({
    'shop.yaml': outer('patterns:', use('old')),
    'inner.pattern': inner({ a: 'a', b: 'b' }),
  })
  await write(
    'shop.yaml',
    outer(
      'patterns:',
      use('new', ', limit: "${each.key == \'east\' ? 0 : 2}"'),
      'moved: [{from: patterns.old, to: patterns.new}]',
      'policies: {all: {rule: "plan.summary.delete == 2", message: all of it}}',
    ),
  )
  await write('inner.pattern', inner({ a: 'a' }, ...rules))
  const plan = await meshform('plan', '--out', 'plan.json')
  expect(plan.err).toMatchInlineSnapshot(`
    "warning moved leads patterns.old to patterns.new, which does not make 2 of its objects [MF2014]
    │ shop.yaml:6:9  patterns.new
    │ 6 │ moved: [{from: patterns.old, to: patterns.new}]
    │   │         ^
    │ ConfigMap default/b-east
    │ ConfigMap default/b-west
    │ An object stays when its kind, namespace and name do; these are deleted.
    │ → Give the objects of patterns.new the names they had, or let these go.

    error What changes in patterns.new["east"] is against the policy few of patterns.new["east"]: at most 0 [MF2011]
    │ inner.pattern:8:3  patterns.new["east"]
    │ 8 │   few: {rule: "plan.summary.delete + plan.summary.update <= \${inputs.limit}", message: "at most \${inputs.limit}"}
    │   │   ^
    │ Its rule is: plan.summary.delete + plan.summary.update <= 0

    warning ConfigMap default/a-east (update) is against the policy mine of patterns.new["east"] [MF2011]
    │ inner.pattern:6:17  patterns.new["east"].resources.a
    │ 6 │   a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a-\${inputs.name}", namespace: default}}}
    │   │                 ^
    │ Its rule is: change.name == 'b-' + 'east'

    error The rule of the policy broken of patterns.new["east"] can not be evaluated: There is no key "nam" [MF2011]
    │ inner.pattern:10:3  patterns.new["east"]
    │ 10 │   broken: {rule: "change.nam == ''"}
    │    │   ^
    │ Its rule is: change.nam == ''
    │ → Use \`has(...)\` to ask first, or \`.?\` with \`orValue(...)\`.

    warning ConfigMap default/a-west (update) is against the policy mine of patterns.new["west"] [MF2011]
    │ inner.pattern:6:17  patterns.new["west"].resources.a
    │ 6 │   a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a-\${inputs.name}", namespace: default}}}
    │   │                 ^
    │ Its rule is: change.name == 'b-' + 'west'

    error The rule of the policy broken of patterns.new["west"] can not be evaluated: There is no key "nam" [MF2011]
    │ inner.pattern:10:3  patterns.new["west"]
    │ 10 │   broken: {rule: "change.nam == ''"}
    │    │   ^
    │ Its rule is: change.nam == ''
    │ → Use \`has(...)\` to ask first, or \`.?\` with \`orValue(...)\`.

    note The plan is saved with its errors, and can not be applied. Look at it with: meshform show plan.json
    "
  `)
  const { checks } = JSON.parse((await meshform('show', 'plan.json', '--json')).out)
  expect(
    checks.map(({ address, status }: { address: { to_display: string }; status: string }) => [address.to_display, status]),
  ).toMatchInlineSnapshot(`
    [
      [
        "patterns.new["east"].policies.few",
        "fail",
      ],
      [
        "patterns.new["east"].policies.mine",
        "fail",
      ],
      [
        "patterns.new["east"].policies.broken",
        "error",
      ],
      [
        "patterns.new["west"].policies.few",
        "pass",
      ],
      [
        "patterns.new["west"].policies.mine",
        "fail",
      ],
      [
        "patterns.new["west"].policies.broken",
        "error",
      ],
      [
        "policies.all",
        "pass",
      ],
    ]
  `)
})

test('replaceTriggeredBy inside a pattern means what is beside it', async () => {
  const with2 = (value: string) =>
    inner({ a: 'a' }).replace(
      'resources:',
      `resources:\n  t: {lifecycle: {replaceTriggeredBy: [resources.s]}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "t-\${inputs.name}", namespace: default}}}\n  s: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "s-\${inputs.name}", namespace: default}, data: {v: "${value}"}}}`,
    )
  const { meshform, write } = await applied({
    'shop.yaml': outer('patterns:', use('p')),
    'inner.pattern': with2('1'),
  })
  await write('inner.pattern', with2('2'))
  expect((await meshform('plan')).out).toContain('Plan: 2 to change, 2 to REPLACE; 2 unchanged.')
})

test('conditions of a pattern see its inputs, locals, components and outputs, and the item; a saved plan keeps what they need', async () => {
  const body = (condition: string) => `${HEAD}metadata: {name: inner}
inputs: {n: {type: integer}, unused: {type: string, default: not-told}}
locals: {twice: "\${inputs.n * 2}"}
patterns: {q: {source: ./deep.pattern}}
resources:
  b: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: default}}}
  a:
    forEach: {x: 1}
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}}
    lifecycle:
      preconditions: [{condition: "${condition}", message: "no \${each.key}"}]
      postconditions: [{condition: "self.metadata.name == 'a' && ${condition}", message: nor after}]
`
  const holds = "inputs.n == 3 && locals.twice == 6 && resources.b.name == 'b' && patterns.q.outputs.o == 7 && each.value == 1"
  const project = await newProject({
    'shop.yaml': outer('inputs: {n: {type: integer, default: 99}}', 'patterns: {p: {source: ./inner.pattern, inputs: {n: 3}}}'),
    'inner.pattern': body('inputs.n == 99 || each.value > 1'),
    'deep.pattern': `${HEAD}metadata: {name: deep}\noutputs: {o: {value: 7}}\n`,
  })
  const { meshform, write } = project
  expect((await meshform('plan')).err).toMatchInlineSnapshot(`
    "error A precondition of patterns.p.resources.a["x"] does not hold: no x [MF2011]
    │ inner.pattern:13:35  patterns.p.resources.a["x"]
    │ 13 │       preconditions: [{condition: "inputs.n == 99 || each.value > 1", message: "no \${each.key}"}]
    │    │                                   ^

    "
  `)
  await write('inner.pattern', body(holds))
  expect((await meshform('plan', '--out', 'plan.json')).err).not.toContain('error')
  const { modules } = JSON.parse((await meshform('show', 'plan.json', '--json')).out).meshform.content.design
  expect(modules).toMatchInlineSnapshot(`
    {
      "patterns.p": {
        "inputs": {
          "n": 3,
        },
        "locals": {
          "twice": 6,
        },
        "outputs": {},
      },
      "patterns.p.patterns.q": {
        "inputs": {},
        "locals": {},
        "outputs": {
          "o": 7,
        },
      },
    }
  `)
  await write('shop.yaml', '')
  await write('inner.pattern', '')
  const applied = await meshform('apply', 'plan.json')
  expect(applied.out + applied.err).toContain('Apply complete')
  expect(applied.code).toBe(0)
})

test('what a use says of how it lives holds for all that is in it, unless a component says it itself', async () => {
  const map = (name: string, data: string, more = '') =>
    `  ${name}: {${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}, data: {v: "${data}"}}}`
  const used = (lifecycle: string, data = '1') =>
    outer(
      'resources:',
      map('outside', data),
      'patterns:',
      `  p: {source: ./inner.pattern, adoption: refuse, lifecycle: {${lifecycle}}}`,
    )
  const pattern = (data: string) =>
    `${HEAD}metadata: {name: inner}\nresources:\n${map('a', data)}\n${map('b', data, 'lifecycle: {protect: false}, ')}\npatterns: {q: {source: ./deep.pattern}}\n`
  const deep = (data: string) => `${HEAD}metadata: {name: deep}\nresources:\n${map('c', data)}\n`
  const project = await newProject({
    'shop.yaml': used("postconditions: [{condition: 'objects.size() == 2', message: three are there}]"),
    'inner.pattern': pattern('1'),
    'deep.pattern': deep('1'),
  })
  const { meshform, write } = project
  expect((await meshform('apply', '--yes')).err).toContain('A postcondition of patterns.p does not hold: three are there')
  const write2 = async () => {
    await write('inner.pattern', pattern('2'))
    await write('deep.pattern', deep('2'))
  }
  await write2()
  await write('shop.yaml', used('ignoreChanges: [data.v], protect: true'))
  expect((await meshform('plan')).out).toContain('No changes.')
  await write('shop.yaml', used('ignoreChanges: all'))
  expect((await meshform('plan')).out).toContain('No changes.')
  await write('shop.yaml', used('protect: true, replaceTriggeredBy: [resources.outside]', '2'))
  const replaced = await meshform('plan')
  expect(replaced.out).toContain('Plan: 1 to change, 3 to REPLACE.')
  expect(replaced.err.match(/error .*/g)).toEqual([
    'error ConfigMap default/a is protected and would be replaced [MF2005]',
    'error ConfigMap default/c is protected and would be replaced [MF2005]',
  ])
  await write('shop.yaml', used('protect: true'))
  expect((await meshform('apply', '--yes')).code).toBe(0)
  await write('shop.yaml', outer('resources:', map('outside', '1')))
  expect((await meshform('plan')).err.match(/error .*/g)).toEqual([
    'error ConfigMap default/a is protected and would be deleted [MF2005]',
    'error ConfigMap default/c is protected and would be deleted [MF2005]',
  ])
})
