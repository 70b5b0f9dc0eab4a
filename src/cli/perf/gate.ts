import { lookup } from 'node:dns/promises'
import type { ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import type { ApplyResult } from '../../engine/apply.ts'
import type { Emit } from '../../engine/events.ts'
import type { Connection } from '../../engine/refresh.ts'
import { expandMatrix } from '../../perf/check/matrix.ts'
import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import { comparedTrials, type RecordedRuns, withRun } from '../../perf/check/recorded-runs.ts'
import { type PerfCheckEvent, type PerfCheckResult, runPerfCheck } from '../../perf/check/run-perf-check.ts'
import { EngineProblem } from '../../perf/engines/run-engine.ts'
import { quantileMilliseconds } from '../../perf/load/histogram.ts'
import { milliseconds, perSecond } from '../../perf/report/format-number.ts'
import { progressLine } from '../../perf/report/terminal-report.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Plan, PlanContent } from '../../plan/plan.ts'
import type { CommandIo } from '../command-io.ts'
import { checkOptions } from './check-run.ts'
import { readDesignCheck } from './design-check-reader.ts'
import { designEnvironment } from './design-environment.ts'
import { clusterRunner, targetOf } from './distributed.ts'
import { runEnvironment } from './run-environment.ts'

/** What the checks of an apply need. */
export interface GateRequest {
  readonly design: Design
  readonly plan: Plan
  readonly result: ApplyResult
  /** The clusters as they are connected, for checks that are run from inside them. */
  readonly connections: ReadonlyMap<string, Connection>
  /** Files that a plan carries for its checks. */
  readonly files: PlanContent['files']
  /** What the state keeps of earlier runs. */
  readonly runs: RecordedRuns
  readonly emit: Emit
  readonly diagnose: (diagnostic: Diagnostic) => void
  /** Addresses of the checks to run; all of the plan by default. */
  readonly only?: ReadonlySet<string>
  /** Addresses of checks that judge a step of a rollout. */
  readonly rollout?: ReadonlySet<string>
}

/** What the checks of an apply said. */
export interface GateResult {
  readonly passed: boolean
  /** True when a failed check asks for what the apply changed to be put back. */
  readonly restore: boolean
  readonly runs: RecordedRuns
  /** Verdicts by address; skipped checks have none. */
  readonly verdicts: ReadonlyMap<string, PerfCheckResult['verdict']>
}

/**
 * Runs the perf-checks of a plan, one after another so that they don't disturb each other, each when what it measures has been
 * applied. A check that fails or can't be judged gates the apply, unless it only warns.
 */
export async function runGate(io: CommandIo, request: GateRequest): Promise<GateResult> {
  const verdicts = new Map<string, PerfCheckResult['verdict']>()
  let { runs } = request
  let passed = true
  let restore = false
  const environment = request.plan.checks.length === 0 ? {} : await runEnvironment(io, [])
  for (const planned of request.plan.checks) {
    const { address } = planned
    if (request.only !== undefined && !request.only.has(address)) continue
    const component = request.design.components.find(
      (one): one is ComponentOf<'perfChecks'> => one.section === 'perfChecks' && one.address === address,
    )
    if (component === undefined) continue
    const why = await skippedBecause(io, request, planned.dependencies, component)
    if (why !== undefined) {
      request.diagnose(skipped(component, why))
      continue
    }
    const check = await readCheck(io, request, component)
    if (check === undefined) {
      passed = false
      continue
    }
    for (const { check: cell } of expandMatrix(check)) {
      request.emit({ type: 'check-start', address })
      const runner = clusterRunner(cell, component.cluster, request.connections, (text) =>
        request.emit({ type: 'check-progress', address, progress: { text } }),
      )
      const context = {
        ...(runner === undefined ? {} : { runner }),
        target: async () => targetOf(request.connections.get(component.cluster)),
        environment: { ...environment, ...designEnvironment(request.design, address), ...cell.written.environment },
        baseline: comparedTrials(runs, cell.name, cell.baseline),
        warn: (text: string) => request.diagnose({ severity: 'warning', code: 'MF7014', summary: text, address }),
      }
      const outcome = await measure(io, cell, context, request.emit)
      if ('problem' in outcome) {
        request.emit({ type: 'check-complete', address, passed: false, summary: outcome.problem })
        request.diagnose(unusable(component, outcome.problem))
        passed = false
        break
      }
      if (io.signal.aborted) {
        request.emit({ type: 'check-complete', address, passed: false, summary: 'interrupted' })
        request.diagnose(unfinished(component))
        verdicts.set(address, worse(verdicts.get(address), 'invalid'))
        passed = false
        break
      }
      runs = withRun(runs, outcome)
      verdicts.set(address, worse(verdicts.get(address), outcome.verdict))
      const good = outcome.verdict === 'passed'
      const named = cell.name === check.name ? '' : `${cell.name}: `
      request.emit({ type: 'check-complete', address, passed: good, summary: `${named}${summaryOf(outcome)}` })
      if (good) continue
      const stepping = request.rollout?.has(address) === true && check.onFail !== 'rollback'
      request.diagnose(failure(component, outcome, check.onFail, stepping ? 'The traffic goes back to where it was.' : undefined))
      if (check.onFail !== 'warn') passed = false
      if (check.onFail === 'rollback' && !io.signal.aborted) restore = true
    }
  }
  return { passed, restore, runs, verdicts }
}

/** The verdict of several cells: the worst of them. */
function worse(before: PerfCheckResult['verdict'] | undefined, now: PerfCheckResult['verdict']): PerfCheckResult['verdict'] {
  if (before === 'failed' || now === 'failed') return 'failed'
  return before === 'invalid' || now === 'invalid' ? 'invalid' : 'passed'
}

async function readCheck(
  io: CommandIo,
  request: GateRequest,
  component: ComponentOf<'perfChecks'>,
): Promise<PerfCheckSpec | undefined> {
  const read = await readDesignCheck(io, request.design, component, request.files)
  if (read.ok) return read.check
  for (const diagnostic of read.diagnostics) request.diagnose(diagnostic)
  return undefined
}

async function measure(
  io: CommandIo,
  check: PerfCheckSpec,
  context: Parameters<typeof checkOptions>[2],
  emit: Emit,
): Promise<PerfCheckResult | { readonly problem: string }> {
  const address = check.address
  try {
    return await runPerfCheck(check, {
      signal: io.signal,
      clock: Date.now,
      onProgress: (event) => {
        const text = progressText(event)
        if (text !== undefined) emit({ type: 'check-progress', address, progress: { text } })
      },
      ...(await checkOptions(io, check, context)),
    })
  } catch (error) {
    if (error instanceof EngineProblem) return { problem: error.message }
    throw error
  }
}

function progressText(event: PerfCheckEvent): string | undefined {
  switch (event.kind) {
    case 'trial':
      return event.trials > 1 ? `trial ${event.trial} of ${event.trials}` : undefined
    case 'step':
      return `${perSecond(event.step.rate)} ${event.step.outcome}`
    case 'progress': {
      const { elapsed, answered, errors, recent } = event.progress
      return progressLine({
        elapsed,
        answered,
        errors,
        p50: quantileMilliseconds(recent, 0.5),
        p99: quantileMilliseconds(recent, 0.99),
      })
    }
  }
}

/** Why a check can't be run, in words; undefined when it can. */
async function skippedBecause(
  io: CommandIo,
  request: GateRequest,
  dependencies: readonly string[],
  component: ComponentOf<'perfChecks'>,
): Promise<string | undefined> {
  if (io.signal.aborted) return 'the apply was interrupted'
  const { unfinished } = request.result
  const missing = dependencies.find((id) => unfinished.has(id))
  if (missing !== undefined || (dependencies.length === 0 && unfinished.size > 0)) return 'what it measures was not applied'
  const cluster = request.plan.clusters.find(({ name }) => name === component.cluster)
  if (cluster === undefined || cluster.kind !== 'sandbox') return undefined
  const { target } = component.spec
  const host = URL.canParse(target) ? new URL(target).hostname.replace(/^\[|\]$/g, '') : ''
  const found = await lookup(host).then(
    () => true,
    () => false,
  )
  return found ? undefined : `the sandbox runs no pods, so there is nothing at ${host}`
}

function skipped(component: ComponentOf<'perfChecks'>, why: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF7015',
    summary: `${component.address} was not run: ${why}`,
    address: component.address,
    location: component.location,
  }
}

/** A run that was stopped says nothing of what it measured. */
function unfinished(component: ComponentOf<'perfChecks'>): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF7015',
    summary: `${component.address} was not finished: the apply was interrupted`,
    address: component.address,
    location: component.location,
    hint: 'What was applied stays, unjudged. Run apply again to measure it.',
  }
}

function unusable(component: ComponentOf<'perfChecks'>, problem: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF7012',
    summary: `The load of ${component.address} can not be put on`,
    detail: problem,
    address: component.address,
    location: component.location,
    ...(component.spec.distributed === undefined ? { hint: 'Install it, or leave `engine` out: our own needs nothing.' } : {}),
  }
}

const WHAT_NOW = {
  fail: 'What was applied stays. Mend the cause and run apply again, or go back with the design of before.',
  warn: 'The check only warns, so the apply goes on.',
  rollback: 'What this apply changed is put back.',
} as const

function failure(
  component: ComponentOf<'perfChecks'>,
  check: PerfCheckResult,
  onFail: PerfCheckSpec['onFail'],
  hint: string = WHAT_NOW[onFail],
): Diagnostic {
  return {
    severity: onFail === 'warn' ? 'warning' : 'error',
    code: 'MF4008',
    summary: check.verdict === 'invalid' ? `${component.address} could not be judged` : `${component.address} failed`,
    detail: check.reasons.join(' '),
    address: component.address,
    location: component.location,
    hint,
  }
}

function summaryOf(check: PerfCheckResult): string {
  const { result, comparison } = check
  const telling = comparison !== undefined && comparison.trials.candidate > 1
  const against = telling ? `, against the baseline: ${comparison.verdict}` : ''
  return `${check.verdict}: ${perSecond(result.achievedRate)}, p50 ${milliseconds(result.latency.p50)}, p99 ${milliseconds(result.latency.p99)}, ${result.errors} ${result.errors === 1 ? 'error' : 'errors'}${against}`
}
