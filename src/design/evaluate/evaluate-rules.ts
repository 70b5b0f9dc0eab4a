import type { JsonObject } from '../../plan/json.ts'
import type { DesignRules } from '../design.ts'
import { evaluateLoose } from './evaluate-blocks.ts'
import type { EvaluationContext, ModuleInstance } from './module-instance.ts'

/** Takes in the `rules` of a module, each with its place and whose components it is for. */
export function noteRules(instance: ModuleInstance, context: EvaluationContext): void {
  const entry = instance.source.rules
  const value = entry === undefined ? undefined : evaluateLoose(entry, instance, context)
  if (entry === undefined || value === undefined) return
  const note = <Name extends keyof DesignRules>(name: Name) => {
    const list = value[name]
    const items = Array.isArray(list) ? (list as readonly JsonObject[]) : []
    const placed = items.map((item, index) => ({
      ...item,
      location: entry.document.locate([...entry.path, name, index]),
      scope: instance.scope,
    }))
    // The schema of the language has accepted each of these.
    context.rules[name].push(...(placed as never[]))
  }
  note('ignore')
  note('health')
}
