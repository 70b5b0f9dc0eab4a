import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'

const DESIGN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs:
  word: {type: string, sensitive: true}
  key: {type: string, sensitive: true}
  pin: {type: integer, sensitive: true}
locals:
  address: "postgres://shop:\${inputs.word}@db"
workloads:
  web:
    namespace: shop
    image: nginx
    environment: {WORD: "\${inputs.word}", DATABASE: "\${locals.address}", OPEN: "yes"}
    ports: [{port: 80}]
resources:
  files: {manifests: [secrets.yaml]}
  s: {manifest: {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {word: written-in-the-design}}}
  map:
    manifest:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: map, namespace: shop, annotations: {note: "\${inputs.word}"}}
      data:
        coded: "\${bytes(inputs.word)}"
        basic: "\${bytes('shop:' + inputs.word)}"
        line: "line: \${inputs.key.split('-----')[2]}"
        lower: "\${inputs.word.lowerAscii()}"
        part: "\${inputs.word.substring(0, 9)}"
        read: "\${resources.s.manifest.stringData.word}"
        pin: "v\${inputs.pin}"
outputs:
  address: {value: "\${locals.address}"}
`

const SECRETS = `apiVersion: v1
kind: Secret
metadata:
  name: filed
  namespace: shop
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"word":"kept-by-kubectl"}}'}
stringData: {word: written-in-a-file}
`

const KEY = '-----BEGIN KEY-----\nc2VjcmV0IGxpbmUgb25l\nc2VjcmV0IGxpbmUgdHdv\n-----END KEY-----\n'
const WORDS = ['Tr0ub4dor-and-3', 'Tr1ub4dor-and-4']
const CLEAR = [
  ...WORDS,
  ...WORDS.map((word) => word.toLowerCase()),
  ...WORDS.map((word) => word.slice(0, 9)),
  ...WORDS.map((word) => Buffer.from(word).toString('base64').slice(0, 18)),
  ...WORDS.map((word) => Buffer.from(`shop:${word}`).toString('base64').slice(8, 24)),
  'c2VjcmV0IGxpbmUgb25l',
  '48151623',
  'written-in',
  'kept-by-kubectl',
]

function values(word: string): readonly string[] {
  return ['--input', `word=${word}`, '--input', `key=${KEY}`, '--input', 'pin=48151623']
}

async function expectNoSecretIn(project: Project, texts: readonly string[], files: readonly string[]) {
  const found = await Promise.all(files.map((file) => readFile(join(project.folder, file), 'utf8')))
  for (const text of [...texts, ...found]) expect(CLEAR.filter((secret) => text.includes(secret))).toEqual([])
}

test('no secret is in a plan, a state or what is shown, however it gets there, and none that was replaced', async () => {
  const project = await newProject({ 'shop.yaml': DESIGN, 'secrets.yaml': SECRETS })
  const [first = '', second = ''] = WORDS
  const texts: string[] = []
  const run = async (...args: readonly string[]) => {
    const { out, err } = await project.meshform(...args)
    texts.push(out, err)
  }
  await run('plan', ...values(first), '--out', 'plan.json', '--full')
  await run('show', 'plan.json', '--json')
  await run('show', 'plan.json', '--html')
  await run('show', 'plan.json', '--markdown')
  await run('apply', ...values(first), '--yes', '--json')
  await run('plan', ...values(second), '--out', 'next.json', '--full')
  await run('state', 'pull')
  await run('state', 'show', 'resources.map')
  // The former word is on the cluster, and no input says it any more.
  await run('apply', ...values(second), '--yes', '--json')
  await run('destroy', ...values(first), '--yes', '--json')
  expect(texts.join('\n')).toContain('(sensitive #')
  await expectNoSecretIn(project, texts, ['plan.json', 'next.json', '.meshform/state/default/shop.json'])
  const items = JSON.parse(await readFile(join(project.folder, 'plan.json'), 'utf8')).resource_changes
  const web = items.find(({ meshform }: { meshform: { id: string } }) => meshform.id.includes('Deployment'))
  const environment = web.change.after.spec.template.spec.containers[0].env
  expect(environment.map(({ name, value }: { name: string; value: string }) => [name, value.replace(/\d+/, 'n')])).toEqual([
    ['WORD', '(sensitive #n)'],
    ['DATABASE', '(sensitive #n)'],
    ['OPEN', 'yes'],
  ])
})

test('what refuses a secret does not say it', async () => {
  const broken = `${DESIGN}
policies: {some: {rule: "duration(inputs.word) == duration('1s')", message: no}}
`.replace('image: nginx', `image: nginx\n    replicas: "\${int(inputs.word)}"\n    command: ["\${duration(inputs.word)}"]`)
  const project = await newProject({
    'shop.yaml': broken,
    'secrets.yaml': SECRETS,
    'wrong.yaml': 'word: [Tr0ub4dor-and-3]\nkey: {a: Tr0ub4dor-and-3}\npin: Tr0ub4dor-and-3\n',
    'torn.yaml': 'word: *Tr0ub4dor-and-3\n',
    'torn-too.yaml': 'key: !Tr0ub4dor-and-3 x\n',
  })
  const answers = [
    await project.meshform('plan', ...values(WORDS[0] ?? ''), '-f', 'shop.yaml'),
    await project.meshform('plan', '-f', 'shop.yaml', '--input-file', 'wrong.yaml'),
    await project.meshform('plan', '-f', 'shop.yaml', '--input-file', 'torn.yaml'),
    await project.meshform('plan', '-f', 'shop.yaml', '--input-file', 'torn-too.yaml'),
    await project.meshform('console', ...values(WORDS[0] ?? ''), '-f', 'shop.yaml', 'duration(inputs.word)'),
  ]
  expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1])
  await expectNoSecretIn(
    project,
    answers.flatMap(({ out, err }) => [out, err]),
    [],
  )
})
