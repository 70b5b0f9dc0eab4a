import type { PerfCheckResult } from '../check/run-perf-check.ts'

/** Checks as a JUnit report: a suite for each check, a case for each threshold, the comparison and the validity of the run. */
export function writeJunit(checks: readonly PerfCheckResult[]): string {
  const suites = checks.map(suiteOf)
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0)
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="meshform perf" tests="${tests}" failures="${failures}">`,
    ...suites.flatMap((suite) => suite.lines),
    '</testsuites>',
    '',
  ].join('\n')
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly lines: readonly string[]
}

interface Case {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly message: string
}

function suiteOf(check: PerfCheckResult): Suite {
  const cases = casesOf(check)
  const failures = cases.filter((one) => one.outcome === 'failed').length
  const skipped = cases.filter((one) => one.outcome === 'skipped').length
  const { result } = check
  const properties = {
    target: result.target,
    rate: String(result.achievedRate),
    p50: String(result.latency.p50),
    p99: String(result.latency.p99),
    errors: String(result.errors),
    ...result.environment,
  }
  return {
    tests: cases.length,
    failures,
    lines: [
      `  <testsuite name="${escapeXml(check.name)}" tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${result.elapsedSeconds}" timestamp="${escapeXml(result.startedAt)}">`,
      '    <properties>',
      ...Object.entries(properties).map(
        ([name, value]) => `      <property name="${escapeXml(name)}" value="${escapeXml(value ?? '')}"/>`,
      ),
      '    </properties>',
      ...cases.flatMap((one) => caseLines(check.name, one)),
      '  </testsuite>',
    ],
  }
}

function casesOf(check: PerfCheckResult): Case[] {
  const { result, comparison } = check
  return [
    { name: 'the run is valid', outcome: result.valid ? 'passed' : 'failed', message: result.invalidReasons.join('; ') },
    ...check.thresholds.map(({ text, outcome, left, right, note }): Case => {
      const sides = left === undefined || right === undefined ? '' : `${left} against ${right}`
      return {
        name: text,
        outcome: outcome === 'unmeasured' ? 'failed' : outcome,
        message: [sides, note ?? ''].filter((part) => part !== '').join('; '),
      }
    }),
    ...(comparison === undefined
      ? []
      : [
          {
            name: 'no regression against the baseline',
            outcome:
              comparison.verdict === 'regression' || comparison.verdict === 'invalid'
                ? ('failed' as const)
                : comparison.verdict === 'inconclusive'
                  ? ('skipped' as const)
                  : ('passed' as const),
            message: [comparison.verdict, ...comparison.problems].join('; '),
          },
        ]),
  ]
}

function caseLines(suite: string, one: Case): string[] {
  const open = `    <testcase classname="perf.${escapeXml(suite)}" name="${escapeXml(one.name)}"`
  if (one.outcome === 'passed') return [`${open}/>`]
  const inner =
    one.outcome === 'failed' ? `<failure message="${escapeXml(one.message)}"/>` : `<skipped message="${escapeXml(one.message)}"/>`
  return [`${open}>`, `      ${inner}`, '    </testcase>']
}

/** Text as XML holds it in attributes and content; control characters, which XML has no way to write, are replaced. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
