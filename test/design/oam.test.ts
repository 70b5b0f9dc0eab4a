import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { convertDesign } from '../../src/design/convert-design.ts'
import { lines, loadText } from './load-text.ts'

const folder = join(import.meta.dirname, '../fixtures/oam')
const FILES = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')

/** An application with these components, and what more its spec says. */
function application(components: string, more = ''): { readonly 'app.yaml': string } {
  return {
    'app.yaml': `apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: shop}\nspec:\n  components:\n${components}\n${more}`,
  }
}

/** The manifests of a design by resource. */
async function manifestsOf(files: { readonly [name: string]: string }): Promise<{ readonly [name: string]: unknown }> {
  const loaded = await loadText(files)
  expect(lines(loaded)).toEqual([])
  const entries = (loaded.design?.components ?? []).map(({ address, spec }) => [
    address.slice('resources.'.length),
    'manifest' in spec ? spec.manifest : undefined,
  ])
  return Object.fromEntries(entries)
}

test('every file is read: what becomes of it, or why nothing does', async () => {
  const told: string[] = []
  for (const file of FILES) {
    const loaded = await loadText({ [file]: textOf(file) })
    const kinds = (loaded.design?.components ?? []).map(({ spec }) => ('manifest' in spec ? String(spec.manifest?.kind) : ''))
    told.push(`${file}: ${kinds.length === 0 ? 'nothing' : kinds.join(', ')}`, ...lines(loaded).map((line) => `  ${line}`))
  }
  await expect(`${told.join('\n')}\n`).toMatchFileSnapshot('goldens/oam/what-becomes.txt')
})

describe.each(['shop.yaml', 'kubevela-advanced-cue-mysql-pvc.yaml', 'kubevela-app-app-gc-shared.yaml'])('%s', (file) => {
  test('is a design in the language', async () => {
    await expect((await convertDesign(file, folder)).text).toMatchFileSnapshot(`goldens/oam/${file}`)
  })

  test('means the same as it is and converted', async () => {
    const asItIs = await loadText({ [file]: textOf(file) })
    const converted = await loadText({ 'design.yaml': (await convertDesign(file, folder)).text ?? '' })
    const told = ({ design }: typeof asItIs) =>
      design?.components.map(({ address, spec, dependencies }) => ({ address, spec, dependencies }))
    expect(told(asItIs)?.length).toBeGreaterThan(0)
    expect(told(asItIs)).toEqual(told(converted))
  })
})

const WEB = '    - {name: web, type: webservice, properties: {image: "shop:1.0"}, traits: '

test.each([
  ['scaler', '{}', { spec: { replicas: 1 } }],
  [
    'resource',
    '{cpu: 500m}',
    {
      spec: {
        template: {
          spec: {
            containers: [
              { resources: { requests: { cpu: '500m', memory: '2048Mi' }, limits: { cpu: '500m', memory: '2048Mi' } } },
            ],
          },
        },
      },
    },
  ],
  ['env', '{env: {A: b}}', { spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 'b' }] }] } } } }],
  ['command', '{command: [a], args: [b]}', { spec: { template: { spec: { containers: [{ command: ['a'], args: ['b'] }] } } } }],
  [
    'affinity',
    '{tolerations: [{key: k, value: v}]}',
    { spec: { template: { spec: { tolerations: [{ key: 'k', value: 'v', operator: 'Equal' }] } } } },
  ],
  ['k8s-update-strategy', '{strategy: {type: Recreate}}', { spec: { strategy: { type: 'Recreate' } } }],
  ['json-patch', '{operations: [{op: add, path: /spec/paused, value: true}]}', { spec: { paused: true } }],
])('the trait %s with %s', async (type, properties, expected) => {
  const { web } = await manifestsOf(application(`${WEB}[{type: ${type}, properties: ${properties}}]}`))
  expect(web).toMatchObject(expected)
})

test('empty properties are none, and traits are checked where the component is wrong', async () => {
  const files = application(
    '    - {name: web, type: webservice, properties: null, traits: [{type: scaler, properties: {replicas: two}}]}',
  )
  expect(lines(await loadText(files))).toEqual([
    'MF1102 app.yaml:6:19 image is missing',
    'MF1103 app.yaml:6:102 replicas must be a whole number, not "two"',
  ])
})

test('null takes a label away from the workload and its pods', async () => {
  const traits = '[{type: labels, properties: {a: b, app.oam.dev/name: null}}]'
  const { web } = await manifestsOf(application(`${WEB}${traits}}`))
  expect(web).toMatchObject({
    spec: { template: { metadata: { labels: { a: 'b', 'app.oam.dev/component': 'web' } } } },
  })
  expect(JSON.stringify((web as { readonly spec: unknown }).spec)).not.toContain('oam.dev/name')
})

test('overrides, topologies and order of a workflow', async () => {
  const loaded = await loadText(
    application(
      `    - {name: web, type: webservice, properties: {image: a}, traits: [{type: scaler, properties: {replicas: 1}}]}
    - {name: db, type: statefulset, properties: {image: d}}`,
      `  policies:
    - {name: east, type: topology, properties: {clusters: [east], namespace: prod}}
    - {name: more, type: override, properties: {selector: [web], components: [{name: web, properties: {image: b}, traits: [{type: scaler, properties: {replicas: 5}}]}]}}
  workflow:
    steps:
      - {name: first, type: apply-component, properties: {component: db}}
      - {name: tell, type: notification, properties: {slack: {}}}
      - {name: then, type: deploy, properties: {policies: [east, more]}}
      - {name: last, type: suspend}`,
    ),
  )
  expect(lines(loaded)).toEqual([
    'MF1015 app.yaml:9:60 The cluster east is taken for the context of that name',
    'MF1015 app.yaml:14:28 The step notification is left out',
    'MF1015 app.yaml:16:28 The approval of the workflow is that of the plan',
  ])
  const [web, db] = ['web', 'db'].map((name) => loaded.design?.components.find(({ address }) => address === `resources.${name}`))
  expect(web).toMatchObject({
    cluster: 'east',
    dependencies: ['resources.db'],
    spec: {
      manifest: { metadata: { namespace: 'prod' }, spec: { replicas: 5, template: { spec: { containers: [{ image: 'b' }] } } } },
    },
  })
  expect(db).toMatchObject({ cluster: 'local' })
})

test.each([
  [
    '    - {name: web, type: webservise, properties: {image: a}}',
    '',
    ['MF1014 app.yaml:6:25 The component type webservise is not known'],
  ],
  [
    '    - {name: web, type: webservice, properties: {imgae: a}}',
    '',
    ['MF1102 app.yaml:6:37 image is missing', 'MF1101 app.yaml:6:50 Unknown key imgae'],
  ],
  [
    '    - {name: web, type: webservice, properties: {image: a, cpu: 1}}',
    '',
    ['MF1103 app.yaml:6:65 cpu must be a string, not 1'],
  ],
  [`${WEB}[{type: scalar}]}`, '', ['MF1014 app.yaml:6:86 The trait type scalar is not known']],
  [
    '    - {name: web, type: daemon, properties: {image: a}, traits: [{type: scaler}]}',
    '',
    ["MF1014 app.yaml:6:73 The trait scaler can't be put on a DaemonSet"],
  ],
  [`${WEB}[{type: env, properties: {containerName: log, env: {}}}]}`, '', ['MF1014 app.yaml:6:119 There is no container log']],
  [
    '    - {name: web, type: worker, dependsOn: [db], properties: {image: a}}',
    '',
    ['MF1014 app.yaml:6:45 There is no component db'],
  ],
  [
    '    - {name: web, type: ref-objects, properties: {}}',
    '',
    ["MF1014 app.yaml:6:25 A component of type ref-objects can't be rendered"],
  ],
  [
    '    - {name: web, type: worker, inputs: [{from: ip, parameterKey: image}], outputs: [{name: ip, valueFrom: output.status.x}], properties: {image: a}}',
    '',
    ['MF1014 app.yaml:6:49 The components web -> web wait for each other'],
  ],
  [
    '    - {name: web, type: worker, properties: {image: a}}',
    '  policies: [{name: r, type: replication}, {name: t, type: topology, properties: {clusterLabelSelector: {a: b}}}]',
    ["MF1014 app.yaml:7:30 The policy replication can't be kept", "MF1014 app.yaml:7:105 clusterLabelSelector can't be resolved"],
  ],
  [
    '    - {name: web, type: worker, properties: {image: a}}\n    - {name: db, type: worker, properties: {image: a}}',
    '  workflow: {steps: [{type: apply-component, properties: {component: web}}, {type: suspend}, {type: apply-remaining}]}',
    ['MF1014 app.yaml:8:84 The workflow stops here until somebody lets it go on'],
  ],
  ['    - {name: web, kind: worker}', '', ['MF1102 app.yaml:6:7 type is missing', 'MF1101 app.yaml:6:19 Unknown key kind']],
])('what cannot be kept is refused in its place: %s', async (components, more, told) => {
  expect(lines(await loadText(application(components, more)))).toEqual(told)
})

test('a type whose definition stands in the folder is told with its place', async () => {
  const definition = 'apiVersion: core.oam.dev/v1beta1\nkind: ComponentDefinition\nmetadata: {name: mine}\nspec: {}\n'
  const { diagnostics } = await loadText({ ...application('    - {name: web, type: mine}'), 'mine.yaml': definition })
  expect(diagnostics.map(({ summary, detail }) => [summary, detail])).toEqual([
    [
      'The component type mine is not known',
      'It is defined at mine.yaml:3:18, in words that are not evaluated here: CUE, Terraform and the like.',
    ],
    [
      'The ComponentDefinition mine is no object to deploy',
      "It tells KubeVela how to render a type. Its CUE is not evaluated here; KubeVela's own types are known.",
    ],
  ])
})

test('values go from one component to another, and make an order; plain objects stand beside applications', async () => {
  const files = application(
    `    - {name: web, type: worker, inputs: [{from: host, parameterKey: image}], properties: {}}
    - {name: db, type: statefulset, outputs: [{name: host, valueFrom: "outputs.statefulsetsExpose.spec.ports[0].name"}], properties: {image: d, ports: [{port: 1, expose: true}]}}`,
  )
  const beside = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: beside}\n'
  const { design } = await loadText({ ...files, 'beside.yaml': beside })
  expect(design?.components.map(({ address, dependencies }) => [address, dependencies])).toEqual([
    ['resources.configmap-beside', []],
    ['resources.web', ['resources.db', 'resources.db-service']],
    ['resources.db', []],
    ['resources.db-service', []],
  ])
  expect(JSON.stringify(design?.components.at(1)?.spec)).toContain('"image":"port-1"')
})

test('Lists are taken apart, and what is for Kustomize or stands beside a design is refused', async () => {
  const list =
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}\n'
  const { design } = await loadText({ 'list.yaml': list })
  expect(design?.components.map(({ address }) => address)).toEqual(['resources.configmap-a', 'resources.configmap-b'])
  const place = design?.components.at(1)?.locate(['manifest', 'metadata', 'name'])
  expect(place).toEqual({ file: 'list.yaml', line: 5, column: 100 })
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'
  expect(lines(await loadText({ 'a.yaml': object, 'kustomization.yaml': 'resources: [a.yaml]\n' }))).toEqual([
    'MF1014 kustomization.yaml:1:1 kustomization.yaml is for Kustomize, which is not run here',
  ])
  const own = 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: own}\n'
  expect(lines(await loadText({ 'own.yaml': `${own}---\n${object}` }))).toEqual([
    'MF1009 own.yaml:6:7 This ConfigMap stands beside a design and is no part of it',
  ])
  expect(lines(await loadText({ 'own.yaml': own, 'a.yaml': object }))).toEqual([
    'MF1016 a.yaml:1:1 a.yaml holds objects of Kubernetes and is no part of the design',
  ])
  const naming = `${own}resources: {a: {manifests: [a.yaml]}}\n`
  expect(lines(await loadText({ 'own.yaml': naming, 'a.yaml': object }))).toEqual([])
})
