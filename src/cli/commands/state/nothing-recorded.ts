import type { Diagnostic } from '../../../plan/diagnostic.ts'
import type { RecordedState } from '../../../plan/recorded-state.ts'

/** The mistake of naming a component or an object that the state does not have. */
export function nothingRecordedAt(address: string, state: RecordedState): Diagnostic {
  const known = [...new Set([...state.objects.values()].map((object) => object.address))].sort()
  return {
    severity: 'error',
    code: 'MF2012',
    summary: `Nothing is recorded at ${address}`,
    detail:
      known.length === 0
        ? 'The state is empty.'
        : `Recorded are ${known.slice(0, 12).join(', ')}${known.length > 12 ? ` and ${known.length - 12} more` : ''}.`,
  }
}
