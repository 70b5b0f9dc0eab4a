import type { PerfCheckSpec } from '../../perf/check/read-perf-check.ts'
import type { LoadRunner, MeasuredOverhead, PerfCheckOptions } from '../../perf/check/run-perf-check.ts'
import { outsideRunner } from '../../perf/engines/run-engine.ts'
import type { LoadResult, RunEnvironment } from '../../perf/load/load-result.ts'
import { overheadFromPrometheus, ownQueries } from '../../perf/metrics/measure-overhead.ts'
import { findProvider } from '../../providers/registry.ts'
import type { CommandIo } from '../command-io.ts'

/** What a run of a check is given besides the check. */
export interface CheckContext {
  readonly environment: RunEnvironment
  readonly baseline: readonly LoadResult[]
  /** Where a trouble that does not end the run is said. */
  readonly warn: (text: string) => void
  /** Puts the load on, when neither this process nor an installed engine does. */
  readonly runner?: LoadRunner
}

/** What `runPerfCheck` needs for a check: the engine it names, its baseline, and where the use of processor and memory is asked. */
export function checkOptions(
  io: CommandIo,
  check: PerfCheckSpec,
  context: CheckContext,
): Pick<PerfCheckOptions, 'environment' | 'baseline' | 'runner' | 'overhead'> {
  const engine = check.written.engine
  const runner =
    context.runner ?? (engine === undefined || engine === 'meshform' ? undefined : outsideRunner(engine, io.env.PATH ?? ''))
  const overhead = overheadSource(io, check, context)
  return {
    environment: context.environment,
    ...(context.baseline.length === 0 ? {} : { baseline: context.baseline }),
    ...(runner === undefined ? {} : { runner }),
    ...(overhead === undefined ? {} : { overhead }),
  }
}

function overheadSource(
  io: CommandIo,
  check: PerfCheckSpec,
  context: CheckContext,
): ((window: { readonly from: number; readonly to: number }) => Promise<MeasuredOverhead>) | undefined {
  const asked = check.written.overhead
  if (asked?.prometheus === undefined) return undefined
  const mesh = asked.mesh ?? context.environment.mesh
  const { provider } = findProvider(mesh ?? '')
  const queries = asked.queries ?? {}
  if (provider === undefined && Object.keys(queries).length === 0) {
    context.warn(
      `${check.name}: overhead is not measured: ${mesh === undefined ? 'no mesh is named' : `there is no mesh ${mesh}`}.`,
    )
    return undefined
  }
  const url = asked.prometheus
  return async (window) => {
    const scope = { namespace: asked.namespace ?? 'default', workload: asked.workload ?? hostOf(check.written.target) }
    const source = { url, token: io.env.MESHFORM_PROMETHEUS_TOKEN }
    const planes =
      provider === undefined ? undefined : await overheadFromPrometheus(source, provider.metrics, scope, window, io.signal)
    const own = await ownQueries(source, queries, scope, window, io.signal)
    for (const problem of [...(planes?.problems ?? []), ...own.problems]) context.warn(`${check.name}: ${problem}`)
    return { ...planes?.overhead, ...(Object.keys(own.metrics).length === 0 ? {} : { metrics: own.metrics }) }
  }
}

/** The first label of a target's host: a Service is mostly called like its workload. */
function hostOf(target: string): string {
  return URL.canParse(target) ? (new URL(target).hostname.split('.')[0] ?? '') : ''
}
