import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import type { LoadRunner, MeasuredOverhead, PerfCheckOptions } from '../../perf/check/run-perf-check.ts'
import { outsideRunner } from '../../perf/engines/run-engine.ts'
import { meshMarkOf } from '../../perf/formats/meshmark.ts'
import type { LoadResult, RunEnvironment } from '../../perf/load/load-result.ts'
import { overheadFromPrometheus, ownQueries, type UsageScope } from '../../perf/metrics/measure-overhead.ts'
import type { MeshProvider } from '../../providers/contract.ts'
import { findProvider } from '../../providers/registry.ts'
import type { Target } from '../../targets/contract.ts'
import type { CommandIo } from '../command-io.ts'
import { clusterOverhead } from './cluster-overhead.ts'

/** What a run of a check is given besides the check. */
export interface CheckContext {
  readonly environment: RunEnvironment
  readonly baseline: readonly LoadResult[]
  /** Where a trouble that does not end the run is said. */
  readonly warn: (text: string) => void
  /** Puts the load on, when neither this process nor an installed engine does. */
  readonly runner?: LoadRunner
  /** The cluster of the check, connected when it is asked for. */
  readonly target?: () => Promise<Target | undefined>
}

type OverheadOptions = Pick<PerfCheckOptions, 'prepare' | 'overhead'>

/** What `runPerfCheck` needs for a check: the engine it names, its baseline, and where the use of processor and memory is asked. */
export async function checkOptions(
  io: CommandIo,
  check: PerfCheckSpec,
  context: CheckContext,
): Promise<Pick<PerfCheckOptions, 'environment' | 'baseline' | 'runner'> & OverheadOptions> {
  const engine = check.written.engine
  const runner =
    context.runner ?? (engine === undefined || engine === 'meshform' ? undefined : outsideRunner(engine, io.env.PATH ?? ''))
  return {
    environment: context.environment,
    ...(context.baseline.length === 0 ? {} : { baseline: context.baseline }),
    ...(runner === undefined ? {} : { runner }),
    ...withMeshMark(await overheadOptions(io, check, context), check),
  }
}

async function overheadOptions(io: CommandIo, check: PerfCheckSpec, context: CheckContext): Promise<OverheadOptions> {
  const asked = check.written.overhead
  if (asked === undefined) return {}
  const warn = (text: string): void => context.warn(`${check.name}: ${text}`)
  const mesh = asked.mesh ?? context.environment.mesh
  const { provider } = findProvider(mesh ?? '')
  const scope = { namespace: asked.namespace ?? 'default', workload: asked.workload ?? hostOf(check.written.target) }
  const url = asked.prometheus
  if (url !== undefined && (asked.source ?? 'prometheus') === 'prometheus') {
    const queries = asked.queries ?? {}
    if (provider === undefined && Object.keys(queries).length === 0) {
      if (mesh !== 'none') warn(unknownMesh(mesh))
      return {}
    }
    return { overhead: (window) => byPrometheus(io, { url, provider, scope, queries, window, warn }) }
  }
  if (mesh === 'none') return {}
  const target = await context.target?.()
  if (provider === undefined || target === undefined) {
    warn(provider === undefined ? unknownMesh(mesh) : 'overhead is not measured: no cluster is connected')
    return {}
  }
  const source = asked.source === 'prometheus' ? undefined : asked.source
  const cluster = await clusterOverhead(target, source, provider.metrics, scope, io.signal, warn)
  return { prepare: cluster.prepare, overhead: cluster.measure }
}

/** The same, with MeshMark's figures where the check says what the nodes have. */
function withMeshMark(options: OverheadOptions, check: PerfCheckSpec): OverheadOptions {
  const { overhead } = options
  const capacity = check.written.overhead?.capacity
  if (overhead === undefined || capacity === undefined) return options
  return {
    ...options,
    overhead: async (window) => {
      const measured = await overhead(window)
      const uses = [measured.dataplane, measured.controlplane].filter((use) => use !== undefined)
      return uses.length === 0 ? measured : { ...measured, meshMark: meshMarkOf(uses, capacity) }
    },
  }
}

function unknownMesh(mesh: string | undefined): string {
  return `overhead is not measured: ${mesh === undefined ? 'no mesh is named' : `there is no mesh ${mesh}`}`
}

interface PrometheusRequest {
  readonly url: string
  readonly provider: MeshProvider | undefined
  readonly scope: UsageScope
  readonly queries: Readonly<Record<string, string>>
  readonly window: { readonly from: number; readonly to: number }
  readonly warn: (text: string) => void
}

async function byPrometheus(io: CommandIo, request: PrometheusRequest): Promise<MeasuredOverhead> {
  const { url, provider, scope, queries, window, warn } = request
  const source = { url, token: io.env.MESHFORM_PROMETHEUS_TOKEN }
  const planes =
    provider === undefined ? undefined : await overheadFromPrometheus(source, provider.metrics, scope, window, io.signal)
  const own = await ownQueries(source, queries, scope, window, io.signal)
  for (const problem of [...(planes?.problems ?? []), ...own.problems]) warn(problem)
  return { ...planes?.overhead, ...(Object.keys(own.metrics).length === 0 ? {} : { metrics: own.metrics }) }
}

/** The first label of a target's host: a Service is mostly called like its workload. */
function hostOf(target: string): string {
  return URL.canParse(target) ? (new URL(target).hostname.split('.')[0] ?? '') : ''
}
