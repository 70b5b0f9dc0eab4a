import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { isAsRecorded, type LiveView } from '../planner/assess.ts'
import type { HealthRule } from '../providers/rules.ts'
import { healthOf } from '../targets/health/health.ts'

/** Objects named one by one; the others are counted. */
const NAMED = 10

/**
 * What an apply will wait for although it changes nothing of it: objects as designed that are not healthy, such as one that an earlier
 * apply gave up on. One warning for all; none for what nobody touched since it was seen to be healthy.
 */
export function leftUnhealthy(
  plan: Plan,
  recorded: RecordedState['objects'],
  live: LiveView,
  rules: ReadonlyMap<string, { readonly health: readonly HealthRule[] }>,
): readonly Diagnostic[] {
  if (plan.mode !== 'apply') return []
  const amiss = plan.changes.flatMap((change) => {
    const object = change.action === 'no-op' && change.wait ? live.objects.get(change.id) : undefined
    if (object === undefined || isAsRecorded(recorded.get(change.id), object)) return []
    const { status, reason } = healthOf(object, rules.get(change.id)?.health ?? [])
    if (status === 'current' || status === 'unknown') return []
    return [{ change, told: `${describeObject(change.key)}: ${reason}` }]
  })
  const [first] = amiss
  if (first === undefined) return []
  const more = amiss.length > NAMED ? [`and ${amiss.length - NAMED} more`] : []
  return [
    {
      severity: 'warning',
      code: 'MF4013',
      summary: `${amiss.length === 1 ? '1 object is' : `${amiss.length} objects are`} as designed and not healthy`,
      detail: [...amiss.slice(0, NAMED).map(({ told }) => told), ...more].join('\n'),
      address: first.change.address,
      ...(first.change.origin === undefined ? {} : { location: first.change.origin }),
      hint: 'There is nothing to change about it: an apply waits until it is healthy, and fails where that takes too long.',
    },
  ]
}
