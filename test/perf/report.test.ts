import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { fromRecord } from '../../src/perf/check/perf-record.ts'
import type { PerfCheckResult } from '../../src/perf/check/run-perf-check.ts'
import { htmlReport } from '../../src/perf/report/html-report.ts'
import { markdownReport } from '../../src/perf/report/markdown-report.ts'
import { terminalReport } from '../../src/perf/report/terminal-report.ts'
import { COMPARISON_DEFAULTS, compareTrials } from '../../src/perf/statistics/compare-trials.ts'
import { installed } from './binaries.ts'
import { resultWith } from './sample-result.ts'

const LATENCIES = Array.from({ length: 1000 }, (_, index) => 1 + (index * 99) / 999)

function sample(): PerfCheckResult {
  const overTime = Array.from({ length: 10 }, (_, second) => ({
    second,
    requests: 100,
    errors: second === 5 ? 2 : 0,
    p50: 50 + second,
    p99: 99,
    max: 100,
  }))
  const result = resultWith(LATENCIES, {
    name: 'reviews <script>alert(1)</script>',
    overTime,
    errors: 2,
    failures: { timeout: 2 },
    failureExamples: { timeout: 'no answer within 10 s' },
  })
  const slower = Array.from({ length: 5 }, () => resultWith(LATENCIES.map((latency) => latency * 1.5)))
  const before = Array.from({ length: 5 }, () => resultWith(LATENCIES))
  return {
    ...fromRecord(result),
    verdict: 'failed',
    reasons: ['`p99 < 50ms` does not hold: 99ms against 50ms.'],
    thresholds: [{ text: 'p99 < 50ms', outcome: 'failed', left: '99ms', right: '50ms', margin: 0.98, note: undefined }],
    comparison: compareTrials(before, slower, COMPARISON_DEFAULTS),
    overhead: { dataplane: { cpu: 0.5, memory: 104_857_600 }, controlplane: { cpu: 0.1, memory: 209_715_200 } },
  }
}

test('the page needs nothing from elsewhere and shows what the check found', () => {
  const html = htmlReport([{ check: sample(), baseline: resultWith(LATENCIES) }], 'Perf & checks')
  expect(html).not.toMatch(/<script|src=|href="(?!#)|url\(|@import/)
  expect(html).toContain('reviews &lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).toContain("default-src 'none'")
  for (const id of ['distribution-0', 'time-0', 'rate-0']) expect(html).toContain(`<figure id="${id}">`)
  for (const line of ['latency', 'service time', 'baseline', 'p50', 'p99', 'errors'])
    expect(html).toContain(`data-line="${line}"`)
  expect(html).not.toMatch(/NaN|Infinity|undefined/)
  expect(html).toContain('<li><code>p99 &lt; 50ms</code> does not hold: 99ms against 50ms.</li>')
  expect(html.match(/<(table|section|svg|figure)/g)?.length).toBe(html.match(/<\/(table|section|svg|figure)>/g)?.length)
})

test('the page is drawn by a real browser, without a word in its console', { timeout: 60_000 }, async () => {
  const program = await installed(['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'])
  if (program === undefined) return
  const folder = await mkdtemp(join(tmpdir(), 'meshform-report-'))
  try {
    const page = join(folder, 'report.html')
    await writeFile(page, htmlReport([{ check: sample(), baseline: resultWith(LATENCIES) }], 'Perf-checks'))
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', `--user-data-dir=${folder}/profile`]
    const run = promisify(execFile)
    const dom = await run(program, [...flags, '--dump-dom', `file://${page}`], { timeout: 40_000, maxBuffer: 1 << 26 })
    expect(dom.stdout).toContain('<figure id="distribution-0">')
    expect(dom.stdout.match(/<polyline/g)?.length).toBe(8)
    expect(dom.stderr).not.toMatch(/CONSOLE/)
    const picture = join(folder, 'report.png')
    await run(program, [...flags, `--screenshot=${picture}`, '--window-size=1000,2400', `file://${page}`], { timeout: 40_000 })
    // A blank page of this size is a few kilobytes.
    expect((await readFile(picture)).length).toBeGreaterThan(30_000)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('Markdown for a pull request says the verdict first and breaks no table', () => {
  const markdown = markdownReport([sample()])
  expect(markdown.split('\n')[0]).toBe('### ❌ 1 of 1 perf-checks did not pass')
  expect(markdown).not.toContain('<script>')
  const tables = markdown.split('\n').filter((line) => line.startsWith('|'))
  for (const line of tables) expect(line.endsWith('|')).toBe(true)
  expect(markdown).toContain('| `p99 < 50ms` | failed | 99ms | 50ms |')
  expect(markdown).toContain('**regression**')
  expect(markdown).toContain('| data plane | 0.5 | 5 | 100 MiB |')
})

test('the terminal report of a run', () => {
  expect(terminalReport({ ...sample(), comparison: undefined })).toMatchInlineSnapshot(`
    "reviews <script>alert(1)</script>  http://reviews.shop:9080/reviews/1
      http1, open loop, 100/s planned, 4 connections, 10 s

      1,002 requests, 2 errors (0.2 %), 100/s achieved, 195 KiB received
        timeout 2  no answer within 10 s

                       min      p50      p90     p99    p99.9     max
      latency         1 ms  50.4 ms  90.1 ms   99 ms  99.9 ms  100 ms
      service time    1 ms  50.4 ms  90.1 ms   99 ms  99.9 ms  100 ms
      schedule lag  100 µs   100 µs   100 µs  100 µs   100 µs  100 µs
      95 % intervals: p50 47.4 ms to 53.6 ms, p99 98.3 ms to 99.8 ms, p99.9 not resolvable (3,842 needed)

      ≤ 1.78 ms  █                                           8
      ≤ 3.16 ms  ██                                         14
      ≤ 5.63 ms  ███                                        25
      ≤ 10 ms    ████                                       44
      ≤ 17.8 ms  ████████                                   79
      ≤ 31.6 ms  █████████████                             140
      ≤ 56.3 ms  ███████████████████████                   248
      ≤ 100 ms   ████████████████████████████████████████  442

      ✗ p99 < 50ms  99ms against 50ms

      data plane: 0.5 cores, 100 MiB, 5 cores per 1,000/s
      control plane: 0.1 cores, 200 MiB, 1 cores per 1,000/s

    failed:
      \`p99 < 50ms\` does not hold: 99ms against 50ms.
    "
  `)
})
