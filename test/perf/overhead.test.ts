import { describe, expect, test } from 'vitest'
import { clusterOverhead } from '../../src/cli/perf/cluster-overhead.ts'
import { expandMatrix } from '../../src/perf/check/matrix.ts'
import { fromRecord } from '../../src/perf/check/perf-record.ts'
import { readPerfCheck } from '../../src/perf/check/read-perf-check.ts'
import { containerSelector, usageBetweenSummaries, usageOfPodMetrics } from '../../src/perf/metrics/container-usage.ts'
import { htmlReport } from '../../src/perf/report/html-report.ts'
import { markdownReport } from '../../src/perf/report/markdown-report.ts'
import { matrixReasons, matrixRows } from '../../src/perf/report/matrix-table.ts'
import { isJsonObject, type JsonObject } from '../../src/plan/json.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import type { Target } from '../../src/targets/contract.ts'
import { resultWith } from './sample-result.ts'

const scope = { namespace: 'shop', workload: 'reviews' }

function istioQueries() {
  const provider = meshProviders.get('istio')
  if (provider === undefined) throw new Error('istio is gone')
  return provider.metrics
}

const podMetrics = (name: string, cpu: string, memory: string): JsonObject => ({
  metadata: { name },
  containers: [
    { name: 'istio-proxy', usage: { cpu, memory } },
    { name: 'app', usage: { cpu: '9', memory: '9Gi' } },
  ],
})

const summary = (seconds: number, cpuSeconds: number): JsonObject => ({
  pods: [
    {
      podRef: { name: 'reviews-v1-abc', namespace: 'shop' },
      containers: [
        {
          name: 'istio-proxy',
          cpu: { time: new Date(seconds * 1000).toISOString(), usageCoreNanoSeconds: cpuSeconds * 1e9 },
          memory: { workingSetBytes: 50_000_000 },
        },
      ],
    },
    { podRef: { name: 'reviews-v1-abc', namespace: 'other' }, containers: [] },
  ],
})

describe('the containers that a mesh’s queries mean', () => {
  test('are found for every mesh that has such queries', () => {
    for (const provider of meshProviders.values()) {
      const { proxyCpu, controlPlaneCpu } = provider.metrics
      for (const query of [proxyCpu, controlPlaneCpu]) {
        if (query !== '') expect(containerSelector(query, scope), `${provider.name}: ${query}`).toBeDefined()
      }
    }
  })

  test('are told from the others', () => {
    const selector = containerSelector(istioQueries().proxyCpu, scope)
    expect(selector).toEqual({ namespace: 'shop', pod: /^(?:reviews-.*)$/, container: /^(?:istio-proxy)$/ })
  })
})

test('metrics-server’s quantities are cores and bytes', () => {
  const selector = containerSelector(istioQueries().proxyCpu, scope)
  if (selector === undefined) throw new Error('no selector')
  const pods = [
    podMetrics('reviews-v1-a', '250000000n', '40Mi'),
    podMetrics('reviews-v2-b', '100m', '1000k'),
    podMetrics('web-1', '1', '1Gi'),
  ]
  expect(usageOfPodMetrics(pods, selector)).toEqual({ cpu: 0.35, memory: 40 * 1024 * 1024 + 1_000_000 })
  expect(usageOfPodMetrics([], selector)).toBeUndefined()
})

test('the kubelets’ counters give the mean over the run', () => {
  const selector = containerSelector(istioQueries().proxyCpu, scope)
  if (selector === undefined) throw new Error('no selector')
  expect(usageBetweenSummaries([summary(100, 5)], [summary(110, 8)], selector)).toEqual({ cpu: 0.3, memory: 50_000_000 })
  expect(usageBetweenSummaries([], [summary(110, 8)], selector)).toBeUndefined()
})

test('a cluster without Prometheus is asked by metrics-server, else by its kubelets', async () => {
  const warnings: string[] = []
  let read = 0
  const target = (withServer: boolean): Target => {
    const unused = (): never => {
      throw new Error('not used here')
    }
    return {
      cluster: 'east',
      describe: unused,
      get: unused,
      apply: unused,
      delete: unused,
      watch: unused,
      close: async () => undefined,
      served: async () => ({
        ok: true,
        warnings: [],
        value: {
          all: [],
          find: (_group, kind) =>
            withServer && kind === 'PodMetrics'
              ? { group: 'metrics.k8s.io', version: 'v1beta1', kind, plural: 'pods', namespaced: true, verbs: ['list'] }
              : undefined,
        },
      }),
      list: async ({ kind }) => ({
        ok: true,
        warnings: [],
        value: kind === 'Node' ? [{ metadata: { name: 'node-1' } }] : [podMetrics('reviews-v1-a', '500m', '64Mi')],
      }),
      nodeSummary: async () => {
        read += 1
        return { ok: true, warnings: [], value: summary(100 + read * 10, read * 2) }
      },
    }
  }
  const { signal } = new AbortController()
  const measure = async (withServer: boolean) => {
    const source = await clusterOverhead(target(withServer), undefined, istioQueries(), scope, signal, (text) =>
      warnings.push(text),
    )
    await source.prepare()
    return source.measure()
  }
  expect(await measure(true)).toEqual({ dataplane: { cpu: 0.5, memory: 64 * 1024 * 1024 } })
  expect(await measure(false)).toEqual({ dataplane: { cpu: 0.2, memory: 50_000_000 } })
  expect(warnings).toEqual([
    'no use of the controlplane was found: no container ^(?:discovery)$ in istio-system',
    'no use of the controlplane was found: no container ^(?:discovery)$ in istio-system',
  ])
})

test('a matrix runs every combination, each mesh at its own address, and says what each adds', async () => {
  const read = await readPerfCheck(
    'reviews',
    {
      target: 'http://reviews.shop:9080/reviews/1',
      load: { rate: 100, duration: '10s' },
      overhead: { prometheus: 'http://prometheus:9090' },
      matrix: {
        targets: { none: 'http://reviews.plain:9080', 'istio@1.30': 'http://reviews.istio:9080/r' },
        connections: [2, 16],
        payloads: [0, 1024],
      },
    },
    async () => new Uint8Array(0),
  )
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
  const cells = expandMatrix(read.check)
  expect(cells.map((cell) => [cell.name, cell.check.spec.requests[0]?.url, cell.check.spec.connections])).toEqual([
    ['no mesh, 2 connections, 0 B', 'http://reviews.plain:9080/reviews/1', 2],
    ['no mesh, 2 connections, 1024 B', 'http://reviews.plain:9080/reviews/1', 2],
    ['no mesh, 16 connections, 0 B', 'http://reviews.plain:9080/reviews/1', 16],
    ['no mesh, 16 connections, 1024 B', 'http://reviews.plain:9080/reviews/1', 16],
    ['istio@1.30, 2 connections, 0 B', 'http://reviews.istio:9080/r', 2],
    ['istio@1.30, 2 connections, 1024 B', 'http://reviews.istio:9080/r', 2],
    ['istio@1.30, 16 connections, 0 B', 'http://reviews.istio:9080/r', 16],
    ['istio@1.30, 16 connections, 1024 B', 'http://reviews.istio:9080/r', 16],
  ])
  expect(cells[4]?.check.written).toMatchObject({
    environment: { mesh: 'istio', meshVersion: '1.30' },
    overhead: { mesh: 'istio' },
  })
  expect(cells[1]?.check.spec.requests[0]).toMatchObject({ method: 'POST' })
  const measured = cells
    .filter(({ settings }) => settings.connections === 2 && settings.payload === 0)
    .map(({ settings }) => {
      const mesh = settings.mesh === 'none' ? 0 : 1.5
      const check = fromRecord(resultWith(Array.from({ length: 1000 }, (_, index) => 1 + mesh + index / 1000)))
      const overhead = mesh === 0 ? undefined : { dataplane: { cpu: 0.05, memory: 60 * 1024 * 1024 } }
      return { settings, check: { ...check, overhead } }
    })
  expect(matrixRows(measured)).toEqual([
    [
      'mesh',
      'connections',
      'payload',
      'achieved',
      'errors',
      'p50',
      'added',
      'p99',
      'added',
      'data plane per 1,000/s',
      'memory',
      'verdict',
    ],
    ['none', '2', '0 B', '100/s', '0 %', '1.5 ms', '', '1.99 ms', '', '', '', 'passed'],
    ['istio@1.30', '2', '0 B', '100/s', '0 %', '3 ms', '+1.5 ms', '3.49 ms', '+1.5 ms', '0.5 cores', '60 MiB', 'passed'],
  ])
  expect(isJsonObject(read.check.written)).toBe(true)
  const matrix = { name: 'reviews', cells: measured }
  const checks = measured.map(({ check }) => check)
  expect(markdownReport(checks, [matrix])).toContain(
    '| istio@1.30 | 2 | 0 B | 100/s | 0 % | 3 ms | +1.5 ms | 3.49 ms | +1.5 ms | 0.5 cores | 60 MiB | passed |',
  )
  const page = htmlReport(
    checks.map((check) => ({ check })),
    'Costs',
    [matrix],
  )
  expect(page).toContain('<h2>reviews</h2><table><tr><th>mesh</th>')
  const settings = { mesh: 'none', protocol: undefined, connections: undefined, rate: undefined, payload: undefined }
  const failing = [7.5, 8.25, 9].map((late) => {
    const reasons = [`The run is invalid: it was ${late} ms late.`, 'No answer came.'].slice(0, late === 9 ? 2 : 1)
    return { settings, check: { ...fromRecord(resultWith([1])), reasons } }
  })
  expect(matrixReasons(failing)).toEqual(['The run is invalid: it was 7.5 ms late. (and 2 more like this)', 'No answer came.'])
})
