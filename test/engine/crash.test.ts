import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonValue } from '../../src/plan/json.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { localBackend } from '../../src/state/backends/local.ts'
import { systemClock } from '../../src/state/clock.ts'
import { currentProcess } from '../../src/state/process-identity.ts'
import { readState } from '../../src/state/session.ts'
import { newProject, type Project } from './command-runner.ts'

/** 50 objects, in a few layers so that some wait for others. */
const OBJECTS = 50
/** How many kills at random times and how many of the steps are tried; MESHFORM_CRASH_RUNS=200 tries that many, and every step. */
const RUNS = Number(process.env.MESHFORM_CRASH_RUNS ?? 4)
const EVERY_STEP = process.env.MESHFORM_CRASH_RUNS !== undefined

let folder = ''
let script = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshform-crash-'))
  script = join(folder, 'crash-child.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    external: ['pg-native'],
    define: { __MESHFORM_VERSION__: '"test"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  })
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

function design(): string {
  const maps = Array.from({ length: OBJECTS - 1 }, (_, n) => {
    const needs = n < 10 ? 'resources.ns' : `resources.item-${n - 10}`
    return `  item-${n}: {dependsOn: [${needs}], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: item-${n}, namespace: shop}, data: {n: "${n}"}}}`
  })
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${maps.join('\n')}
`
}

/** Runs a command in a process of its own. `killAfter` milliseconds it is killed, unless it has ended by then. */
async function child(
  project: Project,
  step: number,
  argv: readonly string[],
  killAfter?: number,
): Promise<{ readonly killed: boolean; readonly steps: number; readonly elapsed: number; readonly err: string }> {
  const begun = performance.now()
  const started = spawn(process.execPath, [script, String(step), ...argv], {
    cwd: project.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  started.stderr.on('data', (text: Buffer) => {
    err += text.toString('utf8')
  })
  const ended = new Promise<boolean>((resolve) => started.once('close', (_code, signal) => resolve(signal === 'SIGKILL')))
  if (killAfter !== undefined) {
    await Promise.race([delay(killAfter), ended])
    started.kill('SIGKILL')
  }
  const killed = await ended
  return { killed, steps: Number(/steps: (\d+)/.exec(err)?.[1] ?? 0), elapsed: performance.now() - begun, err }
}

/** Ids of the live objects that carry the design's label. */
async function liveIds(project: Project): Promise<readonly string[]> {
  const sandbox = await Sandbox.open({ directory: join(project.folder, '.meshform/sandbox') })
  try {
    const ids: string[] = []
    for (const [path, kind] of [
      ['/api/v1/configmaps', 'ConfigMap'],
      ['/api/v1/namespaces', 'Namespace'],
    ] as const) {
      const query = '?labelSelector=meshform.dev%2Fdesign%3Dshop'
      const headers = { accept: 'application/json' }
      const answer = await sandbox.handle({ method: 'GET', path: path + query, headers, signal: new AbortController().signal })
      const list: JsonValue | undefined = answer.kind === 'answer' ? answer.json() : undefined
      const items: readonly JsonValue[] = isJsonObject(list) && Array.isArray(list.items) ? list.items : []
      for (const { metadata } of items.filter(isJsonObject)) {
        if (isJsonObject(metadata)) ids.push(`sandbox//${kind}/${metadata.namespace ?? ''}/${metadata.name}`)
      }
    }
    return ids
  } finally {
    await sandbox.close()
  }
}

async function stateOf(project: Project) {
  const directory = join(project.folder, '.meshform/state')
  const backend = localBackend({ directory, process: await currentProcess(), clock: systemClock })
  const options = { signal: new AbortController().signal, cipher: undefined }
  const view = await readState(backend, { workspace: 'default', design: 'shop' }, options)
  if (!view.ok) throw new Error(view.error.message)
  return view.value
}

/** Nothing is orphaned: each live object is recorded or known to be open. Nothing is lost: each recorded object is live, or its delete open. */
async function checkNothingLost(project: Project, operation: 'apply' | 'destroy'): Promise<void> {
  const live = new Set(await liveIds(project))
  const { state, activeLock } = await stateOf(project)
  expect(activeLock).toBeUndefined()
  const open = new Set((state.pending ?? []).map(({ id }) => id))
  const orphans = [...live].filter((id) => !state.objects.has(id) && !open.has(id))
  expect(orphans).toEqual([])
  const lost = [...state.objects.keys()].filter((id) => !live.has(id) && !(operation === 'destroy' && open.has(id)))
  expect(lost).toEqual([])
}

/** After whatever happened, an apply leads to the whole design, and a second one has nothing to do. */
async function finishApply(project: Project): Promise<void> {
  const applied = await project.meshform('apply', '--yes')
  expect(applied).toMatchObject({ code: 0 })
  const { state, recovery } = await stateOf(project)
  expect(recovery).toBeUndefined()
  expect(state.pending ?? []).toEqual([])
  expect(state.objects.size).toBe(OBJECTS)
  expect((await liveIds(project)).length).toBe(OBJECTS)
  expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
}

async function finishDestroy(project: Project): Promise<void> {
  expect(await project.meshform('destroy', '--yes')).toMatchObject({ code: 0 })
  const { state } = await stateOf(project)
  expect([state.objects.size, state.pending ?? []]).toEqual([0, []])
  expect(await liveIds(project)).toEqual([])
}

/** An apply and then a destroy, each killed by `kill`, looked at, and brought to its end. */
async function surviveKills(project: Project, kill: (argv: readonly string[]) => Promise<unknown>): Promise<void> {
  await kill(['apply', '--yes', '--parallelism', '4'])
  await checkNothingLost(project, 'apply')
  await finishApply(project)
  await kill(['destroy', '--yes', '--parallelism', '4'])
  await checkNothingLost(project, 'destroy')
  await finishDestroy(project)
}

describe('a process that is killed', () => {
  test('at any step of its state loses and orphans nothing', { timeout: 3_600_000 }, async () => {
    const whole = await newProject({ 'shop.yaml': design() })
    const { steps } = await child(whole, 0, ['apply', '--yes', '--parallelism', '4'])
    expect(steps).toBeGreaterThan(20)
    const stride = EVERY_STEP ? 1 : Math.ceil(steps / 5)
    let killed = 0
    for (let step = 1; step <= steps; step += stride) {
      const project = await newProject({ 'shop.yaml': design() })
      await surviveKills(project, async (argv) => {
        const result = await child(project, step, argv)
        if (result.killed) killed++
      })
      await rm(project.folder, { recursive: true, force: true })
    }
    expect(killed).toBeGreaterThan(0)
  })

  test('of whose disk is full from any step on nothing is lost either, and the command says so', {
    timeout: 3_600_000,
  }, async () => {
    const whole = await newProject({ 'shop.yaml': design() })
    const { steps } = await child(whole, 0, ['apply', '--yes', '--parallelism', '4'])
    const stride = EVERY_STEP ? 1 : Math.ceil(steps / 3)
    let said = 0
    for (let step = 2; step < steps; step += stride) {
      const project = await newProject({ 'shop.yaml': design() })
      await surviveKills(project, async (argv) => {
        const { err } = await child(project, -step, argv)
        if (err.includes('ENOSPC')) said++
      })
      await rm(project.folder, { recursive: true, force: true })
    }
    expect(said).toBeGreaterThan(0)
  })

  test(`at any time loses and orphans nothing (${RUNS} runs)`, { timeout: 3_600_000 }, async () => {
    const whole = await newProject({ 'shop.yaml': design() })
    const { elapsed } = await child(whole, 0, ['apply', '--yes', '--parallelism', '4'])
    let killed = 0
    for (let run = 0; run < RUNS; run++) {
      const project = await newProject({ 'shop.yaml': design() })
      await surviveKills(project, async (argv) => {
        // Most of the time goes by before the first effect: the later part is tried more often.
        const after = elapsed * (0.3 + 0.7 * Math.random())
        const result = await child(project, 0, argv, after)
        if (result.killed) killed++
      })
      await rm(project.folder, { recursive: true, force: true })
    }
    // A few runs may all end before they are killed, on a machine that has become faster meanwhile.
    expect(killed).toBeGreaterThan(RUNS < 20 ? -1 : RUNS / 4)
  })
})
