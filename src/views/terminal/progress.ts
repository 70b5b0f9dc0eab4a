import type { EngineEvent } from '../../engine/events.ts'
import type { Action } from '../../plan/change.ts'
import { formatDuration } from '../../plan/duration.ts'
import { isJsonObject } from '../../plan/json.ts'
import { describeObject } from '../../plan/manifest.ts'
import { LiveLine } from './live-line.ts'
import { printable, type Style } from './style.ts'

/** Above so many changes only trouble and milestones get a line of their own. */
const QUIET_ABOVE = 100
/** How often a waiting object is named where lines can't be redrawn, in milliseconds. */
const REMIND_MS = 10_000
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

const DONE: { readonly [A in Action]: string } = {
  'no-op': 'healthy',
  create: 'created',
  update: 'changed',
  replace: 'replaced',
  delete: 'deleted',
  forget: 'forgotten',
  import: 'adopted',
}

/** What was done to an object whose health is not known. */
const STOPPED: { readonly [A in Action]: string } = {
  'no-op': '',
  create: 'created, ',
  update: 'changed, ',
  replace: 'replaced, ',
  delete: '',
  forget: '',
  import: 'adopted, ',
}

/** Where progress is drawn. `live` streams are terminals whose last line can be redrawn. */
export interface ProgressStream {
  write(text: string): void
  readonly live: boolean
}

/** The progress of a run, drawn as it happens: a line for each thing that ended, and on a terminal one live line for what goes on. */
export class ProgressView {
  readonly #stream: ProgressStream
  readonly #style: Style
  readonly #now: () => number
  readonly #running = new Map<string, { readonly what: string; readonly since: number; reason: string; remindedAt: number }>()
  #total = 0
  #done = 0
  #frame = 0
  #phase = ''
  readonly #live: LiveLine
  #timer: ReturnType<typeof setInterval> | undefined
  #nextMilestone = 10

  constructor(stream: ProgressStream, style: Style, now: () => number) {
    this.#stream = stream
    this.#style = style
    this.#now = now
    this.#live = new LiveLine((text) => stream.write(text), style)
  }

  /** Says how many changes are ahead. */
  expect(total: number): void {
    this.#total = total
    this.#done = 0
  }

  event(event: EngineEvent): void {
    if (this.#stream.live && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#draw(), 100)
      this.#timer.unref()
    }
    const { colors } = this.#style
    switch (event.type) {
      case 'refresh-start':
        this.#phase = `reading ${event.kinds} kinds from ${event.cluster}`
        return
      case 'refresh-complete':
        this.#phase = ''
        return
      case 'dry-run-start':
        this.#phase = `asking the server about ${event.objects} changes`
        return
      case 'dry-run-progress':
        this.#phase = event.done === event.objects ? '' : `asking the server about changes, ${event.done}/${event.objects}`
        return
      case 'apply-start':
        this.#phase = ''
        this.#running.set(event.id, { what: describeObject(event.key), since: this.#now(), reason: '', remindedAt: this.#now() })
        return
      case 'apply-written':
        return
      case 'apply-progress': {
        const running = this.#running.get(event.id)
        if (running === undefined) return
        running.reason = event.reason
        if (!this.#stream.live && this.#now() - running.remindedAt >= REMIND_MS) {
          running.remindedAt = this.#now()
          this.#line(`  … ${running.what}: ${printable(event.reason)} (${formatDuration(event.elapsedMs)})`)
        }
        return
      }
      case 'apply-complete':
        this.#running.delete(event.id)
        if (event.action !== 'no-op') this.#done++
        this.#completed(event)
        return
      case 'apply-failed':
        this.#running.delete(event.id)
        if (event.action !== 'no-op') this.#done++
        this.#line(`  ${colors.red('✗')} ${describeObject(event.key)}  ${colors.red(printable(event.diagnostic.summary))}`)
        return
      case 'apply-skipped':
        this.#done++
        if (this.#total <= QUIET_ABOVE || event.because === 'failed') {
          const why = event.because === 'stopped' ? 'stopped before it began' : `needs ${event.needs}`
          this.#line(`  ${colors.dim('·')} ${describeObject(event.key)}  ${colors.dim(`skipped: ${why}`)}`)
        }
        return
      case 'check-start':
        this.#phase = `measuring ${event.address}`
        return
      case 'check-progress': {
        const { progress } = event
        const text = isJsonObject(progress) && typeof progress.text === 'string' ? progress.text : ''
        this.#phase = `measuring ${event.address}  ${text}`
        return
      }
      case 'check-complete':
        this.#phase = ''
        this.#line(`  ${event.passed ? colors.green('✓') : colors.red('✗')} ${event.address}  ${printable(event.summary)}`)
        return
      case 'cluster-waiting':
        this.#line(`  ${colors.yellow('…')} cluster ${event.cluster}: ${printable(event.reason)}`)
        return
      case 'diagnostic':
        return
    }
  }

  /** Takes the live line away until it is drawn next, so that something else can be written. */
  pause(): void {
    this.#live.erase()
  }

  /** Ends the live line, until something happens again. */
  close(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer)
    this.#timer = undefined
    this.#live.erase()
  }

  #completed({ key, action, elapsedMs, waited }: Extract<EngineEvent, { type: 'apply-complete' }>): void {
    const { colors } = this.#style
    if (this.#total <= QUIET_ABOVE) {
      const paint = action === 'delete' || action === 'replace' ? colors.red : colors.green
      const what = waited ? `${DONE[action]} in ${formatDuration(elapsedMs)}` : `${STOPPED[action]}not waited for any longer`
      this.#line(`  ${waited ? paint('✓') : colors.yellow('·')} ${describeObject(key)}  ${colors.dim(what)}`)
      return
    }
    const percent = Math.floor((this.#done / this.#total) * 100)
    if (percent < this.#nextMilestone) return
    while (this.#nextMilestone <= percent) this.#nextMilestone += 10
    this.#line(`  ${colors.dim(`${this.#done} of ${this.#total} done`)}`)
  }

  #line(text: string): void {
    this.#live.erase()
    this.#stream.write(`${text}\n`)
  }

  #draw(): void {
    if (this.#phase === '' && this.#running.size === 0) {
      this.#live.erase()
      return
    }
    const frame = FRAMES[this.#frame++ % FRAMES.length] ?? ''
    const [first] = this.#running.values()
    const doing =
      first === undefined
        ? this.#phase
        : `${this.#done}/${this.#total}  ${first.what}${first.reason === '' ? '' : `: ${first.reason}`}${this.#running.size > 1 ? ` and ${this.#running.size - 1} more` : ''}`
    this.#live.draw(`${this.#style.colors.cyan(frame)} `, doing)
  }
}
