import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { providerCatalog } from '../src/cli/provider-catalog.ts'
import { loadDesign } from '../src/design/load-design.ts'
import { executePlan } from '../src/engine/execute-plan.ts'
import { type MadePlan, makePlan } from '../src/engine/make-plan.ts'
import type { Connection } from '../src/engine/refresh.ts'
import type { JsonObject } from '../src/plan/json.ts'
import { type Manifest, objectKeyOf, objectKeyText } from '../src/plan/manifest.ts'
import { summarize } from '../src/plan/plan.ts'
import { localBackend } from '../src/state/backends/local.ts'
import { systemClock } from '../src/state/clock.ts'
import { type Lock, lockState } from '../src/state/lock.ts'
import { currentProcess } from '../src/state/process-identity.ts'
import { openState, type StateSession } from '../src/state/session.ts'
import type { Target } from '../src/targets/contract.ts'

/**
 * What the engine and the state cost by themselves: plans and applies of many objects against a cluster that answers at once, with
 * the state on disk, fsyncs included. Prints seconds, and how the times of ten times as many objects compare.
 */
const SIZES = (process.env.BENCH_SIZES ?? '2000,20000').split(',').map(Number)
const signal = new AbortController().signal

const rows: { readonly [step: string]: number }[] = []
for (const size of SIZES) rows.push(await measure(size))
print(rows)

async function measure(size: number): Promise<{ readonly [step: string]: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-bench-'))
  const times: Record<string, number> = {}
  const timed = async <Value>(step: string, work: () => Promise<Value>): Promise<Value> => {
    const [begun, used] = [performance.now(), process.cpuUsage()]
    const value = await work()
    const { user, system } = process.cpuUsage(used)
    times[step] = (performance.now() - begun) / 1000
    times[`${step} (CPU)`] = (user + system) / 1e6
    return value
  }
  try {
    await writeFile(join(folder, 'design.yaml'), designOf(size))
    const loaded = await timed('read the design', () =>
      loadDesign({ paths: ['design.yaml'], inputs: { cli: {}, files: [], environment: {} }, cwd: folder }),
    )
    const { design } = loaded
    if (design === undefined) throw new Error(JSON.stringify(loaded.diagnostics[0]))
    const identity = await currentProcess()
    const ref = { workspace: 'default', design: design.name }
    const open = async () => {
      const backend = localBackend({ directory: join(folder, 'state'), process: identity, clock: systemClock })
      const request = { operation: 'apply', process: identity, version: 'bench' }
      const options = { clock: systemClock, signal, timeoutMs: 0, newId: () => crypto.randomUUID() }
      const lock = unwrap(await lockState(backend, ref, request, options))
      const session = unwrap(await openState(backend, ref, lock, { ...options, cipher: undefined }))
      return { lock, session }
    }
    const cluster = memoryTarget()
    const plan = (state: Parameters<typeof makePlan>[0]['state'], connections: ReadonlyMap<string, Connection>) =>
      makePlan({
        mode: 'apply',
        design,
        owner: { design: design.name, workspace: 'default' },
        state,
        connections,
        clusters: [],
        catalog: providerCatalog,
        context: undefined,
        stateAddress: undefined,
        selection: { target: [], exclude: [], replace: [], confirm: [] },
        limits: { maxDeletes: undefined, allowEmpty: false },
        checkObjects: async () => [],
        askAboutCreates: false,
        readersWelcome: false,
        diagnostics: [],
        emit: () => {},
        now: () => performance.now(),
        signal,
      })
    const connections = new Map<string, Connection>([['sandbox', cluster]])
    const first = await open()
    await timed('plan, no cluster', () => plan(first.session.state, new Map()))
    const made = await timed('plan, all new', () => plan(first.session.state, connections))
    const applied = await timed('apply, state on disk', () => execute(made, first.session, first.lock, connections))
    if (applied !== size + 1) throw new Error(`${applied} of ${size + 1} were applied`)
    await first.lock.release()
    const second = await timed('open the state', open)
    const again = await timed('plan, nothing to do', () => plan(second.session.state, connections))
    if (summarize(again.plan).unchanged !== size + 1) throw new Error(JSON.stringify(summarize(again.plan)))
    await second.lock.release()
    times['memory, MiB'] = process.memoryUsage().rss / 2 ** 20
    return times
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function execute(
  made: MadePlan,
  session: StateSession,
  lock: Lock,
  connections: ReadonlyMap<string, Connection>,
): Promise<number> {
  const { result } = unwrap(
    await executePlan({
      made,
      session,
      operation: 'apply',
      author: 'bench',
      connections,
      managers: { usual: 'meshform-bench', of: () => 'meshform-bench', takeFrom: [] },
      parallelism: 32,
      onError: 'continue',
      emit: () => {},
      now: () => performance.now(),
      stop: signal,
      lockLost: lock.lost,
      afterwards: async () => ({ passed: true, restore: false, outputs: {}, baselines: {} }),
    }),
  )
  return result.done
}

function designOf(size: number): string {
  const maps = Array.from(
    { length: size },
    (_, n) =>
      `  item-${n}: {dependsOn: [${n < 50 ? 'resources.ns' : `resources.item-${n - 50}`}], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: item-${n}, namespace: bench}, data: {n: "${n}", text: some text of a usual length}}}`,
  )
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: bench}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: bench}}}
${maps.join('\n')}
`
}

/** A cluster in memory that answers at once. */
function memoryTarget(): Extract<Connection, { readonly kind: 'connected' }> {
  const objects = new Map<string, JsonObject>()
  let version = 0
  const kinds = ['Namespace', 'ConfigMap'].map((kind) => ({
    group: '',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: kind === 'ConfigMap',
    verbs: [],
  }))
  const served = { all: kinds, find: (_group: string, kind: string) => kinds.find((each) => each.kind === kind) }
  const idOf = (manifest: Manifest) => objectKeyText(objectKeyOf('sandbox', manifest))
  const notFound = { ok: false, error: { kind: 'not-found', message: 'not found' } } as const
  const target: Target = {
    cluster: 'sandbox',
    describe: async () => ({ ok: true, value: { kind: 'sandbox', context: undefined, server: '', version: '' }, warnings: [] }),
    served: async () => ({ ok: true, value: served, warnings: [] }),
    list: async ({ kind }) => ({ ok: true, value: [...objects.values()].filter((each) => each.kind === kind), warnings: [] }),
    get: async (key) => {
      const value = objects.get(objectKeyText(key))
      return value === undefined ? notFound : { ok: true, value, warnings: [] }
    },
    apply: async (manifest) => {
      version++
      const metadata = { ...manifest.metadata, resourceVersion: `${version}`, uid: `uid-${version}` }
      const value = { ...manifest, metadata, ...(manifest.kind === 'Namespace' ? { status: { phase: 'Active' } } : {}) }
      objects.set(idOf(manifest), value)
      return { ok: true, value, warnings: [] }
    },
    delete: async () => ({ ok: true, value: 'absent', warnings: [] }),
    watch: async () => ({ ok: true, value: undefined, warnings: [] }),
    close: async () => {},
  }
  return { kind: 'connected', title: 'memory', target, served }
}

function unwrap<Value>(
  result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: { readonly message: string } },
): Value {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function print(measured: readonly { readonly [step: string]: number }[]): void {
  if (process.env.BENCH_JSON !== undefined) {
    process.stdout.write(JSON.stringify(measured))
    return
  }
  const [small = {}, large = {}] = measured
  const cell = (value: number | undefined) => (value ?? 0).toFixed(2).padStart(10)
  process.stdout.write(`${'seconds'.padEnd(24)}${SIZES.map((size) => `${size}`.padStart(10)).join('')}${'growth'.padStart(10)}\n`)
  for (const step of Object.keys(small)) {
    const growth = `${((large[step] ?? 0) / (small[step] ?? 1)).toFixed(1)}x`.padStart(10)
    process.stdout.write(`${step.padEnd(24)}${cell(small[step])}${cell(large[step])}${growth}\n`)
  }
}
