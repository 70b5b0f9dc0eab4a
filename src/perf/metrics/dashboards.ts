import type { JsonObject, JsonValue } from '../../plan/json.ts'

/*
 * Grafana dashboards as code: plain JSON of the dashboard model (schemaVersion 39), the data source a variable, so that they work
 * wherever a Prometheus is. The metric names are those of formats/metric-samples.ts and of each mesh's provider.
 */

/** A dashboard as Grafana keeps it. */
export type Dashboard = JsonObject & { readonly uid: string; readonly title: string; readonly panels: readonly JsonValue[] }

/** One panel, in the terms of this file. */
interface PanelSpec {
  readonly title: string
  readonly unit: 's' | 'ms' | 'bytes' | 'reqps' | 'percentunit' | 'short'
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
  readonly kind?: 'timeseries' | 'stat'
}

/** A mesh's queries for the four golden signals and for overhead (a provider's MetricQueries). '' where it has none. */
export interface MeshQueries {
  readonly requestRate: string
  readonly errorRate: string
  readonly latency: string
  readonly proxyCpu: string
  readonly proxyMemory: string
  readonly controlPlaneCpu: string
  readonly controlPlaneMemory: string
}

/** Tag of every annotation that a run leaves. */
export const ANNOTATION_TAG = 'meshform-perf'

/** The dashboard of perf-checks: what their runs measured, by check. */
export function checksDashboard(): Dashboard {
  const selector = 'check=~"$check"'
  const quantile = (value: string): { readonly expr: string; readonly legend: string } => ({
    expr: `perfcheck_latency_seconds{${selector},quantile="${value}"}`,
    legend: `{{check}} p${Number(value) * 100}`,
  })
  return dashboard(
    'meshform-perf-checks',
    'Perf-checks',
    [
      { title: 'Latency by percentile', unit: 's', queries: ['0.5', '0.9', '0.99', '0.999'].map(quantile) },
      {
        title: 'Latency distribution',
        unit: 's',
        queries: [
          {
            expr: `histogram_quantile(0.99, sum by (le, check) (perfcheck_latency_distribution_seconds_bucket{${selector}}))`,
            legend: '{{check}} p99 of buckets',
          },
        ],
      },
      {
        title: 'Rate achieved and planned',
        unit: 'reqps',
        queries: [
          { expr: `perfcheck_achieved_rate{${selector}}`, legend: '{{check}} achieved' },
          { expr: `perfcheck_planned_rate{${selector}}`, legend: '{{check}} planned' },
        ],
      },
      {
        title: 'Share of errors',
        unit: 'percentunit',
        queries: [{ expr: `perfcheck_errors{${selector}} / clamp_min(perfcheck_requests{${selector}}, 1)`, legend: '{{check}}' }],
      },
      { title: 'Passed', unit: 'short', kind: 'stat', queries: [{ expr: `perfcheck_passed{${selector}}`, legend: '{{check}}' }] },
      {
        title: 'Schedule lag of the generator, p99',
        unit: 's',
        queries: [{ expr: `perfcheck_schedule_lag_seconds{${selector},quantile="0.99"}`, legend: '{{check}}' }],
      },
      {
        title: 'Processor cores',
        unit: 'short',
        queries: [
          { expr: `perfcheck_dataplane_cpu_cores{${selector}}`, legend: '{{check}} data plane' },
          { expr: `perfcheck_controlplane_cpu_cores{${selector}}`, legend: '{{check}} control plane' },
        ],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [
          { expr: `perfcheck_dataplane_memory_bytes{${selector}}`, legend: '{{check}} data plane' },
          { expr: `perfcheck_controlplane_memory_bytes{${selector}}`, legend: '{{check}} control plane' },
        ],
      },
    ],
    [{ name: 'check', query: 'label_values(perfcheck_requests, check)' }],
  )
}

/** The dashboard of one mesh: its golden signals and what it costs, by its own metrics. */
export function meshDashboard(name: string, title: string, queries: MeshQueries): Dashboard {
  const filled = (query: string): string => query.replaceAll('$window', '$__rate_interval')
  const panels: readonly { readonly title: string; readonly unit: PanelSpec['unit']; readonly query: string }[] = [
    { title: 'Requests a second', unit: 'reqps', query: queries.requestRate },
    { title: 'Share of errors', unit: 'percentunit', query: queries.errorRate },
    { title: 'Latency, p99', unit: 'ms', query: queries.latency },
    { title: 'Data plane processor cores', unit: 'short', query: queries.proxyCpu },
    { title: 'Data plane memory', unit: 'bytes', query: queries.proxyMemory },
    { title: 'Control plane processor cores', unit: 'short', query: queries.controlPlaneCpu },
    { title: 'Control plane memory', unit: 'bytes', query: queries.controlPlaneMemory },
  ]
  return dashboard(
    `meshform-mesh-${name}`.slice(0, 40),
    `${title} (mesh)`,
    panels
      .filter((panel) => panel.query !== '')
      .map((panel) => ({ title: panel.title, unit: panel.unit, queries: [{ expr: filled(panel.query), legend: panel.title }] })),
    [
      { name: 'namespace', query: 'label_values(kube_pod_info, namespace)' },
      { name: 'workload', query: undefined },
    ],
  )
}

function dashboard(
  uid: string,
  title: string,
  panels: readonly PanelSpec[],
  variables: readonly { readonly name: string; readonly query: string | undefined }[],
): Dashboard {
  const datasource = { type: 'prometheus', uid: '${datasource}' }
  return {
    uid,
    title,
    tags: ['meshform'],
    schemaVersion: 39,
    editable: true,
    time: { from: 'now-24h', to: 'now' },
    timezone: 'browser',
    annotations: {
      list: [
        {
          name: 'Perf-check runs',
          enable: true,
          iconColor: 'blue',
          datasource: { type: 'grafana', uid: '-- Grafana --' },
          target: { type: 'tags', tags: [ANNOTATION_TAG], limit: 100, matchAny: false },
        },
      ],
    },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
        ...variables.map(({ name, query }) =>
          query === undefined
            ? { name, type: 'textbox', query: '.+' }
            : { name, type: 'query', datasource, query, refresh: 2, includeAll: true, multi: true, allValue: '.+' },
        ),
      ],
    },
    panels: panels.map((panel, index) => ({
      id: index + 1,
      type: panel.kind ?? 'timeseries',
      title: panel.title,
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      datasource,
      targets: panel.queries.map(({ expr, legend }, at) => ({
        refId: String.fromCharCode(65 + at),
        expr,
        legendFormat: legend,
        datasource,
      })),
      fieldConfig: { defaults: { unit: panel.unit, custom: { drawStyle: 'line', showPoints: 'always' } }, overrides: [] },
      options: {},
    })),
  }
}
