import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/plan/canonical-json.ts'
import { isSecretDigest } from '../../src/plan/secret-digest.ts'
import { decodeState, encodeState } from '../../src/state/state-file.ts'
import { newProject, type Project } from './command-runner.ts'

const SHOP = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs:
  pin: {type: string, sensitive: true, default: "4711"}
resources:
  s: {manifest: {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {word: "ab12", pin: "\${inputs.pin}"}}}
  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {pin: "\${inputs.pin}", open: "1"}}}
  b: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}, data: {open: "1"}}}
outputs:
  pin: {value: "\${inputs.pin}"}
`

/** The object as it is sent. */
function sent(apiVersion: string, kind: string, name: string, rest: Record<string, Record<string, string>>) {
  const labels = { 'meshform.dev/design': 'shop' }
  const annotations = { 'meshform.dev/address': `resources.${name}` }
  return { apiVersion, kind, metadata: { name, namespace: 'shop', labels, annotations }, ...rest }
}

const VALUES = { word: 'ab12', pin: '4711' }
const SECRET = sent('v1', 'Secret', 's', { stringData: VALUES })
const MAP = sent('v1', 'ConfigMap', 'a', { data: { pin: '4711', open: '1' } })

async function stateOf(project: Project) {
  const path = join(project.folder, '.meshform/state/default/shop.json')
  const read = await decodeState(await readFile(path), path, undefined)
  if (!read.ok) throw new Error(read.error.message)
  return { path, stored: read.value }
}

test('what holds secrets is digested with salt and effort, in plan and state; nobody can try words against a plain digest', async () => {
  const project = await newProject({ 'shop.yaml': SHOP })
  await project.meshform('plan', '--out', 'plan.json')
  const plan = await readFile(join(project.folder, 'plan.json'), 'utf8')
  const digests = JSON.parse(plan).resource_changes.map(
    ({ name, meshform }: { name: string; meshform: { desiredDigest: string } }) => [name, isSecretDigest(meshform.desiredDigest)],
  )
  expect(Object.fromEntries(digests)).toEqual({ shop: false, s: true, a: true, b: false })
  expect((await project.meshform('apply', 'plan.json')).code).toBe(0)
  const { path, stored } = await stateOf(project)
  const secretive = [...stored.state.objects.values()].filter(({ desiredDigest }) => isSecretDigest(desiredDigest))
  expect(secretive.map(({ key, ownedDigest }) => [key.name, isSecretDigest(ownedDigest)])).toEqual([
    ['a', true],
    ['s', true],
  ])
  const text = `${plan}${await readFile(path, 'utf8')}`
  for (const guess of [SECRET, MAP, '4711', 'ab12', VALUES]) {
    const digest = digestOf(guess)
    expect(text).not.toContain(digest)
    expect(text).not.toContain(digest.slice(0, 8))
  }
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
})

test('a state with plain digests of secrets is as good, and has none after the next apply', async () => {
  const project = await newProject({ 'shop.yaml': SHOP })
  await project.meshform('apply', '--yes')
  const { path, stored } = await stateOf(project)
  const plain = new Map([
    ['s', digestOf(SECRET)],
    ['a', digestOf(MAP)],
  ])
  const objects = new Map(
    [...stored.state.objects].map(([id, object]) => {
      const digest = plain.get(object.key.name)
      return [id, digest === undefined ? object : { ...object, desiredDigest: digest, ownedDigest: digest }] as const
    }),
  )
  await writeFile(path, encodeState({ ...stored, state: { ...stored.state, objects } }, undefined))
  expect(await project.meshform('plan', '--offline', '--detailed-exitcode')).toMatchObject({ code: 0 })
  expect(await project.meshform('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  const { stored: after } = await stateOf(project)
  for (const { key, desiredDigest, ownedDigest } of after.state.objects.values()) {
    expect([key.name, isSecretDigest(desiredDigest), isSecretDigest(ownedDigest)]).toEqual([
      key.name,
      plain.has(key.name),
      plain.has(key.name),
    ])
  }
})

test('one secret has one number, in plan, apply and JSON, encoded or not', async () => {
  const project = await newProject({ 'shop.yaml': SHOP })
  const numbers = (text: string) => [...new Set(text.match(/\(sensitive #\d+\)/g))].sort()
  const planned = await project.meshform('plan', '--out', 'plan.json')
  expect(planned.out).toContain('stringData: {word: (sensitive #1), pin: (sensitive #2)}')
  expect(planned.out).toContain('data: {pin: (sensitive #2), open: "1"}')
  expect(planned.err).toMatchSnapshot()
  expect((await project.meshform('apply', '--yes')).out).toContain('data: {pin: (sensitive #2), open: "1"}')
  await project.write('shop.yaml', SHOP.replace('ab12', 'cd34'))
  const changed = await project.meshform('plan', '--out', 'plan.json')
  expect(changed.out).toContain('data.word: (sensitive #3) → (sensitive #1)')
  const json = JSON.parse((await project.meshform('show', 'plan.json', '--json')).out)
  const secret = json.resource_changes.find(({ name }: { name: string }) => name === 's').change
  expect(secret.before.data).toEqual({ word: '(sensitive #3)', pin: '(sensitive #2)' })
  expect(secret.after.data).toEqual({ word: '(sensitive #1)', pin: '(sensitive #2)' })
  expect(secret.after_sensitive).toEqual({ data: { word: true, pin: true } })
  expect(json.planned_values.root_module.resources.find(({ name }: { name: string }) => name === 's').sensitive_values).toEqual({
    data: { word: true, pin: true },
  })
  expect(numbers(JSON.stringify(json))).toEqual(['(sensitive #1)', '(sensitive #2)', '(sensitive #3)'])
})

test('the copy that kubectl keeps of a Secret in itself shows nothing of it', async () => {
  const { asOther } = await import('./other-hands.ts')
  const project = await newProject({ 'shop.yaml': SHOP })
  const copy = JSON.stringify({ data: { word: Buffer.from('topmost-secret').toString('base64') } })
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': copy }
  await asOther(project, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const data = { word: Buffer.from('topmost-secret').toString('base64') }
  const old = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop', annotations }, data }
  await asOther(project, 'POST', '/api/v1/namespaces/shop/secrets', old, 'kubectl-client-side-apply')
  const { out } = await project.meshform('plan', '--out', 'plan.json', '--full')
  const text = `${out}${await readFile(join(project.folder, 'plan.json'), 'utf8')}`
  expect(text).toContain('become ours')
  expect(text).not.toContain(Buffer.from('topmost-secret').toString('base64'))
  expect(text).not.toContain('topmost-secret')
})

test('a plan that is not encrypted is refused where there is a key', async () => {
  const project = await newProject({ 'shop.yaml': SHOP })
  await project.meshform('plan', '--out', 'plan.json')
  const withKey = project.with({ env: { MESHFORM_STATE_PASSPHRASE: 'twelve or more characters' } })
  expect(await withKey('apply', 'plan.json')).toMatchSnapshot()
})
