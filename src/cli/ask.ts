import { PassThrough } from 'node:stream'
import { confirm, isCancel } from '@clack/prompts'

const SHOW_CURSOR = '\u001b[?25h'

/** What is typed at a terminal, key by key. */
class Keys extends PassThrough {
  readonly isTTY = true
  readonly #gone: () => void

  constructor(gone: () => void) {
    super()
    this.#gone = gone
    this.on('end', gone)
    this.on('keypress', (_text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }) => {
      // Keys of a terminal in raw mode are no signals.
      if (key.ctrl === true && key.name === 'c') process.emit('SIGINT', 'SIGINT')
      // The line editor closes at it, and tells nobody who waits for a key.
      if (key.ctrl === true && key.name === 'd') gone()
      // It also stops the process, with the cursor away.
      if (key.ctrl === true && key.name === 'z') process.stderr.write(SHOW_CURSOR)
    })
  }

  /** A terminal that was closed can't be set any more. */
  setRawMode(mode: boolean): this {
    try {
      process.stdin.setRawMode(mode)
    } catch {
      this.#gone()
    }
    return this
  }
}

/**
 * Asks a question that is answered with yes or no. Leaving it is no: by Ctrl-C, Ctrl-D or Escape, by a signal to stop, and by a
 * terminal that is closed. Stopped by Ctrl-Z and brought back, it asks anew. The terminal is left as it was.
 */
export async function ask(message: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const continued = new AbortController()
    const again = () => continued.abort()
    process.once('SIGCONT', again)
    const answer = await askOnce(message, AbortSignal.any([signal, continued.signal]))
    process.off('SIGCONT', again)
    if (!continued.signal.aborted || signal.aborted) return answer
  }
}

async function askOnce(message: string, signal: AbortSignal): Promise<boolean> {
  const left = new AbortController()
  const leave = () => left.abort()
  const input = new Keys(leave)
  process.stdin.on('error', leave)
  process.stdin.pipe(input)
  try {
    const answer = await confirm({
      message,
      initialValue: false,
      input,
      output: process.stderr,
      signal: AbortSignal.any([signal, left.signal]),
    })
    return !isCancel(answer) && answer
  } finally {
    process.stdin.unpipe(input)
    process.stdin.pause()
  }
}
