import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { whenAborted } from '../abort-listeners.ts'

/** A whole answer as it came: its body may be compressed. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Sends a request and takes the answer whole. Rejects with what broke it, or with the signal's reason. Without the streams of
 * `Dispatcher.request`, which cost more than the rest of a small exchange.
 */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new AnswerCollector(signal, resolve, reject))
  })
}

class AnswerCollector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: WholeAnswer) => void
  readonly #reject: (reason: unknown) => void
  readonly #signal: AbortSignal
  readonly #leave: () => void
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}

  constructor(signal: AbortSignal, resolve: (answer: WholeAnswer) => void, reject: (reason: unknown) => void) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    this.#leave = whenAborted(signal, () => this.#abort())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#chunks.length = 0
    if (this.#signal.aborted) this.#abort()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#leave()
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#leave()
    this.#reject(error)
  }

  /** Of a request that has no connection yet only the promise ends; it is given up as soon as it gets one. */
  #abort(): void {
    const reason: unknown = this.#signal.reason
    this.#reject(reason)
    this.#controller?.abort(reason instanceof Error ? reason : new Error('Stopped'))
  }
}
