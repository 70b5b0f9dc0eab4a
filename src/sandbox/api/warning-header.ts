import type { ResponseHeaders } from './exchange.ts'
import { StatusError } from './status-error.ts'

/** The header that carries warnings; none without any. */
export function warningHeader(warnings: readonly string[]): ResponseHeaders {
  if (warnings.length === 0) return {}
  const quoted = warnings.map((warning) => `299 - "${warning.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"`)
  return { warning: quoted.join(', ') }
}

/** Does what may be refused; the refusal carries the warnings that there were before it. */
export function warned<Result>(warnings: readonly string[], act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    if (error instanceof StatusError) throw withWarnings(error, warnings)
    throw error
  }
}

/** A refusal with warnings before those that it has. */
export function withWarnings(error: StatusError, warnings: readonly string[]): StatusError {
  const { warning } = warningHeader(warnings)
  if (warning === undefined) return error
  const later = error.headers.warning
  return error.withHeaders({ warning: later === undefined ? warning : `${warning}, ${later}` })
}
