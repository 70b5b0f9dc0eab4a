import type { LiveObject } from '../contract.ts'
import { numberOf, objectOf } from '../json-fields.ts'
import { type Condition, conditionsOf, describeCondition, isCurrent } from './conditions.ts'
import type { Health } from './health.ts'

/** What condition types mean where nothing is known of the kind, the first that applies wins. */
const MEANINGS: readonly {
  readonly type: string
  readonly when: (status: string) => boolean
  readonly means: 'failed' | 'in-progress'
}[] = [
  { type: 'Stalled', when: (status) => status === 'True', means: 'failed' },
  { type: 'Failed', when: (status) => status === 'True', means: 'failed' },
  { type: 'Reconciling', when: (status) => status === 'True', means: 'in-progress' },
  { type: 'Ready', when: (status) => status !== 'True', means: 'in-progress' },
  { type: 'Available', when: (status) => status !== 'True', means: 'in-progress' },
]

/** Health of a kind nobody told us about: by observed generation and the usual conditions; without any it is fine as it is. */
export function genericHealth(object: LiveObject): Health {
  const outdated = observedHealth(object)
  if (outdated !== undefined) return outdated
  const conditions = conditionsOf(objectOf(object.status).conditions)
  for (const { type, when, means } of MEANINGS) {
    const condition: Condition | undefined = conditions.find((candidate) => candidate.type === type)
    if (condition === undefined) continue
    if (!isCurrent(object, condition)) return { status: 'in-progress', reason: `condition ${type} is about an older generation` }
    if (when(condition.status)) return { status: means, reason: describeCondition(condition) }
  }
  return { status: 'current', reason: '' }
}

/** In progress while the controller has only seen an older generation; undefined otherwise. */
export function observedHealth(object: LiveObject): Health | undefined {
  const generation = numberOf(objectOf(object.metadata).generation)
  const observed = numberOf(objectOf(object.status).observedGeneration)
  if (generation === undefined || observed === undefined || observed >= generation) return undefined
  return { status: 'in-progress', reason: 'its controller has not seen the change yet' }
}
