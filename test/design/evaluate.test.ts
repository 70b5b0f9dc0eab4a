import { describe, expect, test } from 'vitest'
import { consoleScope } from '../../src/design/console-scope.ts'
import { formatDesign } from '../../src/design/format-design.ts'
import { HEAD, lines, loadText } from './load-text.ts'

async function designOf(text: string | { readonly [name: string]: string }, cli: { readonly [name: string]: string } = {}) {
  const files = typeof text === 'string' ? { 'design.yaml': text } : text
  const loaded = await loadText(files, { inputs: { cli, files: [], environment: {} } })
  expect(lines(loaded)).toEqual([])
  if (loaded.design === undefined) throw new Error('no design')
  return loaded.design
}

describe('expressions', () => {
  test('one expression keeps its type, text around it makes text, $${ is literal', async () => {
    const { outputs } = await designOf(
      `${HEAD}inputs: {weight: {type: integer, default: 10}}\noutputs:\n  a: {value: "\${100 - inputs.weight}"}\n  b: {value: "\${inputs.weight} %"}\n  c: {value: "$\${inputs.weight}"}\n  d: {value: "\${[1, 2].map(x, x * 2)}"}\n`,
    )
    expect(outputs.map(({ value }) => (value.known ? value.value : undefined))).toEqual([90, '10 %', '${inputs.weight}', [2, 4]])
  })

  test('locals are computed in the order they need each other', async () => {
    const { outputs } = await designOf(
      `${HEAD}locals:\n  c: "\${locals.b + 1}"\n  b: "\${locals.a + 1}"\n  a: 1\noutputs: {c: {value: "\${locals.c}"}}\n`,
    )
    expect(outputs[0]?.value).toEqual({ known: true, value: 3 })
  })

  test('what a workload gives: host, service, namespace, service account', async () => {
    const design = await designOf(
      `${HEAD}workloads:\n  web: {image: nginx, namespace: front, ports: [{port: 80}]}\n  job: {image: nginx}\n`,
    )
    const evaluate = consoleScope(design)
    const value = (text: string) => {
      const result = evaluate(text)
      return result.ok ? result.value : result.diagnostic.code
    }
    expect(value('workloads.web.host')).toBe('web.front.svc.cluster.local')
    expect(value('workloads.web.serviceAccount')).toBe('web')
    expect(value('workloads.job.service')).toBe(null)
    expect(value('workloads.job.namespace')).toBe('default')
    expect(value('worklods.job')).toBe('MF1202')
  })
})

describe('components', () => {
  test('a reference is a dependency, through locals too', async () => {
    const { components } = await designOf(
      `${HEAD}locals: {host: "\${workloads.db.host}"}\nworkloads:\n  web: {image: nginx, environment: {DB: "\${locals.host}"}}\n  db: {image: pg, ports: [{port: 5432}]}\n`,
    )
    expect(components.map(({ address, dependencies }) => [address, dependencies])).toEqual([
      ['workloads.db', []],
      ['workloads.web', ['workloads.db']],
    ])
  })

  test('forEach over lists and maps; items read by a computed key are the only dependencies', async () => {
    const { components } = await designOf(
      [
        HEAD,
        'resources:',
        '  a: {forEach: [x, y], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a-${each.value}"}}}',
        '  b: {forEach: {x: 1, y: 2}, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "b-${resources.a[each.key].manifest.metadata.name}-${each.value}"}}}',
        '  c: {dependsOn: [resources.a], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}}',
        '',
      ].join('\n'),
    )
    expect(components.map(({ address, dependencies }) => [address, ...dependencies])).toEqual([
      ['resources.a["x"]'],
      ['resources.a["y"]'],
      ['resources.c', 'resources.a["x"]', 'resources.a["y"]'],
      ['resources.b["x"]', 'resources.a["x"]'],
      ['resources.b["y"]', 'resources.a["y"]'],
    ])
    expect(components.find(({ address }) => address === 'resources.b["y"]')?.spec).toEqual({
      manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b-a-y-2' } },
    })
  })

  test('when leaves a component out, and has() asks whether it is there', async () => {
    const { components, outputs } = await designOf(
      `${HEAD}inputs: {debug: {type: boolean, default: false}}\nworkloads:\n  web: {image: nginx}\n  shell: {image: sh, when: "\${inputs.debug}"}\noutputs:\n  shell: {value: "\${has(workloads.shell) ? workloads.shell.address : 'none'}"}\n`,
    )
    expect(components.map(({ address }) => address)).toEqual(['workloads.web'])
    expect(outputs[0]?.value).toEqual({ known: true, value: 'none' })
  })

  test('a chain of 3,000 components is evaluated without running out of stack', async () => {
    const chain = Array.from({ length: 3000 }, (_, index) =>
      index === 0
        ? '  r0: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: r0}}}'
        : `  r${index}: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: r${index}, annotations: {after: "\${resources.r${index - 1}.manifest.metadata.name}"}}}}`,
    )
    const { components } = await designOf(`${HEAD}resources:\n${chain.reverse().join('\n')}\n`)
    expect(components).toHaveLength(3000)
    expect(components[2999]?.dependencies).toEqual(['resources.r2998'])
  })
})

describe('inputs', () => {
  const text = `${HEAD}inputs:\n  list: {type: array, default: []}\n  rate: {type: number, default: 1}\n  on: {type: boolean, default: false}\n  name: {type: string, pattern: "^[a-z]+$", default: a}\noutputs: {all: {value: "\${[inputs.list, inputs.rate, inputs.on, inputs.name]}"}}\n`

  test('the command line wins over files, files over the environment; texts are read by type', async () => {
    const loaded = await loadText(
      { 'design.yaml': text, 'values/a.yaml': 'rate: 2\nname: file\n' },
      {
        paths: ['design.yaml'],
        inputs: {
          cli: { list: '[x, 1]', name: 'cli' },
          files: ['values/a.yaml'],
          environment: { MESHFORM_INPUT_on: 'true', MESHFORM_INPUT_NAME: 'environment', MESHFORM_INPUT_rate: '9' },
        },
      },
    )
    expect(lines(loaded)).toEqual([])
    expect(loaded.design?.outputs[0]?.value).toEqual({ known: true, value: [['x', 1], 2, true, 'cli'] })
  })

  test('a pattern of JSON Schema is checked', async () => {
    const loaded = await loadText({ 'design.yaml': text }, { inputs: { cli: { name: 'A1' }, files: [], environment: {} } })
    expect(lines(loaded)).toEqual([
      'MF1503 design.yaml:8:3 Input name: "A1" does not fit its declaration: must match pattern "^[a-z]+$"',
    ])
  })

  test('a sensitive value is known as one, and never told in a message', async () => {
    const secret = `${HEAD}inputs: {token: {type: string, sensitive: true, minLength: 20}}\n`
    const loaded = await loadText(
      { 'design.yaml': secret },
      { inputs: { cli: { token: 'hunter2' }, files: [], environment: {} } },
    )
    expect(JSON.stringify(loaded.diagnostics)).not.toContain('hunter2')
    const fits = await loadText(
      { 'design.yaml': secret },
      { inputs: { cli: { token: 'hunter2-hunter2-hunter2' }, files: [], environment: {} } },
    )
    expect(fits.design?.sensitiveValues).toEqual(['hunter2-hunter2-hunter2'])
  })
})

describe('patterns', () => {
  const pattern = [
    HEAD.replace('shop', 'inner'),
    'inputs: {name: {type: string}, mesh: {type: string}}',
    'workloads:',
    '  app: {image: nginx, mesh: "${inputs.mesh}", namespace: "${inputs.name}", ports: [{port: 80}]}',
    'outputs: {host: {value: "${workloads.app.host}"}}',
    '',
  ].join('\n')

  test('a pattern takes inputs, gives outputs, and its components bear its address', async () => {
    const { components, outputs } = await designOf({
      'design.yaml': `${HEAD}meshes: {m: {provider: istio}}\npatterns:\n  p: {forEach: [a, b], source: ./inner, inputs: {name: "ns-\${each.key}", mesh: "\${meshes.m.address}"}}\noutputs: {host: {value: "\${patterns.p[\\"b\\"].outputs.host}"}}\n`,
      'inner/design.yaml': pattern,
    })
    expect(components.map(({ address, dependencies }) => [address, ...dependencies])).toEqual([
      ['meshes.m'],
      ['patterns.p["a"]', 'meshes.m', 'patterns.p["a"].workloads.app'],
      ['patterns.p["a"].workloads.app', 'meshes.m'],
      ['patterns.p["b"]', 'meshes.m', 'patterns.p["b"].workloads.app'],
      ['patterns.p["b"].workloads.app', 'meshes.m'],
    ])
    expect(outputs[0]?.value).toEqual({ known: true, value: 'app.ns-b.svc.cluster.local' })
  })

  test('inputs that a pattern lacks or does not know are told where it is used', async () => {
    const loaded = await loadText({
      'design.yaml': `${HEAD}patterns:\n  p: {source: ./inner, inputs: {nam: a, mesh: m}}\n`,
      'inner/design.yaml': pattern,
    })
    expect(lines(loaded)).toEqual([
      'MF1501 design.yaml:5:3 The input name has no value',
      'MF1502 design.yaml:5:33 There is no input nam',
    ])
  })
})

test('only root causes are told: whoever depends on a mistake is passed over', async () => {
  const loaded = await loadText({
    'design.yaml': `${HEAD}locals: {a: "\${1 / 0}"}\nworkloads:\n  web: {image: "x:\${locals.a}"}\n  api: {image: "\${workloads.web.image}"}\ntraffic: {web: {workload: web}}\noutputs: {a: {value: "\${locals.a}"}}\n`,
  })
  expect(lines(loaded)).toEqual(['MF1205 design.yaml:4:16 Division by zero'])
})

test('plain manifests are a design of resources, whose texts are no expressions', async () => {
  const { name, components } = await designOf({
    'deploy.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "${HOME}"}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
  })
  expect(name).not.toBe('')
  expect(components.map(({ address }) => address)).toEqual(['resources.configmap-a', 'resources.secret-a'])
  expect(components[0]?.spec).toMatchObject({ manifest: { data: { x: '${HOME}' } } })
})

test('the digest changes with files and inputs, and not with the folder', async () => {
  const text = `${HEAD}inputs: {a: {default: x}}\n`
  const one = await designOf(text)
  const same = await designOf(text)
  const other = await designOf(text, { a: 'y' })
  expect(one.digest).toBe(same.digest)
  expect(one.digest).not.toBe(other.digest)
})

test('formatting orders keys, keeps comments, and is done after once', () => {
  const text = [
    '# About this design.',
    'kind: Design',
    'apiVersion: meshform.dev/v1',
    'metadata:',
    '    name: shop',
    'workloads:',
    '  # the front',
    '  web:',
    '    ports: [{port: 80}]',
    '    image: nginx # pinned later',
    '',
  ].join('\n')
  const once = formatDesign(text, 'design.yaml')
  expect(once.text).toMatchInlineSnapshot(`
    "# About this design.
    apiVersion: meshform.dev/v1
    kind: Design
    metadata:
      name: shop
    workloads:
      # the front
      web:
        image: nginx # pinned later
        ports: [{port: 80}]
    "
  `)
  expect(formatDesign(once.text ?? '', 'design.yaml')).toMatchObject({ changed: false })
})
