import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { RunOptions } from './design-options.ts'

/** An input without a value: whoever only looks at the state need not know it. */
const MISSING_INPUT = 'MF1501'

/**
 * What keeps a design from telling where its state is. Inputs without values do not, unless the place is made of them: nobody has to
 * give a password to list what is recorded, or to take a lock away.
 */
export function mistakesForState(
  { design, diagnostics }: { readonly design: Design | undefined; readonly diagnostics: readonly Diagnostic[] },
  options: Pick<RunOptions, 'state'>,
): readonly Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const isKnown = design !== undefined && (options.state !== undefined || design.stateIsLost !== true)
  return isKnown ? errors.filter(({ code }) => code !== MISSING_INPUT) : errors
}
