import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { LoadRunner } from '../check/run-perf-check.ts'
import { EngineProblem } from '../engines/run-engine.ts'
import { numberField, objectField, textField } from '../formats/json-fields.ts'
import { assembleResult } from '../load/assemble-result.ts'
import type { GeneratorReport } from '../load/generator.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { type JobOptions, jobManifests, RUN_LABEL, readyName, reportName, startManifest } from './job-manifests.ts'
import { podTroubles } from './pod-troubles.ts'
import { encodeTask } from './spec-text.ts'

/** A cluster as a distributed run needs it. Every call says what went wrong in words, or that nothing did. */
export interface JobCluster {
  readonly name: string
  apply(manifest: Manifest, signal: AbortSignal): Promise<string | undefined>
  list(
    apiVersion: string,
    kind: string,
    where: { readonly namespace: string; readonly labelSelector: string },
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly objects: readonly JsonObject[] } | { readonly ok: false; readonly problem: string }>
  delete(manifest: Manifest, signal: AbortSignal): Promise<string | undefined>
}

/** What a distributed run needs from outside. */
export interface DistributedOptions extends Omit<JobOptions, 'deadlineSeconds'> {
  readonly clusters: readonly JobCluster[]
  /** Milliseconds until all workers must be ready. */
  readonly readyTimeoutMs: number
  readonly newRunName: () => string
  readonly now: () => number
  readonly note: (text: string) => void
}

const POLL_MS = 500
/** Between the word to start and the start, so that every worker has heard it. */
const START_DELAY_MS = 2_000
/** A worker's clock may look this much wrong by the time that its word took to come here. */
const CLOCK_TOLERANCE_MS = 1_500
/** Beyond the load itself: for the last answers and for handing over. */
const REPORT_GRACE_MS = 60_000
/** Troubles told of at once. */
const WORDS_LIMIT = 3
/** Secrets and ConfigMaps hold a mebibyte. */
const TASK_LIMIT = 1_000_000

/**
 * A runner that puts the load on from inside clusters, by an indexed Job in each: every worker sends its share of the same schedule,
 * all start at the same instant, and what they recorded is merged without loss. Everything made for the run is deleted at its end.
 */
export function distributedRunner(options: DistributedOptions): LoadRunner {
  return async (spec, { signal, name, environment }) => {
    const run = options.newRunName()
    const total = options.workers * options.clusters.length
    const job: JobOptions = {
      ...options,
      deadlineSeconds: Math.ceil((options.readyTimeoutMs + spec.seconds * 1000 + spec.timeoutMs + 2 * REPORT_GRACE_MS) / 1000),
    }
    const made: { readonly cluster: JobCluster; readonly manifest: Manifest }[] = []
    const apply = async (cluster: JobCluster, manifest: Manifest): Promise<void> => {
      made.push({ cluster, manifest })
      const problem = await cluster.apply(manifest, signal)
      if (problem !== undefined) throw new EngineProblem(`${manifest.kind} ${run} on ${cluster.name}: ${problem}`)
    }
    try {
      for (const [index, cluster] of options.clusters.entries()) {
        const task = encodeTask({ spec, count: total, offset: index * options.workers })
        if (task.length > TASK_LIMIT)
          throw new EngineProblem('The load is too large for a Secret: use a smaller body or less data.')
        for (const manifest of jobManifests(run, task, job)) await apply(cluster, manifest)
      }
      options.note(`Waiting for ${total} workers on ${options.clusters.map((cluster) => cluster.name).join(', ')}.`)
      await everyWorker(run, options, signal, readyName, options.readyTimeoutMs, 'were ready', (object) => {
        const skew = (numberField(objectField(object, 'data'), 'clock') ?? options.now()) - options.now()
        if (Math.abs(skew) < CLOCK_TOLERANCE_MS) return
        const worker = textField(objectField(object, 'metadata'), 'name') ?? 'a worker'
        options.note(
          `The clock of ${worker} is ${(skew / 1000).toFixed(1)} s off: it will start at another time than the others.`,
        )
      })
      const startAt = options.now() + START_DELAY_MS
      await Promise.all(options.clusters.map((cluster) => apply(cluster, startManifest(run, startAt, job))))
      const limit = START_DELAY_MS + spec.seconds * 1000 + spec.timeoutMs + REPORT_GRACE_MS
      const reports = await everyWorker(run, options, signal, reportName, limit, 'handed over their reports')
      const parsed = reports.map((report) => reportOf(report))
      return { ...assembleResult(distributedSpec(spec, total), parsed, { name, environment }), engine: 'meshform' }
    } finally {
      await cleanUp(run, made, options)
    }
  }
}

/** The spec that results speak of: what all workers did together. */
function distributedSpec(spec: LoadSpec, workers: number): LoadSpec {
  return { ...spec, threads: workers, connections: Math.max(spec.connections, workers) }
}

/** The ConfigMaps that every worker writes, once all have; each is shown to `seen` when it is new. A Job that failed ends the waiting. */
async function everyWorker(
  run: string,
  options: DistributedOptions,
  signal: AbortSignal,
  nameOf: (run: string, index: number) => string,
  timeoutMs: number,
  what: string,
  seen: (object: JsonObject) => void = () => undefined,
): Promise<JsonObject[]> {
  const until = options.now() + timeoutMs
  const known = new Set<string>()
  const where = { namespace: options.namespace, labelSelector: `${RUN_LABEL}=${run}` }
  for (;;) {
    if (signal.aborted) throw new EngineProblem('The run was interrupted.')
    const found: JsonObject[] = []
    for (const cluster of options.clusters) {
      const listed = await cluster.list('v1', 'ConfigMap', where, signal)
      if (!listed.ok) throw new EngineProblem(`${cluster.name}: ${listed.problem}`)
      const byName = new Map(listed.objects.map((object) => [textField(objectField(object, 'metadata'), 'name') ?? '', object]))
      for (let index = 0; index < options.workers; index += 1) {
        const name = nameOf(run, index)
        const object = byName.get(name)
        if (object === undefined) continue
        found.push(object)
        if (!known.has(`${cluster.name} ${name}`)) seen(object)
        known.add(`${cluster.name} ${name}`)
      }
    }
    const total = options.workers * options.clusters.length
    if (found.length === total) return found
    const late = options.now() > until
    const troubles = await troublesOf(run, options, signal)
    if (troubles.hopeless || (late && troubles.words.length > 0)) {
      throw new EngineProblem(`${total - found.length} of ${total} workers did not get there. ${troubles.words.join('; ')}`)
    }
    if (late) {
      throw new EngineProblem(
        `Only ${found.length} of ${total} workers ${what} within ${Math.round(timeoutMs / 1000)} s: is the image ${options.image} there, and has the namespace ${options.namespace} room?`,
      )
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

interface Troubles {
  readonly words: readonly string[]
  /** True when waiting longer does not help. */
  readonly hopeless: boolean
}

/** What the clusters say about pods that are not running; first what is hopeless, since a pod may be deleted as soon as it has failed. */
async function troublesOf(run: string, options: DistributedOptions, signal: AbortSignal): Promise<Troubles> {
  const where = { namespace: options.namespace, labelSelector: `${RUN_LABEL}=${run}` }
  const words: string[] = []
  let hopeless = false
  for (const cluster of options.clusters) {
    const pods = await cluster.list('v1', 'Pod', where, signal)
    for (const trouble of podTroubles(pods.ok ? pods.objects : [])) {
      words.push(`On ${cluster.name}, ${trouble.words}`)
      hopeless ||= trouble.hopeless
    }
    const jobs = await cluster.list('batch/v1', 'Job', where, signal)
    const failed = (jobs.ok ? jobs.objects : []).reduce(
      (sum, job) => sum + (numberField(objectField(job, 'status'), 'failed') ?? 0),
      0,
    )
    if (failed > 0) {
      hopeless = true
      if (words.length === 0) words.push(`${failed} of ${options.workers} workers failed on ${cluster.name}`)
    }
  }
  return { words: words.slice(0, WORDS_LIMIT), hopeless }
}

function reportOf(configMap: JsonObject): GeneratorReport {
  const packed = textField(objectField(configMap, 'data'), 'report') ?? ''
  const value: unknown = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'))
  if (!isReport(value)) throw new EngineProblem('A worker handed over what is no report; is its image of this version?')
  return value
}

function isReport(value: unknown): value is GeneratorReport {
  return isJsonObject(value) && isJsonObject(value.recording) && typeof value.ended === 'string'
}

async function cleanUp(
  run: string,
  made: readonly { readonly cluster: JobCluster; readonly manifest: Manifest }[],
  options: DistributedOptions,
): Promise<void> {
  const signal = AbortSignal.timeout(30_000)
  for (const { cluster, manifest } of [...made].reverse()) {
    const problem = await cluster.delete(manifest, signal)
    if (problem !== undefined) options.note(`${manifest.kind} ${manifest.metadata.name} is left on ${cluster.name}: ${problem}`)
  }
  const where = { namespace: options.namespace, labelSelector: `${RUN_LABEL}=${run}` }
  for (const cluster of options.clusters) {
    const left = await cluster.list('v1', 'ConfigMap', where, signal)
    for (const object of left.ok ? left.objects : []) {
      const name = textField(objectField(object, 'metadata'), 'name') ?? ''
      const metadata = { name, namespace: options.namespace }
      await cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, signal)
    }
  }
}
