import { parseManifests } from '../../design/evaluate/read-manifests.ts'
import type { PlannedChart } from '../../providers/planned-charts.ts'
import { definedApis } from './chart-capabilities.ts'
import { type HelmEnvironment, type Rendering, renderChart } from './helm.ts'

/**
 * Renders charts as one `helm install` after the other would: a chart knows the kinds of its own `crds` folder, which are sent before
 * it is rendered, and all that the charts before it bring. Where that is more than the cluster has, it is rendered once more.
 */
export async function renderCharts(charts: readonly PlannedChart[], environment: HelmEnvironment): Promise<readonly Rendering[]> {
  const renderings = await Promise.all(charts.map((chart) => renderChart(chart, environment)))
  const known = new Set(environment.apiVersions)
  const before: string[] = []
  return Promise.all(
    charts.map((chart, index): Rendering | Promise<Rendering> => {
      const rendering = renderings[index] ?? { kind: 'failed', message: 'helm did not run' }
      if (rendering.kind !== 'rendered') return rendering
      const more = [...before, ...apisIn(sentFirst(rendering.text))].filter((api) => !known.has(api))
      before.push(...apisIn(rendering.text))
      if (more.length === 0) return rendering
      return renderChart(chart, { ...environment, apiVersions: [...new Set([...known, ...more])].sort() })
    }),
  )
}

function apisIn(text: string): readonly string[] {
  if (!text.includes('CustomResourceDefinition')) return []
  return parseManifests(text, 'chart').manifests.flatMap(({ manifest }) => definedApis(manifest))
}

/**
 * The documents of `crds` folders: helm says above a file where it comes from (by itself or, since 3.12, behind the name of the
 * chart), and not again for what follows in it.
 */
function sentFirst(text: string): string {
  let first = false
  return text
    .split(/^---\s*$/m)
    .filter((document) => {
      const source = /^# Source: (\S+)/m.exec(document)?.[1]
      if (source !== undefined) first = /(^|\/)crds\//.test(source) && !source.includes('/templates/')
      return first
    })
    .join('---\n')
}
