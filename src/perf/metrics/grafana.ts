import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { objectField, objectsField, textField } from '../formats/json-fields.ts'
import { milliseconds, perSecond } from '../report/format-number.ts'
import { ANNOTATION_TAG, type Dashboard } from './dashboards.ts'
import { below, type HttpAnswer, httpCall, origin } from './http-call.ts'

/** A Grafana. */
export interface GrafanaSite {
  readonly url: string
  readonly token: string | undefined
  readonly signal: AbortSignal
}

/** Something that Grafana did, or why it didn't. */
export type GrafanaAnswer<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string }

/** Puts a dashboard there, in place of the one with its uid. The answer is its address. */
export async function pushDashboard(
  site: GrafanaSite,
  dashboard: Dashboard,
  folderUid: string | undefined,
): Promise<GrafanaAnswer<string>> {
  const body = {
    dashboard: { ...dashboard, id: null },
    overwrite: true,
    message: 'by meshform',
    ...(folderUid === undefined ? {} : { folderUid }),
  }
  const answer = judged(site, await post(site, '/api/dashboards/db', body))
  if (!answer.ok) return answer
  const path = textField(answer.value, 'url') ?? `/d/${dashboard.uid}`
  return { ok: true, value: `${origin(site.url)}${path}` }
}

/** Leaves an annotation over the time of a run, so that every board can show when it was. */
export async function annotateRun(site: GrafanaSite, check: PerfCheckResult): Promise<GrafanaAnswer<void>> {
  const { result } = check
  const start = Date.parse(result.startedAt)
  const answer = judged(
    site,
    await post(site, '/api/annotations', {
      time: start,
      timeEnd: Math.round(start + result.elapsedSeconds * 1000),
      tags: [ANNOTATION_TAG, `check:${check.name}`, `verdict:${check.verdict}`],
      text: `${check.name}: ${check.verdict}, ${perSecond(result.achievedRate)}, p50 ${milliseconds(result.latency.p50)}, p99 ${milliseconds(result.latency.p99)}, ${result.errors} errors`,
    }),
  )
  return answer.ok ? { ok: true, value: undefined } : answer
}

/** Fetches a dashboard by its uid. */
export async function fetchDashboard(site: GrafanaSite, uid: string): Promise<GrafanaAnswer<JsonObject>> {
  const answer = judged(
    site,
    await httpCall({
      method: 'GET',
      url: below(site.url, `/api/dashboards/uid/${encodeURIComponent(uid)}`),
      token: site.token,
      signal: site.signal,
    }),
  )
  return answer.ok ? { ok: true, value: objectField(answer.value, 'dashboard') } : answer
}

function post(site: GrafanaSite, path: string, body: object): Promise<HttpAnswer> {
  return httpCall({
    method: 'POST',
    url: below(site.url, path),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
    token: site.token,
    signal: site.signal,
  })
}

function judged(site: GrafanaSite, answer: HttpAnswer): GrafanaAnswer<JsonObject> {
  if (!answer.ok) return answer
  const value = parseObject(answer.text)
  if (answer.status >= 300 || value === undefined) {
    const message = value === undefined ? '' : (textField(value, 'message') ?? '')
    const hint = answer.status === 401 || answer.status === 403 ? '; the token is in MESHFORM_GRAFANA_TOKEN' : ''
    return { ok: false, problem: `${origin(site.url)} answered ${answer.status} ${message}${hint}` }
  }
  return { ok: true, value }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A query of a board, with its panel's title and unit. */
export interface BoardQuery {
  readonly panel: string
  readonly legend: string
  readonly query: string
  readonly unit: string | undefined
}

/**
 * The Prometheus queries of an existing board (panels in rows included, as old boards have them), with the board's own variables
 * as they are and Grafana's intervals as `$window`, ready for `overhead.queries` of a check.
 */
export function boardQueries(board: JsonObject): BoardQuery[] {
  const inner = objectField(board, 'dashboard')
  const root = Object.keys(inner).length > 0 ? inner : board
  const rows = objectsField(root, 'rows').flatMap((row) => objectsField(row, 'panels'))
  const panels = [...objectsField(root, 'panels'), ...rows].flatMap((panel) => [panel, ...objectsField(panel, 'panels')])
  return panels.flatMap((panel) => {
    const unit = textField(objectField(objectField(panel, 'fieldConfig'), 'defaults'), 'unit')
    return objectsField(panel, 'targets').flatMap((target): BoardQuery[] => {
      const expr = textField(target, 'expr')
      if (expr === undefined || expr === '') return []
      const query = expr.replaceAll(/\$\{?(?:__rate_interval|__interval|__range)\}?/g, '$window')
      return [{ panel: textField(panel, 'title') ?? '', legend: textField(target, 'legendFormat') ?? '', query, unit }]
    })
  })
}
