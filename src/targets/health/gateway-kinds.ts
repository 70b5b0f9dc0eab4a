import type { LiveObject } from '../contract.ts'
import { objectOf, objectsOf, textOf } from '../json-fields.ts'
import { conditionOf, conditionsOf, describeCondition, isCurrent } from './conditions.ts'
import type { Health } from './health.ts'

const current: Health = { status: 'current', reason: '' }

/** There when all of these conditions are True for the present generation. */
export function allConditions(...types: readonly string[]): (object: LiveObject) => Health {
  return (object) => {
    for (const type of types) {
      const condition = conditionOf(object, type)
      if (condition === undefined) return { status: 'in-progress', reason: `it has no condition ${type} yet` }
      if (condition.status !== 'True') return { status: 'in-progress', reason: describeCondition(condition) }
      if (!isCurrent(object, condition))
        return { status: 'in-progress', reason: `condition ${type} is about an older generation` }
    }
    return current
  }
}

/**
 * A route is there when every Gateway it names accepted it and its references resolve. Of parents that are Services (GAMMA) only
 * bad news counts, for not every mesh reports on them.
 */
export function routeHealth(object: LiveObject): Health {
  const reports = objectsOf(objectOf(object.status).parents)
  for (const report of reports) {
    for (const condition of conditionsOf(report.conditions)) {
      if (condition.type !== 'Accepted' && condition.type !== 'ResolvedRefs') continue
      if (!isCurrent(object, condition))
        return { status: 'in-progress', reason: `condition ${condition.type} is about an older generation` }
      if (condition.status !== 'True') {
        return { status: 'in-progress', reason: `${parentName(objectOf(report.parentRef))}: ${describeCondition(condition)}` }
      }
    }
  }
  const gateways = objectsOf(objectOf(object.spec).parentRefs).filter(
    (parent) => (textOf(parent.kind) ?? 'Gateway') === 'Gateway',
  )
  const silent = gateways.find(
    (parent) => !reports.some((report) => textOf(objectOf(report.parentRef).name) === textOf(parent.name)),
  )
  return silent === undefined ? current : { status: 'in-progress', reason: `${parentName(silent)} has not accepted it yet` }
}

function parentName(parent: { readonly kind?: unknown; readonly name?: unknown }): string {
  return `${typeof parent.kind === 'string' ? parent.kind : 'Gateway'} ${typeof parent.name === 'string' ? parent.name : ''}`
}
