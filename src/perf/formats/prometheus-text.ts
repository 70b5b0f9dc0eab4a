import type { MetricFamily, Sample } from './metric-samples.ts'

/** Metrics in Prometheus' text exposition format 0.0.4: what a Pushgateway takes. Ends with a line feed. */
export function writePrometheusText(families: readonly MetricFamily[]): string {
  return families
    .map((family) => {
      const lines = [`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`]
      return [...lines, ...family.samples.map(sampleLine), ''].join('\n')
    })
    .join('')
}

/** The same as OpenMetrics 1.0, which knows units and ends with `# EOF`. */
export function writeOpenMetrics(families: readonly MetricFamily[]): string {
  const parts = families.map((family) => {
    const lines = [
      `# TYPE ${family.name} ${family.type}`,
      ...(family.unit === undefined ? [] : [`# UNIT ${family.name} ${family.unit}`]),
      `# HELP ${family.name} ${escapeHelp(family.help)}`,
    ]
    return [...lines, ...family.samples.map(sampleLine), ''].join('\n')
  })
  return `${parts.join('')}# EOF\n`
}

function sampleLine(sample: Sample): string {
  const labels = Object.entries(sample.labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return `${sample.name}${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${numberText(sample.value)}`
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
