import type { Diagnostic } from '../plan/diagnostic.ts'
import { type Plan, summarize } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'

/** What a plan may do at most. */
export interface PlanLimits {
  /** Deletes and replacements allowed; undefined: any number. */
  readonly maxDeletes: number | undefined
  /** Allow an apply that leaves nothing of a design that had objects. */
  readonly allowEmpty: boolean
}

/**
 * What is wrong with a plan as a whole: an empty design that would delete everything, more deletes than allowed. `wanted` is how many
 * objects the design comes to, whatever part of them the plan is about.
 */
export function checkPlan(plan: Plan, state: RecordedState, limits: PlanLimits, wanted: number): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const counts = summarize(plan)
  if (plan.mode === 'apply' && !limits.allowEmpty && wanted === 0 && counts.delete > 0 && state.objects.size > 0) {
    diagnostics.push({
      severity: 'error',
      code: 'MF2007',
      summary: `The design has no objects left, and applying it would delete ${counts.delete === 1 ? 'the last one' : `all ${counts.delete}`}`,
      detail: 'An empty design is a lost file or a wrong folder more often than a wish.',
      hint: 'Run `meshform destroy` if everything should go, or pass --dangerous-allow-empty.',
    })
  }
  const gone = counts.delete + counts.replace
  if (limits.maxDeletes !== undefined && gone > limits.maxDeletes) {
    diagnostics.push({
      severity: 'error',
      code: 'MF2008',
      summary: `The plan deletes ${gone} ${gone === 1 ? 'object' : 'objects'}, and --max-deletes allows ${limits.maxDeletes}`,
      detail: 'Nothing was changed.',
      hint: 'Look at the deletes. If they are meant, raise --max-deletes.',
    })
  }
  return diagnostics
}
