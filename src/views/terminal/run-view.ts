import type { EngineEvent } from '../../engine/events.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { formatDuration } from '../../plan/duration.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunSummary, RunView, ShownOperation, ShownOutputs } from '../run-view.ts'
import { type ReadLine, renderDiagnostics } from './diagnostics.ts'
import { renderPlan } from './plan.ts'
import { ProgressView } from './progress.ts'
import { plural, type Style } from './style.ts'
import { padColumns, textWidth } from './text-width.ts'

/** What a terminal view draws with. */
export interface TerminalViewOptions {
  /** Result: plan, outputs, summary. */
  readonly out: { readonly write: (text: string) => void; readonly style: Style }
  /** Progress and diagnostics. */
  readonly err: { readonly write: (text: string) => void; readonly style: Style; readonly live: boolean }
  readonly readLine: ReadLine
  readonly full: boolean
  readonly now: () => number
}

/** A run as people see it: the result on stdout, everything on the way there on stderr. */
export class TerminalRunView implements RunView {
  readonly #options: TerminalViewOptions
  readonly #progress: ProgressView

  constructor(options: TerminalViewOptions) {
    this.#options = options
    this.#progress = new ProgressView({ write: options.err.write, live: options.err.live }, options.err.style, options.now)
  }

  event(event: EngineEvent): void {
    this.#progress.event(event)
  }

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) return
    this.#progress.close()
    this.#options.err.write(`${renderDiagnostics(diagnostics, this.#options.err.style, this.#options.readLine)}\n`)
  }

  plan(plan: Plan): void {
    this.#progress.expect(plan.changes.filter((change) => change.action !== 'no-op').length)
    this.#options.out.write(renderPlan(plan, this.#options.out.style, { full: this.#options.full }))
  }

  outputs(outputs: ShownOutputs): void {
    if (outputs.length === 0) return
    const { colors } = this.#options.out.style
    const width = Math.max(...outputs.map((output) => textWidth(output.name)))
    const lines = outputs.map(
      ({ name, value }) => `  ${padColumns(name, width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    this.#options.out.write(`${colors.bold('outputs')}\n${lines.join('\n')}\n\n`)
  }

  summary(summary: RunSummary): void {
    this.#progress.close()
    this.#options.out.write(`${summaryText(summary, this.#options.out.style)}\n`)
  }

  note(text: string): void {
    this.#progress.pause()
    this.#options.err.write(`${this.#options.err.style.colors.cyan('note')} ${text}\n`)
  }

  close(): void {
    this.#progress.close()
  }
}

const DONE: { readonly [action: string]: string } = {
  create: 'created',
  update: 'changed',
  replace: 'replaced',
  delete: 'deleted',
  forget: 'forgotten',
  import: 'adopted',
}

interface Tally {
  readonly counts: { readonly [action: string]: number }
  readonly failed: number
  readonly unhealthy: number
  readonly skipped: number
}

function tallyParts({ counts, failed, unhealthy, skipped }: Tally, { colors }: Style): string[] {
  const parts = Object.entries(DONE).flatMap(([action, done]) => {
    const count = counts[action] ?? 0
    return count === 0 ? [] : [`${count} ${done}`]
  })
  if (unhealthy > 0) parts.push(colors.red(`${unhealthy} not healthy`))
  if (failed > unhealthy) parts.push(colors.red(`${failed - unhealthy} failed`))
  if (skipped > 0) parts.push(`${skipped} skipped`)
  return parts
}

/** A line for each cluster, where the run was about several. */
function clusterLines(summary: RunSummary, style: Style): readonly string[] {
  const clusters = Object.entries(summary.clusters)
  if (clusters.length < 2) return []
  const width = Math.max(...clusters.map(([name]) => name.length))
  return clusters.map(([name, { summary: counts, failed, unhealthy, skipped, reached }]) => {
    const parts = tallyParts({ counts, failed, unhealthy, skipped }, style)
    if (!reached) parts.unshift(style.colors.red('not reached'))
    return `  ${name.padEnd(width)}  ${parts.join(', ')}`
  })
}

const NOUNS: { readonly [O in ShownOperation]: string } = { apply: 'Apply', destroy: 'Destroy', rollback: 'Rollback' }

function summaryText(summary: RunSummary, style: Style): string {
  const { colors } = style
  const parts = tallyParts(summary, style)
  if (summary.unchanged > 0) parts.push(colors.dim(`${summary.unchanged} unchanged`))
  const noun = NOUNS[summary.operation]
  const word = summary.interrupted
    ? colors.yellow(`${noun} interrupted`)
    : summary.failed > 0 || !summary.passed
      ? colors.red(`${noun} failed`)
      : colors.green(`${noun} complete`)
  const what = parts.length === 0 ? plural(0, 'change') : parts.join(', ')
  const lines = clusterLines(summary, style)
  return [`${colors.bold(word)} in ${formatDuration(summary.elapsedMs)}: ${what}.`, ...lines].join('\n')
}
