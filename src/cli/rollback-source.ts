import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { Expansion } from '../planner/expand.ts'
import { objectsAfter, recallObjects } from '../planner/recall-objects.ts'

/** What a rollback plans with in place of the design: its shell, and what was recorded then. */
export interface RollbackSource {
  readonly design: Design
  readonly recast: (expansion: Expansion) => Expansion
  /** Serial of the deploy. */
  readonly rollbackTo: number
}

/** The way back to what was recorded after the deploy with this serial; a diagnostic where the history does not lead there. */
export function rollbackSource(
  design: Design,
  state: RecordedState,
  serial: number,
): { readonly ok: true; readonly value: RollbackSource } | { readonly ok: false; readonly diagnostic: Diagnostic } {
  const record = state.history.find((item) => item.serial === serial)
  const earlier = objectsAfter(state, serial)
  if (record === undefined || earlier === undefined)
    return { ok: false, diagnostic: noWayBack(state, serial, record !== undefined) }
  return {
    ok: true,
    value: {
      design: {
        ...design,
        components: design.components.filter(({ section }) => section !== 'perfChecks'),
        digest: record.designDigest,
        version: undefined,
        outputs: Object.entries(state.outputs).map(([name, { value }]) => ({
          name,
          value: { known: true, value },
          sensitive: false,
          description: undefined,
          location: { file: '', line: 1, column: 1 },
        })),
        moved: [],
        imports: [],
        removed: [],
      },
      rollbackTo: serial,
      recast: (now) => recallObjects(earlier, state, now.objects),
    },
  }
}

function noWayBack(state: RecordedState, serial: number, isRecorded: boolean): Diagnostic {
  const reachable = state.history.map((item) => item.serial).filter((item) => objectsAfter(state, item) !== undefined)
  return {
    severity: 'error',
    code: 'MF4009',
    summary: isRecorded ? `The history no longer reaches back to ${serial}` : `There is no deploy with the serial ${serial}`,
    detail:
      reachable.length === 0
        ? 'Nothing is recorded that could be gone back to.'
        : `Deploys that can be gone back to are ${reachable.join(', ')}.`,
    hint: 'Run `meshform state history` for the list.',
  }
}
