/** Why a filter can't go on. After any of these its instance is not called again. */
export type FilterFailure =
  /** The module could not be made into an instance. */
  | { readonly kind: 'load'; readonly filter: string; readonly message: string }
  /** The guest crashed: `unreachable`, a wild pointer, a stack without end. `stack` names its functions, innermost first. */
  | {
      readonly kind: 'trap'
      readonly filter: string
      readonly callback: string
      readonly message: string
      readonly stack: readonly string[]
    }
  /** The guest ended itself. */
  | { readonly kind: 'exit'; readonly filter: string; readonly callback: string; readonly code: number }
  /** The guest answered that it won't run with this configuration. */
  | { readonly kind: 'rejected'; readonly filter: string; readonly callback: string }

/** Thrown through the guest by proc_exit, and caught where the guest was called. */
export class GuestExit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`proc_exit(${code})`)
    this.name = 'GuestExit'
    this.code = code
  }
}

/** Thrown through the guest where it gave itself up: a trap that comes with words. */
export class GuestAbort extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'GuestAbort'
  }
}

/** Thrown out of a call into a guest that failed; the bench turns it into the filter's failure policy. */
export class GuestFailed extends Error {
  readonly failure: FilterFailure

  constructor(failure: FilterFailure) {
    super(describeFailure(failure))
    this.name = 'GuestFailed'
    this.failure = failure
  }
}

const maximumFrames = 12

/** The failure that an exception out of the guest means. */
export function failureOf(error: unknown, filter: string, callback: string): FilterFailure {
  if (error instanceof GuestExit) return { kind: 'exit', filter, callback, code: error.code }
  const said = error instanceof Error ? error.message : String(error)
  const message = error instanceof RangeError && /call stack/i.test(said) ? 'call stack exhausted' : said
  return { kind: 'trap', filter, callback, message, stack: wasmFrames(error) }
}

/** The guest's functions in an exception's stack, as V8 prints them: `at name (wasm://...)`. */
function wasmFrames(error: unknown): readonly string[] {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const frames: string[] = []
  for (const line of stack.split('\n')) {
    const match = /^\s+at (.+) \(?wasm:\/\//.exec(line)
    if (match?.[1] !== undefined && frames.length < maximumFrames) frames.push(match[1])
  }
  return frames
}

/** The failure in one line. */
export function describeFailure(failure: FilterFailure): string {
  switch (failure.kind) {
    case 'load':
      return `filter ${failure.filter} can't be loaded: ${failure.message}`
    case 'trap':
      return `filter ${failure.filter} crashed in ${failure.callback}: ${failure.message}`
    case 'exit':
      return `filter ${failure.filter} ended itself in ${failure.callback} with exit code ${failure.code}`
    case 'rejected':
      return `filter ${failure.filter} refused its configuration in ${failure.callback}`
  }
}
