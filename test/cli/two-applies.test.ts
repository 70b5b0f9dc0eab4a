import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isJsonObject } from '../../src/plan/json.ts'
import { systemClock } from '../../src/state/clock.ts'
import { openKubernetesTransport } from '../../src/targets/kubernetes/open.ts'
import { stateApi } from '../../src/targets/kubernetes/state-api.ts'
import { notTestedHere } from '../not-tested-here.ts'
import { BLOB_ACCOUNT, startBlobServer } from '../state/backends/blob-server.ts'
import { startConsulKvServer } from '../state/backends/consul-kv-server.ts'
import { COS_KEY, checkCosSignature } from '../state/backends/cos-signature.ts'
import { startCreateOnlyServer } from '../state/backends/create-only-server.ts'
import { GCS_TOKEN, startGcsServer } from '../state/backends/gcs-server.ts'
import { startHttpStateServer } from '../state/backends/http-state-server.ts'
import { ORACLE_KEY, startOracleServer } from '../state/backends/oracle-server.ts'
import { checkOssSignature, OSS_KEY } from '../state/backends/oss-signature.ts'
import { type PostgresServer, postgresBinaries, startPostgres } from '../state/backends/postgres-server.ts'
import { S3_KEYS, startS3Server } from '../state/backends/s3-server.ts'
import { Project } from './project.ts'

/** Enough to be stopped in the middle of. */
const OBJECTS = 30
/** Longer than any lock lives in silence while its operation goes on. */
const SILENCE_MS = 200_000

const design = (name: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: ${name}}
inputs: {value: {type: string}}
resources:
  map:
    forEach: "\${range(${OBJECTS})}"
    manifest:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "${name}-\${each.key}", namespace: default}
      data: {value: "\${inputs.value}"}
`

/** Puts the clock of a process forward by what stands in a file. */
const PRELOAD = `import { readFileSync } from 'node:fs'
const now = Date.now
Date.now = () => now() + Number(readFileSync(process.env.TEST_CLOCK, 'utf8'))
`

/** Where both keep their state. */
interface Store {
  readonly address: string
  readonly env?: Readonly<Record<string, string>>
  /** Lets the store's own clock go on. */
  forward(): Promise<void>
}

/** Kills at random times with each store; without MESHFORM_CRASH_RUNS, one, where no other test kills. */
const RUNS = Number(process.env.MESHFORM_CRASH_RUNS ?? 1)
const KILLED_ELSEWHERE =
  process.env.MESHFORM_CRASH_RUNS === undefined
    ? ['local', 'http', 's3', 'consul', 'kubernetes', 'gcs', 'oss', 'cos', 'ocistore']
    : []

const BIN = join(import.meta.dirname, '../../bin/meshform.js')
const binaries = postgresBinaries()
const server = new Project()
let context = ''
let kubeconfig = ''
let postgres: PostgresServer | undefined

beforeAll(async () => {
  const { stdout } = await server.run(['sandbox', 'kubeconfig'])
  server.write({ kubeconfig: stdout })
  kubeconfig = join(server.directory, 'kubeconfig')
  context = /^current-context: (\S+)$/m.exec(stdout)?.[1] ?? ''
  postgres = binaries === undefined ? undefined : await startPostgres(binaries)
}, 60_000)
afterAll(async () => {
  await postgres?.stop()
  await server.run(['sandbox', 'stop'])
  server.dispose()
})

const STORES: readonly { readonly name: string; readonly open: (folder: string) => Promise<Store> }[] = [
  { name: 'local', open: async (folder) => ({ address: join(folder, 'states'), forward: async () => {} }) },
  {
    name: 'http',
    open: async () => {
      const states = await startHttpStateServer({ dialect: 'gitlab' })
      const address = `${states.url}/state/{workspace}-{design}`
      const env = { TF_HTTP_LOCK_ADDRESS: `${address}/lock`, TF_HTTP_LOCK_METHOD: 'POST', TF_HTTP_UNLOCK_METHOD: 'DELETE' }
      return { address, env, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 's3',
    open: async () => {
      const states = await startS3Server()
      const env = { AWS_ACCESS_KEY_ID: S3_KEYS.id, AWS_SECRET_ACCESS_KEY: S3_KEYS.secret, AWS_REGION: S3_KEYS.region }
      return { address: `s3://states/x?endpoint=${states.endpoint}`, env, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'gcs',
    open: async () => {
      const states = await startGcsServer()
      const env = { GOOGLE_OAUTH_ACCESS_TOKEN: GCS_TOKEN }
      return { address: `gcs://states/x?endpoint=${states.endpoint}`, env, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'azurerm',
    open: async () => {
      const states = await startBlobServer()
      const address = `azurerm://${BLOB_ACCOUNT.name}/states?endpoint=${states.endpoint}/${BLOB_ACCOUNT.name}`
      return { address, env: { ARM_ACCESS_KEY: BLOB_ACCOUNT.key }, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'oss',
    open: async () => {
      const states = await startCreateOnlyServer({ prefix: 'x-oss-', check: checkOssSignature })
      const env = { OSS_ACCESS_KEY_ID: OSS_KEY.id, OSS_ACCESS_KEY_SECRET: OSS_KEY.secret, OSS_REGION: OSS_KEY.region }
      const address = `oss://states-1250000000/x?endpoint=${states.endpoint}`
      return { address, env, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'cos',
    open: async () => {
      const states = await startCreateOnlyServer({ prefix: 'x-cos-', check: checkCosSignature })
      const env = { TENCENTCLOUD_SECRET_ID: COS_KEY.id, TENCENTCLOUD_SECRET_KEY: COS_KEY.secret }
      const address = `cos://states-1250000000/x?region=ap-guangzhou&endpoint=${states.endpoint}`
      return { address, env, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'ocistore',
    open: async () => {
      const states = await startOracleServer()
      const { tenancy, user, fingerprint, pem } = ORACLE_KEY
      const names = { OCI_CLI_TENANCY: tenancy, OCI_CLI_USER: user, OCI_CLI_FINGERPRINT: fingerprint }
      const address = `ocistore://tests/states/x?endpoint=${states.endpoint}`
      return { address, env: { ...names, OCI_CLI_KEY_CONTENT: pem }, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'consul',
    open: async () => {
      const states = await startConsulKvServer()
      const address = states.endpoint.replace('http:', 'consul:')
      return { address, forward: async () => states.forward(SILENCE_MS) }
    },
  },
  {
    name: 'kubernetes',
    open: async () => ({ address: `kubernetes:///default?context=${context}&kubeconfig=${kubeconfig}`, forward: ageLease }),
  },
  ...(binaries === undefined
    ? []
    : [
        {
          name: 'pg',
          open: async () => ({ address: postgres?.address ?? '', forward: ageRow }),
        },
      ]),
]

/** Its server's clock stands; its lock becomes as old as if it did not. */
async function ageLease(): Promise<void> {
  const opened = await openKubernetesTransport({
    kubeconfigPath: kubeconfig,
    context,
    userAgent: 'meshform-tests',
    environment: {},
  })
  if (!opened.ok) throw new Error(opened.error.message)
  const api = stateApi(opened.value.transport, systemClock)
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/meshform-lock.default.kubernetes'
  const { signal } = new AbortController()
  const found = await api.send({ method: 'GET', path, signal })
  const lease = found.ok && isJsonObject(found.value.json) ? found.value.json : {}
  const spec = { ...(isJsonObject(lease.spec) ? lease.spec : {}), renewTime: '2026-01-02T03:04:05.000000Z' }
  const written = await api.send({ method: 'PUT', path, body: { ...lease, spec }, signal })
  expect(written).toMatchObject({ ok: true, value: { status: 200 } })
  await api.close()
}

async function ageRow(): Promise<void> {
  const admin = new pg.Client({ connectionString: postgres?.address })
  await admin.connect()
  await admin.query("UPDATE meshform.locks SET expires_at = now() - interval '1 second'")
  await admin.end()
}

/** One who applies, on a project folder and a clock of their own. */
class Applier {
  readonly project: Project
  readonly #store: Store

  constructor(name: string, store: Store) {
    this.project = new Project({ 'design.yaml': design(name), clock: '0', 'preload.mjs': PRELOAD })
    this.#store = store
    onTestFinished(() => this.project.dispose())
  }

  forward(): void {
    writeFileSync(join(this.project.directory, 'clock'), String(SILENCE_MS))
  }

  start(...argv: readonly string[]): ChildProcess {
    const folder = this.project.directory
    const where = ['--state', this.#store.address, '--context', context, '--kubeconfig', kubeconfig]
    return spawn(process.execPath, ['--import', join(folder, 'preload.mjs'), BIN, ...argv, ...where], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', TEST_CLOCK: join(folder, 'clock'), ...this.#store.env },
    })
  }

  async run(...argv: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    return ended(this.start(...argv))
  }
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly said: string }> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      said += text.toString('utf8')
    })
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

/** Signals a process once it has told of so many completed changes. */
async function signalAt(child: ChildProcess, changes: number, signal: 'SIGSTOP' | 'SIGKILL'): Promise<void> {
  if (child.stdout === null) throw new Error('no output')
  let count = 0
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    if (line.includes('"type":"apply_complete"')) count++
    if (count >= changes) break
  }
  child.kill(signal)
}

describe.sequential('two who apply at once', () => {
  test.each(STORES)(
    'with the state in $name: one that is paused is taken over, and does nothing more',
    async ({ name, open }) => {
      const store = await open(server.directory)
      const [first, second] = [new Applier(name, store), new Applier(name, store)]
      const paused = first.start('apply', '--yes', '--json', '--parallelism', '1', '--input', 'value=first')
      onTestFinished(() => void paused.kill('SIGKILL'))
      await signalAt(paused, 10, 'SIGSTOP')
      const refused = await second.run('apply', '--yes', '--input', 'value=second')
      expect(refused).toMatchObject({ code: 1, said: expect.stringMatching(/State is locked \[MF8004\][\s\S]*apply by/) })

      first.forward()
      second.forward()
      await store.forward()
      const taken = await second.run('apply', '--yes', '--input', 'value=second')
      expect(taken.said).toContain('Took over the lock of an apply by')
      expect(taken.code).toBe(0)

      const rest = ended(paused)
      paused.kill('SIGCONT')
      const { code, said } = await rest
      expect(said).toMatch(/MF800[56]/)
      expect(code).toBe(1)
      // No API server can tell a request that was on its way before the pause: that one object, and no other, may be the first one's.
      const after = await second.run('plan', '--input', 'value=second')
      expect(after.said).toMatch(new RegExp(`No changes. ${OBJECTS} objects|Plan: 1 to change; ${OBJECTS - 1} unchanged`))
    },
    120_000,
  )

  // The journals of the others are where the state is: test/engine/crash.test.ts.
  test.each(STORES.filter(({ name }) => ['http', 's3', 'oss', 'consul', 'kubernetes'].includes(name)))(
    'with the state in $name: what one left that was killed, another machine finds, and its own journal does no harm later',
    async ({ name, open }) => {
      const store = await open(server.directory)
      const [first, second] = [new Applier(`${name}-killed`, store), new Applier(`${name}-killed`, store)]
      const killed = first.start('apply', '--yes', '--json', '--parallelism', '4', '--input', 'value=first')
      const gone = ended(killed)
      await signalAt(killed, 10, 'SIGKILL')
      await gone
      const found = await second.run('apply', '--yes', '--input', 'value=second')
      expect(found).toMatchObject({ code: 0, said: expect.stringMatching(/Took over the lock[\s\S]*(Recovered|may or may not)/) })
      const plan = ['plan', '--detailed-exitcode', '--input', 'value=second']
      for (const applier of [second, first]) {
        expect(await applier.run(...plan)).toMatchObject({ code: 0, said: expect.stringContaining('No changes. 30 objects') })
      }
      const back = await first.run('destroy', '--yes', '--input', 'value=second')
      expect(back).toMatchObject({ code: 0, said: expect.stringContaining('30 deleted') })
      const left = await second.run(...plan)
      expect(left).toMatchObject({ code: 2, said: expect.stringContaining('Plan: 30 to create.') })
    },
    120_000,
  )

  test.each(STORES.filter(({ name }) => !KILLED_ELSEWHERE.includes(name)))(
    `with the state in $name: killed at any time, nothing is lost or orphaned (${RUNS} runs)`,
    async ({ name, open }) => {
      const store = await open(server.directory)
      const applier = new Applier(`${name}-random`, store)
      const value = ['--input', 'value=one']
      const begun = performance.now()
      expect(await applier.run('apply', '--yes', ...value)).toMatchObject({ code: 0 })
      const whole = performance.now() - begun
      expect(await applier.run('destroy', '--yes', ...value)).toMatchObject({ code: 0 })
      for (let run = 0; run < RUNS; run++) {
        for (const command of ['apply', 'destroy'] as const) {
          const child = applier.start(command, '--yes', '--parallelism', '4', ...value)
          const gone = ended(child)
          // Most of the time goes by before the first effect: the later part is tried more often.
          await Promise.race([delay(whole * (0.3 + 0.7 * Math.random())), gone])
          child.kill('SIGKILL')
          await gone
          const finished = await applier.run(command, '--yes', ...value)
          expect(finished, finished.said).toMatchObject({ code: 0 })
        }
        // What was orphaned would be met again, and adopted; what was lost would not have been deleted.
        const left = await applier.run('plan', '--detailed-exitcode', ...value)
        expect(left).toMatchObject({ code: 2, said: expect.stringContaining(`Plan: ${OBJECTS} to create.`) })
        expect((await applier.run('state', 'list', ...value)).said).toContain('Nothing is recorded')
      }
    },
    3_600_000,
  )

  if (binaries === undefined) {
    notTestedHere('the state in pg', 'no PostgreSQL server in /usr/lib/postgresql (apt-get install postgresql)')
  }
})
