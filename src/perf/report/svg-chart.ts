/** One line of a chart. */
export interface ChartLine {
  readonly name: string
  readonly color: string
  readonly dashed?: boolean
  /** In data units, rising x. */
  readonly points: readonly (readonly [number, number])[]
}

/** An axis: how data becomes a share of its length, and the marks on it. */
export interface ChartAxis {
  readonly title: string
  readonly scale: (value: number) => number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

/** A chart as data. */
export interface Chart {
  readonly id: string
  readonly title: string
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly lines: readonly ChartLine[]
}

const WIDTH = 860
const HEIGHT = 300
const LEFT = 70
const RIGHT = 20
const TOP = 14
const BOTTOM = 44

/** A line chart as SVG text, readable without script and in both colour schemes. */
export function svgChart(chart: Chart): string {
  const innerWidth = WIDTH - LEFT - RIGHT
  const innerHeight = HEIGHT - TOP - BOTTOM
  const px = (value: number): number => LEFT + clamp(chart.x.scale(value)) * innerWidth
  const py = (value: number): number => TOP + (1 - clamp(chart.y.scale(value))) * innerHeight
  const at = (value: number): string => value.toFixed(1)
  const xTicks = chart.x.ticks.map(
    (tick) =>
      `<line class="grid" x1="${at(px(tick.value))}" x2="${at(px(tick.value))}" y1="${TOP}" y2="${TOP + innerHeight}"/><text class="tick" text-anchor="middle" x="${at(px(tick.value))}" y="${TOP + innerHeight + 16}">${escapeHtml(tick.label)}</text>`,
  )
  const yTicks = chart.y.ticks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${LEFT + innerWidth}" y1="${at(py(tick.value))}" y2="${at(py(tick.value))}"/><text class="tick" text-anchor="end" x="${LEFT - 6}" y="${at(py(tick.value) + 4)}">${escapeHtml(tick.label)}</text>`,
  )
  const lines = chart.lines.map((line) => {
    const points = line.points.map(([x, y]) => `${at(px(x))},${at(py(y))}`).join(' ')
    return `<polyline data-line="${escapeHtml(line.name)}" fill="none" stroke="${line.color}" stroke-width="1.8"${line.dashed === true ? ' stroke-dasharray="5 4"' : ''} points="${points}"/>`
  })
  const legend = chart.lines.map(
    (line) => `<span class="key"><i style="background:${line.color}"></i>${escapeHtml(line.name)}</span>`,
  )
  return [
    `<figure id="${chart.id}"><figcaption>${escapeHtml(chart.title)} ${legend.join(' ')}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.title)}">`,
    ...xTicks,
    ...yTicks,
    ...lines,
    `<text class="axis" text-anchor="middle" x="${LEFT + innerWidth / 2}" y="${HEIGHT - 6}">${escapeHtml(chart.x.title)}</text>`,
    `<text class="axis" text-anchor="middle" transform="translate(14 ${TOP + innerHeight / 2}) rotate(-90)">${escapeHtml(chart.y.title)}</text>`,
    '</svg></figure>',
  ].join('\n')
}

function clamp(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0
}

/** Text as HTML holds it, in content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** A logarithmic axis over the values, with a mark at each power of ten and its doubles and fives where there is room. */
export function logarithmicAxis(title: string, values: readonly number[], label: (value: number) => string): ChartAxis {
  const positive = values.filter((value) => value > 0)
  const low = positive.length === 0 ? 0.1 : Math.min(...positive)
  const high = positive.length === 0 ? 1 : Math.max(...positive, low * 2)
  const [from, to] = [Math.log10(low) - 0.05, Math.log10(high) + 0.05]
  const steps = to - from > 4 ? [1] : to - from > 2 ? [1, 3] : [1, 2, 5]
  const ticks: { value: number; label: string }[] = []
  for (let power = Math.floor(from); power <= Math.ceil(to); power += 1) {
    for (const step of steps) {
      const value = step * 10 ** power
      if (Math.log10(value) >= from && Math.log10(value) <= to) ticks.push({ value, label: label(value) })
    }
  }
  return { title, scale: (value) => (Math.log10(Math.max(value, 1e-9)) - from) / (to - from), ticks }
}

/** An even axis from zero with about five marks. */
export function linearAxis(title: string, highest: number, label: (value: number) => string): ChartAxis {
  const top = highest > 0 ? highest : 1
  const rough = top / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough
  const ticks: { value: number; label: string }[] = []
  for (let index = 0; index * step <= top * 1.0001; index += 1) ticks.push({ value: index * step, label: label(index * step) })
  return { title, scale: (value) => value / (top * 1.02), ticks }
}
