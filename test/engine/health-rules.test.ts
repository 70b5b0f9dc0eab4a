import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sandboxKubeconfig } from '../../src/sandbox/server/kubeconfig.ts'
import { ask, startTestServer } from '../sandbox/served.ts'
import { newProject } from './command-runner.ts'

const MAP = (name: string, data: string, more = '') =>
  `  ${name}: {${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}, data: {${data}}}}\n`

function design(resources: string, more = ''): string {
  return `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\n${more}resources:\n${resources}`
}

const AFTER = MAP('after', 'x: "1"', 'dependsOn: [resources.a], ')

/** A project on a cluster of its own, whose objects change while an apply waits for them. */
async function onServer(text: string) {
  const { served, end } = await startTestServer()
  onTestFinished(end)
  const project = await newProject({ 'shop.yaml': text, kubeconfig: sandboxKubeconfig(served) })
  const where = ['--context', 'meshform-sandbox', '--kubeconfig', join(project.folder, 'kubeconfig')]
  const events = async () => (await readFile(join(project.folder, 'events.json'), 'utf8').catch(() => '')).split('\n')
  return {
    run: (...argv: readonly string[]) => project.meshform(...argv, ...where, '--json-into', 'events.json'),
    set: (phase: string) =>
      ask(served, 'PATCH', '/api/v1/namespaces/default/configmaps/a', JSON.stringify({ data: { phase } }), {
        'content-type': 'application/merge-patch+json',
      }),
    /** Resolves once an event holds these words. */
    until: async (...words: readonly string[]) => {
      for (let tries = 0; tries < 2_000; tries++) {
        if ((await events()).some((line) => words.every((word) => line.includes(word)))) return
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      throw new Error(`no event says ${words.join(', ')}`)
    },
    completed: async () =>
      (await events()).filter((line) => line.includes('"apply_complete"')).map((line) => /"component":"([^"]+)"/.exec(line)?.[1]),
  }
}

test('an object is waited for until the design’s rule for it is true, and what fails by it fails', async () => {
  const rule = `health: [{healthy: "object.data.phase == 'Ready'", failed: "object.data.phase == 'Broken'"}], timeouts: {apply: 20s}, lifecycle: {ignoreChanges: [data.phase]}, `
  const cluster = await onServer(design(MAP('a', 'phase: New', rule) + AFTER))
  const running = cluster.run('apply', '--yes')
  await cluster.until('not true yet')
  await cluster.set('Ready')
  expect(await running).toMatchObject({ code: 0 })
  expect(await cluster.completed()).toEqual(['resources.a', 'resources.after'])
  expect((await cluster.run('plan', '--detailed-exitcode')).code).toBe(0)
  await cluster.set('Broken')
  const broken = await cluster.run('apply', '--yes')
  expect(broken.code).toBe(1)
  expect(broken.err.replaceAll(/\s+│?\s*/g, ' ')).toContain("`failed` of its rule is true: object.data.phase == 'Broken'")
})

test('what an object unblocks begins before it is healthy, and the apply still waits for it', async () => {
  const rules = `rules:
  health:
    - {kinds: [ConfigMap], healthy: "!has(object.data.phase) || object.data.phase == 'Ready'", unblocks: "object.data.phase == 'Begun'"}
`
  const a = MAP('a', 'phase: New', 'timeouts: {apply: 20s}, lifecycle: {ignoreChanges: [data.phase]}, ')
  const cluster = await onServer(design(a + AFTER, rules))
  const running = cluster.run('apply', '--yes')
  await cluster.until('not true yet')
  await cluster.set('Begun')
  await cluster.until('apply_complete', 'resources.after')
  await cluster.set('Ready')
  expect(await running).toMatchObject({ code: 0 })
  expect(await cluster.completed()).toEqual(['resources.after', 'resources.a'])
})

test('what went on is not taken back when the object that let it go fails, and the apply fails', async () => {
  const rule = `health: [{healthy: "false", unblocks: "true"}], timeouts: {apply: 50ms}, `
  const project = await newProject({ 'shop.yaml': design(MAP('a', 'x: "1"', rule) + AFTER) })
  const failed = await project.meshform('apply', '--yes')
  expect(failed.code).toBe(1)
  expect(failed.out.split('\n').at(-2)).toMatchInlineSnapshot(`"Apply failed in <s>: 2 created, 1 not healthy."`)
  expect(failed.err).toContain('is not healthy in time')
})
