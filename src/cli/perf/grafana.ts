import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { checksDashboard, type Dashboard, meshDashboard } from '../../perf/metrics/dashboards.ts'
import { boardQueries, fetchDashboard, type GrafanaSite, pushDashboard } from '../../perf/metrics/grafana.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { meshProviders } from '../../providers/registry.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { writeFileAtomically } from '../write-file.ts'

/** The dashboards we have: one of the checks, one of each mesh that has metrics. */
export function allDashboards(): Dashboard[] {
  const meshes = [...meshProviders.values()]
    .filter((provider) => Object.values(provider.metrics).some((query) => query !== ''))
    .map((provider) => meshDashboard(provider.name, provider.title, provider.metrics))
  return [checksDashboard(), ...meshes]
}

/** `perf grafana dashboards`: writes them as files, or lists them. */
export async function writeDashboards(io: CommandIo, options: { readonly output?: string }): Promise<void> {
  const dashboards = allDashboards()
  if (options.output === undefined) {
    io.stdout.write(`${dashboards.map((dashboard) => `${dashboard.uid}  ${dashboard.title}`).join('\n')}\n`)
    return
  }
  const folder = resolve(io.cwd, options.output)
  await mkdir(folder, { recursive: true })
  for (const dashboard of dashboards) {
    await writeFileAtomically(join(folder, `${dashboard.uid}.json`), `${JSON.stringify(dashboard, null, 2)}\n`, 0o644)
  }
  io.stdout.write(`${dashboards.length} dashboards are in ${options.output}.\n`)
}

/** `perf grafana push ADDRESS`: puts the dashboards there. */
export async function pushDashboards(io: CommandIo, url: string, options: { readonly folder?: string }): Promise<void> {
  for (const dashboard of allDashboards()) {
    const answer = await pushDashboard(siteOf(io, url), dashboard, options.folder)
    if (!answer.ok) {
      trouble(io, answer.problem)
      return
    }
    io.stdout.write(`${answer.value}\n`)
  }
}

/** `perf grafana import BOARD`: the queries of an existing board, as a check's `overhead.queries`. */
export async function importBoard(io: CommandIo, board: string, options: { readonly url?: string }): Promise<void> {
  const value = await boardOf(io, board, options.url)
  if (value === undefined) return
  const queries = boardQueries(value)
  const named: Record<string, string> = {}
  for (const { panel, legend, query } of queries) {
    const base = [panel, legend].filter((part) => part !== '').join(': ') || 'query'
    let name = base
    for (let number = 2; Object.hasOwn(named, name); number += 1) name = `${base} (${number})`
    named[name] = query
  }
  io.stdout.write(stringify({ overhead: { queries: named } }))
}

async function boardOf(io: CommandIo, board: string, url: string | undefined): Promise<JsonObject | undefined> {
  if (url !== undefined) {
    const answer = await fetchDashboard(siteOf(io, url), board)
    if (answer.ok) return answer.value
    trouble(io, answer.problem)
    return undefined
  }
  try {
    const value: unknown = JSON.parse(await readFile(resolve(io.cwd, board), 'utf8'))
    if (isJsonObject(value)) return value
    trouble(io, `${board} is no dashboard`)
  } catch (error) {
    trouble(io, `${board} can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  return undefined
}

/** A Grafana with its token, which comes from the environment alone. */
export function siteOf(io: CommandIo, url: string): GrafanaSite {
  return { url, token: io.env.MESHFORM_GRAFANA_TOKEN, signal: io.signal }
}

function trouble(io: CommandIo, problem: string): void {
  terminalView(io).diagnostics([
    { severity: 'error', code: 'MF7014', summary: 'Grafana did not do what it was asked', detail: `${problem}.` },
  ])
  io.setExitCode(1)
}
