import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { PlanMode } from '../plan/plan.ts'

/** Refuses a change that takes a protected object away, unless its protection wants no more than a confirmation and has it. */
export function checkProtection(change: ObjectChange, mode: PlanMode, confirmed: ReadonlySet<string>): readonly Diagnostic[] {
  const { action, protect } = change
  if (mode === 'refresh-only' || protect === false || (action !== 'delete' && action !== 'replace')) return []
  if (protect === 'confirm' && confirmed.has(change.id)) return []
  const goes = action === 'delete' ? 'deleted' : 'replaced'
  return [
    {
      severity: 'error',
      code: 'MF2005',
      summary: `${describeObject(change.key)} is protected and would be ${goes}`,
      detail: action === 'replace' ? whyReplaced(change) : whyDeleted(mode),
      address: change.address,
      ...(change.origin === undefined ? {} : { location: change.origin }),
      hint: protect === 'confirm' ? `If that is meant, say so: --confirm '${change.address}'.` : HINTS[action],
    },
  ]
}

const HINTS = {
  delete: 'Take `protect` off and apply, or give it up with a `removed` block that keeps it.',
  replace: 'Take lifecycle.protect off, or keep the field as it is.',
} as const

function whyDeleted(mode: PlanMode): string {
  return mode === 'destroy'
    ? 'Its component says lifecycle.protect.'
    : 'It is no longer in the design, and was recorded with lifecycle.protect.'
}

function whyReplaced({ reason, certaintyReason }: ObjectChange): string {
  if (reason === 'replace_by_request') return '--replace asks for it.'
  if (reason === 'replace_with_container') return 'What holds it is replaced: its namespace, or the definition of its kind.'
  if (reason === 'replace_by_triggers') return 'Something that lifecycle.replaceTriggeredBy names changes.'
  return `A field that can't be changed in place differs: ${certaintyReason ?? ''}`
}
