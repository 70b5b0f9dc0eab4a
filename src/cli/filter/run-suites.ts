import { SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import type { FilterSuite } from '../../filters/test/filter-suite.ts'
import { runFilterTests, type TestResult } from '../../filters/test/run-filter-tests.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { plural, printable, styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'

/** A suite, of filters or of a design, and how its tests went. */
export interface SuiteResult {
  readonly suite: Pick<FilterSuite, 'name' | 'diagnostics'>
  readonly results: readonly TestResult[]
}

/** Runs suites one after the other and shows how they went. The exit code is 1 when one has a mistake or a test fails. */
export async function runSuites(
  io: CommandIo,
  suites: readonly FilterSuite[],
  options: { readonly json?: boolean; readonly only?: string },
  before: readonly SuiteResult[] = [],
): Promise<void> {
  const outcomes: SuiteResult[] = [...before]
  if (options.json !== true) for (const { suite, results } of before) show(io, suite, results)
  const wanted = (name: string): boolean => options.only === undefined || name.includes(options.only)
  for (const suite of suites) {
    const tests = suite.tests.filter((test) => wanted(test.name))
    const runnable = !hasErrors(suite.diagnostics)
    const results = runnable ? await runFilterTests(suite.filters, tests, () => new SandboxedBench({ signal: io.signal })) : []
    outcomes.push({ suite, results })
    if (options.json !== true) show(io, suite, results)
  }
  const results = outcomes.flatMap((outcome) => outcome.results)
  const failed = results.filter((result) => !result.passed).length
  const broken = outcomes.some(({ suite }) => hasErrors(suite.diagnostics))
  if (failed > 0 || broken) io.setExitCode(1)
  const passed = results.length - failed
  if (options.json === true) {
    const report = {
      format_version: '1.0',
      passed,
      failed,
      suites: outcomes.map(({ suite, results: tests }) => ({ name: suite.name, diagnostics: suite.diagnostics, tests })),
    }
    io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    return
  }
  io.stdout.write(`\n${plural(passed, 'test')} passed, ${failed} failed.\n`)
}

function show(io: CommandIo, suite: SuiteResult['suite'], results: readonly TestResult[]): void {
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  io.stdout.write(`${colors.bold(suite.name)}\n`)
  terminalView(io).diagnostics(suite.diagnostics)
  for (const result of results) {
    io.stdout.write(`  ${result.passed ? colors.green('✓') : colors.red('✗')} ${result.name}\n`)
    for (const problem of result.problems) io.stdout.write(`      ${problem.what}: ${printable(problem.detail)}\n`)
    if (result.passed) continue
    for (const log of (result.observed?.logs ?? []).slice(-10))
      io.stdout.write(`      ${colors.dim(`log ${log.level}: ${printable(log.message.trimEnd())}`)}\n`)
  }
}
