import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { stateDiagnostic } from '../state/state-diagnostic.ts'
import type { StateError } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions } from './design-options.ts'

/** Errors that are about where the state is kept. */
const OF_THE_ADDRESS: ReadonlySet<StateError['kind']> = new Set([
  'invalid-configuration',
  'unauthorized',
  'unreachable',
  'backend',
  'too-large',
])

/** A state error as users see it, with who named the place that it is about: the design at its line, an option, the environment. */
export function stateTrouble(
  error: StateError,
  io: Pick<CommandIo, 'env'>,
  options: Pick<RunOptions, 'state'>,
  design: Pick<Design, 'state'>,
): Diagnostic {
  const diagnostic = stateDiagnostic(error)
  const isOfKey = error.kind === 'invalid-configuration' && error.about === 'key'
  if (!OF_THE_ADDRESS.has(error.kind) || isOfKey) return diagnostic
  if (options.state !== undefined) {
    const by = options.state === io.env.MESHFORM_STATE ? 'MESHFORM_STATE' : '--state'
    return { ...diagnostic, detail: `${error.message} The place is that of ${by}.` }
  }
  return design.state === undefined ? diagnostic : { ...diagnostic, location: design.state.location }
}
