import type { JsonObject } from '../../plan/json.ts'
import type { BenchSetup, BenchState } from '../bench/bench-session.ts'
import { type BenchLauncher, describeSandboxProblem, type SandboxedBench, type SandboxResult } from '../bench/sandboxed-bench.ts'
import { describeFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import { checkExpectation, type StepObservation, type TestProblem } from './check-expectation.ts'
import type { FilterTest, TestStep } from './filter-test.ts'
import {
  calloutRules,
  configurationBytes,
  connectionSteps,
  millisecondsOf,
  requestMessage,
  responseMessage,
} from './test-messages.ts'

/** How one test went. */
export interface TestResult {
  readonly name: string
  readonly passed: boolean
  readonly problems: readonly TestProblem[]
  /** What the last step did, for those who want to see it. */
  readonly observed?: StepObservation
}

/** Where the clock of a test starts that doesn't say. */
const defaultTime = Date.UTC(2026, 0, 1)

/**
 * Runs tests over a chain of filters, each test on filters freshly started. One thread serves them all, and a new one after a
 * filter had to be stopped. Never rejects, whatever a filter does.
 */
export async function runFilterTests(
  filters: readonly FilterSettings[],
  tests: readonly FilterTest[],
  launch: BenchLauncher,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = []
  let bench: SandboxedBench | undefined
  try {
    for (const test of tests) {
      bench ??= launch()
      const run = new TestRun(bench, filters, test)
      results.push(await run.run())
      if (!run.stopped) continue
      await bench.close()
      bench = undefined
    }
  } finally {
    await bench?.close()
  }
  return results
}

/** One test on its way. */
class TestRun {
  readonly #bench: SandboxedBench
  readonly #filters: readonly FilterSettings[]
  readonly #test: FilterTest
  /** The bench is over: a filter was stopped, or its thread died. */
  stopped = false

  constructor(bench: SandboxedBench, filters: readonly FilterSettings[], test: FilterTest) {
    this.#bench = bench
    this.#filters = filters
    this.#test = test
  }

  async run(): Promise<TestResult> {
    const { name } = this.#test
    const steps = this.#test.steps ?? [this.#test]
    const state = await this.#start(steps)
    if (typeof state === 'string') return failed(name, [{ what: 'start', detail: state }])
    const starts = steps.every((step) => step.expect?.starts !== false)
    const refused = state.startFailures.map(describeFailure)
    if (!starts || refused.length > 0) {
      if (!starts && refused.length === 0) return failed(name, [{ what: 'starts', detail: 'the filter took its configuration' }])
      const seen: StepObservation = {
        logs: state.logs,
        callouts: state.callouts,
        metrics: state.metrics,
        failures: state.startFailures,
      }
      if (starts) return { ...failed(name, [{ what: 'start', detail: refused.join('; ') }]), observed: seen }
      const expected = steps.map((step) => step.expect ?? {}).at(-1) ?? {}
      const problems = checkExpectation({ ...expected, outcome: 'failed', request: {}, response: {} }, seen)
      return done(
        name,
        problems.filter((problem) => problem.what !== 'outcome'),
        seen,
      )
    }
    const problems: TestProblem[] = []
    let observed: StepObservation | undefined
    let before: Pick<BenchState, 'logs' | 'callouts'> = state
    for (const [index, step] of steps.entries()) {
      const seen = await this.#step(step, before)
      const prefix = this.#test.steps === undefined ? '' : `steps[${index}].`
      if (typeof seen === 'string') return failed(name, [...problems, { what: `${prefix}run`, detail: seen }])
      observed = seen
      before = { logs: [], callouts: [] }
      problems.push(...checkExpectation(step.expect ?? {}, seen).map((problem) => ({ ...problem, what: prefix + problem.what })))
    }
    return done(name, problems, observed)
  }

  async #start(steps: readonly TestStep[]): Promise<BenchState | string> {
    const { config, environment, properties, clusters, callouts, time } = this.#test
    const network = steps.some((step) => step.connection !== undefined)
    const filters = this.#filters.map((settings, index) => ({
      ...settings,
      ...(index === 0 && config !== undefined ? { configuration: configurationBytes(config) } : {}),
      ...(environment === undefined ? {} : { environment: { ...settings.environment, ...environment } }),
      ...(network ? { kind: 'network' as const } : {}),
    }))
    const parsed = time === undefined ? defaultTime : Date.parse(time)
    const setup: BenchSetup = {
      filters,
      properties: (properties ?? {}) as JsonObject, // YAML gives nothing that is not JSON
      callouts: calloutRules(callouts ?? []),
      foreignFunctions: {},
      logLevel: 0,
      startMilliseconds: Number.isNaN(parsed) ? defaultTime : parsed,
      ...(clusters === undefined ? {} : { clusters }),
    }
    const result = await this.#bench.send({ op: 'start', setup })
    if (!result.ok) return this.#problem(result)
    return result.reply.kind === 'state' ? result.reply.state : 'the bench gave no state'
  }

  #problem(result: SandboxResult & { readonly ok: false }): string {
    this.stopped = true
    return describeSandboxProblem(result.problem)
  }

  /** Carries a step out; `before` is what was logged and called since the step before. */
  async #step(step: TestStep, before: Pick<BenchState, 'logs' | 'callouts'>): Promise<StepObservation | string> {
    let { logs, callouts } = before
    const wait = millisecondsOf(step.after)
    if (wait > 0) {
      const advanced = await this.#bench.send({ op: 'advance', milliseconds: wait })
      if (!advanced.ok) return this.#problem(advanced)
      if (advanced.reply.kind === 'state') {
        logs = [...logs, ...advanced.reply.state.logs]
        callouts = [...callouts, ...advanced.reply.state.callouts]
      }
    }
    if (step.shutdown === true) return this.#shutdown({ logs, callouts })
    let seen: StepObservation | undefined
    for (let round = 0; round < (step.repeat ?? 1); round += 1) {
      const result =
        step.connection === undefined
          ? await this.#bench.send({ op: 'run', request: requestMessage(step.request), upstream: responseMessage(step.response) })
          : await this.#bench.send({ op: 'connect', steps: connectionSteps(step.connection) })
      if (!result.ok) return this.#problem(result)
      if (result.reply.kind !== 'report' && result.reply.kind !== 'connection') return 'the bench gave no report'
      const { kind, report } = result.reply
      const { metrics, failures } = report
      seen = {
        ...(kind === 'report' ? { exchange: report } : { connection: report }),
        logs: [...logs, ...report.logs],
        callouts: [...callouts, ...(kind === 'report' ? report.callouts : [])],
        metrics,
        failures,
      }
      logs = []
      callouts = []
    }
    return seen ?? 'the step sends nothing'
  }

  async #shutdown(before: Pick<BenchState, 'logs' | 'callouts'>): Promise<StepObservation | string> {
    const result = await this.#bench.send({ op: 'shutdown' })
    if (!result.ok) return this.#problem(result)
    if (result.reply.kind !== 'state') return 'the bench gave no state'
    const { logs, callouts, metrics, failures } = result.reply.state
    if (failures.length > 0) return failures.join('; ')
    return { logs: [...before.logs, ...logs], callouts: [...before.callouts, ...callouts], metrics, failures: [] }
  }
}

function failed(name: string, problems: readonly TestProblem[]): TestResult {
  return { name, passed: false, problems }
}

function done(name: string, problems: readonly TestProblem[], observed: StepObservation | undefined): TestResult {
  return { name, passed: problems.length === 0, problems, ...(observed === undefined ? {} : { observed }) }
}
