import { HistogramLogReader } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { findChecks } from '../../src/perf/check/check-file.ts'
import { fromRecord, readRecord, toRecord } from '../../src/perf/check/perf-record.ts'
import { readPerfCheck } from '../../src/perf/check/read-perf-check.ts'
import type { PerfCheckResult } from '../../src/perf/check/run-perf-check.ts'
import { readFortio } from '../../src/perf/formats/fortio-read.ts'
import { writeFortio } from '../../src/perf/formats/fortio-write.ts'
import { writeHgrm, writeHlog } from '../../src/perf/formats/hdr-text.ts'
import { writeJunit } from '../../src/perf/formats/junit.ts'
import { meshMark, mueFigures } from '../../src/perf/formats/meshmark.ts'
import { metricFamilies } from '../../src/perf/formats/metric-samples.ts'
import { writeOpenMetrics, writePrometheusText } from '../../src/perf/formats/prometheus-text.ts'
import { readResults } from '../../src/perf/formats/read-results.ts'
import { snappyBlock } from '../../src/perf/formats/remote-write.ts'
import { readSmpResult } from '../../src/perf/formats/smp-result-read.ts'
import { SMP_DIALECTS, writeSmpResult, writeSmpTest } from '../../src/perf/formats/smp-write.ts'
import { histogramOf } from '../../src/perf/load/read-result.ts'
import { isJsonObject } from '../../src/plan/json.ts'
import { resultWith } from './sample-result.ts'

/** A thousand latencies from 1 to 100 ms. */
const LATENCIES = Array.from({ length: 1000 }, (_, index) => 1 + (index * 99) / 999)

function checkOf(result = resultWith(LATENCIES), changes: Partial<PerfCheckResult> = {}): PerfCheckResult {
  return { ...fromRecord(result), ...changes }
}

function within(actual: number, expected: number, share: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(expected * share)
}

async function specOf(value: Record<string, unknown>) {
  const read = await readPerfCheck('check', value, async () => new Uint8Array(0))
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  return read.check
}

describe('our own JSON', () => {
  test('a record keeps everything a check found, through text and back', () => {
    const check = checkOf(undefined, {
      verdict: 'failed',
      reasons: ['`p99 < 50ms` does not hold: 99ms against 50ms.'],
      thresholds: [{ text: 'p99 < 50ms', outcome: 'failed', left: '99ms', right: '50ms', margin: 0.98, note: undefined }],
      overhead: { dataplane: { cpu: 0.5, memory: 1e8 } },
    })
    const read = readRecord(JSON.parse(JSON.stringify(toRecord(check))))
    expect(read.ok && fromRecord(read.record)).toEqual(check)
  })

  test('what is not a result is refused with the place', () => {
    const broken = { ...toRecord(checkOf()), requests: -1, surplus: true }
    const read = readRecord(JSON.parse(JSON.stringify(broken)))
    expect(read).toEqual({ ok: false, problems: expect.arrayContaining(['/requests must be >= 0']) })
  })
})

describe('fortio', () => {
  test('reads its JSON: seconds, nanoseconds, return codes', () => {
    const result = readFortio({
      RunType: 'HTTP',
      Labels: 'istio both',
      StartTime: '2026-01-02T03:04:05.5Z',
      RequestedQPS: '1000',
      RequestedDuration: '4m0s',
      ActualQPS: 999.5,
      ActualDuration: 240_000_000_000,
      NumThreads: 16,
      DurationHistogram: {
        Count: 4,
        Min: 0.001,
        Max: 0.0405,
        Data: [
          { Start: 0.001, End: 0.002, Percent: 75, Count: 3 },
          { Start: 0.04, End: 0.0405, Percent: 100, Count: 1 },
        ],
      },
      RetCodes: { '200': 3, '503': 1 },
      URL: 'https://fortioserver:8080/echo?size=1024',
    })
    expect(result).toMatchObject({
      engine: 'fortio',
      name: 'istio both',
      achievedRate: 999.5,
      elapsedSeconds: 240,
      requests: 4,
      errors: 1,
      failures: { status: 1 },
      statuses: { '200': 3, '503': 1 },
      load: { mode: 'open', rate: 1000, seconds: 240, connections: 16, tls: 'tls' },
      latency: { count: 4, max: 40.5 },
    })
    within(result?.latency.p99 ?? 0, 40.5, 0.01)
  })

  test('writes what it reads: figures come back within the resolution', () => {
    const written = writeFortio(resultWith(LATENCIES))
    expect(written).toMatchObject({ RunType: 'HTTP', RequestedQPS: '100', NumThreads: 4, RetCodes: { '200': 1000 } })
    const read = readFortio(written)
    const before = resultWith(LATENCIES)
    for (const name of ['p50', 'p90', 'p99', 'max'] as const) within(read?.latency[name] ?? 0, before.latency[name], 0.002)
    expect(read?.latency.count).toBe(1000)
  })

  test('reads it as Meshery keeps it', () => {
    const read = readResults(JSON.stringify({ meshery_id: 'x', runner_results: writeFortio(resultWith(LATENCIES)) }), 'a.json')
    expect(read.ok && read.records[0]?.engine).toBe('fortio')
  })
})

describe('SMP', () => {
  const file = `test:
  smp_version: v0.0.1
  name: Load Test
  labels: {}
  clients:
    - internal: false
      load_generator: fortio
      protocol: 1
      connections: 2
      rps: 10
      headers: {X-Team: shop}
      cookies: {session: abc}
      body: ''
      content_type: ''
      endpoint_urls: ['https://smp-spec.io']
  duration: 60s
mesh:
  type: 3
`

  test('the file in use is read', () => {
    const found = findChecks(file, 'load-test.yaml')
    expect(found.diagnostics).toEqual([])
    expect(found.checks.map(({ name, value }) => ({ name, value }))).toEqual([
      {
        name: 'Load Test',
        value: {
          target: 'https://smp-spec.io',
          protocol: 'http1',
          load: { rate: 10, duration: '60s', connections: 2 },
          headers: { 'X-Team': 'shop' },
          cookies: { session: 'abc' },
          environment: { mesh: 'istio' },
          engine: 'fortio',
        },
      },
    ])
  })

  test.each(SMP_DIALECTS)('a test written as %s is read back the same', async (dialect) => {
    const value = {
      target: 'grpc://reviews.shop:9080',
      protocol: 'grpc',
      load: { rate: 250, duration: '1m30s', connections: 8 },
      headers: { 'X-Team': 'shop' },
      environment: { mesh: 'linkerd' },
    }
    const check = await specOf(value)
    const { file: written, leftOut } = writeSmpTest(check.spec, { name: 'reviews', mesh: 'linkerd', generator: '' }, dialect)
    expect(leftOut).toEqual([])
    const found = findChecks(stringify(written), 'smp.yaml')
    const read = await specOf(found.checks[0]?.value as Record<string, unknown>)
    expect(found.diagnostics).toEqual([])
    expect({ ...read.spec, requests: [] }).toEqual({ ...check.spec, requests: [] })
    expect(read.written.environment).toEqual({ mesh: 'linkerd' })
  })

  test('the spelling of each dialect', async () => {
    const check = await specOf({ target: 'http://web:80/', load: { rate: 5, duration: '10s' } })
    const keys = (dialect: (typeof SMP_DIALECTS)[number]) =>
      writeSmpTest(check.spec, { name: 'web', mesh: 'istio', generator: 'fortio' }, dialect).file
    expect(keys('go')).toMatchObject({ test: { smp_version: 'v0.0.1', clients: [{ protocol: 1 }] }, mesh: { type: 3 } })
    expect(keys('protobuf')).toMatchObject({
      test: { smpVersion: 'v0.0.1', clients: [{ protocol: 'PROTOCOL_HTTP', loadGenerator: 'fortio' }] },
      mesh: { type: 'ISTIO' },
    })
    expect(keys('meshery')).toMatchObject({ smpVersion: 'v0.0.1', mesh: 'istio', clients: [{ protocol: 'http', rps: 5 }] })
  })

  test.each(SMP_DIALECTS)('a result written as %s holds milliseconds and is read back', (dialect) => {
    const written = writeSmpResult(resultWith(LATENCIES), dialect, {
      overhead: { dataplane: { cpu: 0.25, memory: 50e6 }, controlplane: { cpu: 0.1, memory: 200e6 } },
    })
    const read = readSmpResult(written)
    expect(read?.result.environment).toEqual({ mesh: 'istio' })
    within(read?.result.latency.p99 ?? 0, 99, 0.02)
    if (dialect === 'go') {
      expect(written).toMatchObject({
        result: { latencies_ms: { min: 1, max: 100 }, actual_qps: 100, start_time: '2026-01-02T03:04:05.000Z' },
        mesh_config: { sidecar: { cpu_mcores: 250, mem_mb: 50 }, mesh_control_plane: { cpu_mcores: 100, mem_mb: 200 } },
        environment: { traffic_metadata: { host_endpoint: 'http://reviews.shop:9080/reviews/1' } },
      })
    }
  })

  test('seconds in latencies_ms, as other tools wrote them, are known and said', () => {
    const read = readSmpResult({
      smp_version: 'v0.0.1',
      id: 'x',
      latencies_ms: { min: 0.011, average: 0.024, p50: 0.0219, p90: 0.04, p99: 0.055, max: 0.06 },
      actual_qps: 10,
    })
    within(read?.result.latency.p99 ?? 0, 55, 0.01)
    expect(read?.warnings[0]).toContain('probably in seconds')
  })

  test('MeshMark’s figures are what is left of a resource', () => {
    const figures = mueFigures([
      { name: 'cpu', used: 1, total: 4 },
      { name: 'memory', used: 2, total: 4 },
      { name: 'unknown', used: 1, total: 0 },
    ])
    expect(figures).toEqual([
      { name: 'cpu', value: 0.75, weight: 0 },
      { name: 'memory', value: 0.5, weight: 0 },
    ])
    expect(meshMark([figures])).toBe(62.5)
    expect(meshMark([])).toBeUndefined()
  })
})

describe('HdrHistogram texts', () => {
  test('.hgrm has the table and footer of the family, and is read back', () => {
    const text = writeHgrm(histogramOf(resultWith(LATENCIES).latency))
    expect(text).toMatch(/^ +Value +Percentile TotalCount 1\/\(1-Percentile\)\n/)
    expect(text).toMatch(/#\[Mean {4}= /)
    const read = readResults(text, 'a.hgrm')
    within(read.ok ? (read.records[0]?.latency.p50 ?? 0) : 0, 50.5, 0.02)
  })

  test('.hlog is read by the reader of the family, and back without loss', () => {
    const text = writeHlog(resultWith(LATENCIES))
    const histogram = new HistogramLogReader(text).nextIntervalHistogram()
    expect(histogram?.totalCount).toBe(1000)
    const read = readResults(text, 'a.hlog')
    expect(read.ok && read.records.map((record) => record.latency)).toEqual([
      expect.objectContaining({ count: 1000, p50: resultWith(LATENCIES).latency.p50 }),
    ])
  })
})

describe('reports of other systems', () => {
  test('JUnit', () => {
    const check = checkOf(undefined, {
      verdict: 'failed',
      thresholds: [
        { text: 'errors < 0.1%', outcome: 'passed', left: '0%', right: '0.1%', margin: -1, note: undefined },
        { text: 'p99 < 50ms', outcome: 'failed', left: '99ms', right: '50ms', margin: 0.98, note: undefined },
        { text: 'p99 < baseline', outcome: 'skipped', left: '99ms', right: undefined, margin: undefined, note: 'no baseline' },
      ],
    })
    expect(writeJunit([check])).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="meshform perf" tests="4" failures="1">
        <testsuite name="reviews" tests="4" failures="1" skipped="1" time="10" timestamp="2026-01-02T03:04:05.000Z">
          <properties>
            <property name="target" value="http://reviews.shop:9080/reviews/1"/>
            <property name="rate" value="100"/>
            <property name="p50" value="50.4475"/>
            <property name="p99" value="99.0395"/>
            <property name="errors" value="0"/>
            <property name="mesh" value="istio"/>
            <property name="cluster" value="east"/>
          </properties>
          <testcase classname="perf.reviews" name="the run is valid"/>
          <testcase classname="perf.reviews" name="errors &lt; 0.1%"/>
          <testcase classname="perf.reviews" name="p99 &lt; 50ms">
            <failure message="99ms against 50ms"/>
          </testcase>
          <testcase classname="perf.reviews" name="p99 &lt; baseline">
            <skipped message="no baseline"/>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `)
  })

  test('Prometheus text and OpenMetrics', () => {
    const families = metricFamilies([checkOf(resultWith([1, 2, 3], { environment: { mesh: 'a"b\\c', meshVersion: '1.30' } }))])
    const text = writePrometheusText(families)
    expect(text).toContain('# TYPE perfcheck_latency_seconds summary\n')
    expect(text).toContain('check="reviews",protocol="http1",mesh="a\\"b\\\\c",mesh_version="1.30",quantile="0.5"} 0.002')
    expect(text).toContain('le="0.0025"} 2\n')
    expect(text).toContain('le="+Inf"} 3\n')
    expect(text).toMatch(/^perfcheck_passed\{.*\} 1$/m)
    expect(text.endsWith('\n')).toBe(true)
    const open = writeOpenMetrics(families)
    expect(open).toContain('# UNIT perfcheck_latency_seconds seconds\n')
    expect(open.endsWith('# EOF\n')).toBe(true)
  })

  test('a snappy block of literals', () => {
    expect([...snappyBlock(Buffer.from('abc'))]).toEqual([3, 244, 2, 0, 97, 98, 99])
    const large = Buffer.alloc(70_000, 'x')
    const block = snappyBlock(large)
    expect(block.length).toBe(3 + 3 + 65_536 + 3 + (70_000 - 65_536))
  })

  test('what is of no known format is refused, whatever it is', () => {
    for (const text of ['', 'null', '[]x', '{"a": 1}', 'just words', '- 1\n- 2', '- '.repeat(50_000)]) {
      const read = readResults(text, 'file')
      expect(read.ok).toBe(false)
    }
    expect(isJsonObject(parse(stringify({ a: 1 })))).toBe(true)
  })
})
