import { randomBytes } from 'node:crypto'
import type { Design } from '../../design/design.ts'
import { SANDBOX_CLUSTER } from '../../design/design.ts'
import { connectAll, disconnectAll } from '../../engine/connect.ts'
import type { Connection } from '../../engine/refresh.ts'
import { parseDuration } from '../../perf/check/duration.ts'
import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import type { LoadRunner } from '../../perf/check/run-perf-check.ts'
import { distributedRunner, type JobCluster } from '../../perf/distributed/run-jobs.ts'
import { EngineProblem } from '../../perf/engines/run-engine.ts'
import { objectKeyOf } from '../../plan/manifest.ts'
import type { Target } from '../../targets/contract.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { targetOpeners } from '../open-targets.ts'
import { VERSION } from '../version.ts'

/** Field manager of what runs make for themselves; it is deleted with the run. */
const FIELD_MANAGER = 'meshform-perf'
const READY_TIMEOUT_SECONDS = 120

/** A target as a distributed run uses it. */
export function jobCluster(target: Target): JobCluster {
  return {
    name: target.cluster,
    apply: async (manifest, signal) => {
      const answer = await target.apply(manifest, { fieldManager: FIELD_MANAGER, force: true, dryRun: false, signal })
      return answer.ok ? undefined : answer.error.message
    },
    list: async (apiVersion, kind, where, signal) => {
      const answer = await target.list({ apiVersion, kind, ...where }, signal)
      return answer.ok ? { ok: true, objects: answer.value } : { ok: false, problem: answer.error.message }
    },
    delete: async (manifest, signal) => {
      const key = objectKeyOf(target.cluster, manifest)
      const answer = await target.delete(key, manifest.apiVersion, { propagation: 'Background', signal })
      return answer.ok || answer.error.kind === 'not-found' ? undefined : answer.error.message
    },
  }
}

/** The target of a connection, if it is one. */
export function targetOf(connection: Connection | undefined): Target | undefined {
  return connection?.kind === 'connected' ? connection.target : undefined
}

/** The runner of a check that is run from inside clusters; undefined for one that is not. */
export function clusterRunner(
  check: PerfCheckSpec,
  home: string,
  connections: ReadonlyMap<string, Connection>,
  note: (text: string) => void,
): LoadRunner | undefined {
  const asked = check.written.distributed
  if (asked === undefined) return undefined
  const names = asked.clusters ?? [home]
  return async (spec, options) => {
    const clusters = await Promise.all(names.map((name) => clusterNamed(name, connections, options.signal)))
    const run = distributedRunner({
      clusters,
      namespace: asked.namespace ?? 'default',
      image: asked.image ?? `meshform/meshform:${VERSION}`,
      command: asked.command ?? ['meshform', 'perf', 'worker'],
      workers: asked.workers ?? 1,
      labels: asked.labels ?? {},
      placement: asked,
      readyTimeoutMs: (parseDuration(asked.timeout ?? '') ?? READY_TIMEOUT_SECONDS) * 1000,
      newRunName: () => `meshform-perf-${randomBytes(5).toString('hex')}`,
      now: Date.now,
      note,
    })
    return run(spec, options)
  }
}

/** A connected cluster that may run pods; known by its context where that stands in for the sandbox. */
async function clusterNamed(
  name: string,
  connections: ReadonlyMap<string, Connection>,
  signal: AbortSignal,
): Promise<JobCluster> {
  const connection = connections.get(name)
  if (connection?.kind !== 'connected')
    throw new EngineProblem(`Cluster ${name} is not there: ${connection?.reason ?? 'the design does not name it'}.`)
  const described = await connection.target.describe(signal)
  if (!described.ok) throw new EngineProblem(`${name}: ${described.error.message}`)
  const { kind, server, context } = described.value
  // A sandbox that is served may have its pods from elsewhere; the one inside this process has none.
  if (kind === 'sandbox' && !server.startsWith('http'))
    throw new EngineProblem('The sandbox runs no pods: name a cluster in the design, or one of the kubeconfig with `--context`.')
  return { ...jobCluster(connection.target), name: name === SANDBOX_CLUSTER ? (context ?? name) : name }
}

/** Clusters that are connected when the first check needs them, and closed at the end. */
export class LazyClusters {
  readonly #io: CommandIo
  readonly #options: RunOptions
  readonly #design: Design | undefined
  #connections: Promise<ReadonlyMap<string, Connection>> | undefined

  constructor(io: CommandIo, options: RunOptions, design: Design | undefined) {
    this.#io = io
    this.#options = options
    this.#design = design
  }

  /** Every cluster of the design, or the one that the options name. */
  connect(): Promise<ReadonlyMap<string, Connection>> {
    this.#connections ??= this.#open()
    return this.#connections
  }

  async #open(): Promise<ReadonlyMap<string, Connection>> {
    const { context, kubeconfig } = this.#options
    const names = this.#design === undefined ? [] : [...this.#design.clusters.keys()]
    const opened = await connectAll(
      names.length === 0 ? [SANDBOX_CLUSTER] : names,
      this.#design,
      targetOpeners(this.#io),
      { offline: false, context, kubeconfig },
      this.#io.signal,
    )
    return opened.connections
  }

  async close(): Promise<void> {
    if (this.#connections !== undefined) await disconnectAll(await this.#connections)
  }
}
