import type { ComponentOf } from '../design/component.ts'
import { objectNameOf } from '../design/object-name.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'
import type { MeshProvider } from './contract.ts'

/** A chart as it is rendered. */
export interface PlannedChart {
  /** An https:// or oci:// address; undefined for a chart that lies in a folder or archive. */
  readonly repository: string | undefined
  /** Name in the repository, or the path of a folder or archive as the design wrote it. */
  readonly name: string
  readonly version: string | undefined
  readonly release: string
  readonly namespace: string
  readonly values: JsonObject
  /** Where the design asks for it. */
  readonly path: ValuePath
}

/**
 * The charts that installing a mesh takes, in order: those the design names, else those of the provider. Empty where the mesh is
 * there already, comes from manifests, or is not installed by this design. `install.values` are merged into each that takes them, and
 * win.
 */
export function plannedCharts(
  mesh: ComponentOf<'meshes'>,
  provider: MeshProvider,
  gateways: readonly ComponentOf<'gateways'>[] = [],
): readonly PlannedChart[] {
  const { spec } = mesh
  const { install } = spec
  if (install === undefined || spec.existing === true) return []
  const own = provider.install(mesh, gateways)
  const common = jsonObject(install.values)
  if (install.charts !== undefined) {
    return install.charts.map((chart, index) => {
      const name = chart.name ?? own.charts[index]?.name ?? provider.name
      const known = own.charts.find((candidate) => candidate.name === name)
      const path: ValuePath = ['install', 'charts', index]
      return {
        repository: isPath(name) ? undefined : (chart.repository ?? known?.repository ?? own.charts[0]?.repository),
        name,
        version: chart.version ?? (chart.repository === undefined ? known?.version : undefined),
        release: known?.release ?? releaseName(name, mesh),
        namespace: chart.namespace ?? known?.namespace ?? own.namespace,
        values: mergeValues(mergeValues(jsonObject(known?.values), common), jsonObject(chart.values)),
        path,
      }
    })
  }
  if (install.manifests !== undefined) return []
  return own.charts.map(({ repository, name, version, release, namespace, values, ownValues }) => ({
    repository,
    name,
    version,
    release,
    namespace,
    values: ownValues === true ? jsonObject(values) : mergeValues(jsonObject(values), common),
    path: ['install'],
  }))
}

/** True for a chart that lies in a folder or archive. */
export function isPath(name: string): boolean {
  return /^(\.{0,2}\/|~)/.test(name) || name.endsWith('.tgz')
}

function releaseName(name: string, mesh: ComponentOf<'meshes'>): string {
  const base = name
    .split('/')
    .at(-1)
    ?.replace(/(-\d+(\.\d+)*)?\.tgz$/, '')
  return base === undefined || base === '' ? objectNameOf(mesh) : base
}

function jsonObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** Values of a chart with others laid over them, object by object; lists and scalars are replaced. */
export function mergeValues(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const known = merged[key]
    merged[key] = isJsonObject(known) && isJsonObject(value) ? mergeValues(known, value) : value
  }
  return merged
}
