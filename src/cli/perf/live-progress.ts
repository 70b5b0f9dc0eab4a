import type { PerfCheckEvent } from '../../perf/check/run-perf-check.ts'
import { histogramBuckets, quantileMilliseconds } from '../../perf/load/histogram.ts'
import { milliseconds, perSecond } from '../../perf/report/format-number.ts'
import { logarithmicBars, progressLine } from '../../perf/report/terminal-report.ts'
import { LiveLine } from '../../views/terminal/live-line.ts'
import { type Style, styleFor } from '../../views/terminal/style.ts'
import { textWidth } from '../../views/terminal/text-width.ts'
import type { CommandIo } from '../command-io.ts'

/** How often a line is written where lines can't be drawn again, milliseconds of the run. */
const CALM_SECONDS = 10
const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/**
 * The progress of checks on standard error: on a terminal one line that is drawn again, with a small histogram; elsewhere (CI, a
 * file) a line every ten seconds.
 */
export class LiveProgress {
  readonly #io: CommandIo
  readonly #live: boolean
  readonly #style: Style
  readonly #line: LiveLine
  #nextCalm = CALM_SECONDS

  constructor(io: CommandIo, quiet: boolean) {
    this.#io = io
    const stream = io.stderr as NodeJS.WriteStream
    this.#live = !quiet && stream.isTTY === true && io.env.CI === undefined && io.env.TERM !== 'dumb'
    this.#style = styleFor(stream, io.env)
    this.#line = new LiveLine((text) => stream.write(text), this.#style)
  }

  /** Shows an event of the check called `name`. */
  event(name: string, event: PerfCheckEvent): void {
    switch (event.kind) {
      case 'trial':
        this.#nextCalm = CALM_SECONDS
        if (event.trials > 1) this.#say(`${name}: trial ${event.trial} of ${event.trials}`)
        return
      case 'step':
        this.#say(`${name}: ${perSecond(event.step.rate)} ${event.step.outcome}`)
        return
      case 'progress': {
        const { elapsed, answered, errors, recent } = event.progress
        if (!this.#live && elapsed < this.#nextCalm) return
        const figures = {
          elapsed,
          answered,
          errors,
          p50: quantileMilliseconds(recent, 0.5),
          p99: quantileMilliseconds(recent, 0.99),
        }
        const line = `${name}  ${progressLine(figures)}`
        if (!this.#live) {
          while (this.#nextCalm <= elapsed) this.#nextCalm += CALM_SECONDS
          this.#say(line)
          return
        }
        const buckets = histogramBuckets(recent)
        const low = buckets[0]?.low ?? 0
        const high = buckets.at(-1)?.high ?? 0
        const small = buckets.length < 2 ? '' : `  ${milliseconds(low)} ${sparkline(buckets)} ${milliseconds(high)}`
        const text = `${line}${small}`
        this.#line.draw('', textWidth(text) < this.#style.width ? text : line)
        return
      }
    }
  }

  /** Ends the live line. */
  close(): void {
    this.#line.erase()
  }

  #say(text: string): void {
    this.close()
    this.#io.stderr.write(`${text}\n`)
  }
}

/** A histogram in one line: sixteen steps of the logarithm, each as high as its share of the fullest. */
export function sparkline(buckets: Parameters<typeof logarithmicBars>[0]): string {
  const bars = logarithmicBars(buckets, 16)
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  return bars.map((bar) => BLOCKS[bar.count === 0 ? 0 : Math.max(1, Math.round((bar.count / most) * 8))] ?? '').join('')
}
