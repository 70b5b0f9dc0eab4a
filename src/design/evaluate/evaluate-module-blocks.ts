import type { JsonObject } from '../../plan/json.ts'
import type { Design, DesignRules } from '../design.ts'
import { type Entry, entryLocation } from '../module/module-source.ts'
import type { PolicySpec } from '../schema/design.ts'
import { checkAddresses } from './check-addresses.ts'
import { evaluateLoose } from './evaluate-blocks.ts'
import type { EvaluationContext, ModuleInstance } from './module-instance.ts'

/** Takes in what a module says of its own components, the design or one use of a pattern: `rules`, `policies`, `moved` and `removed`; and its values. */
export function noteModuleBlocks(instance: ModuleInstance, context: EvaluationContext): void {
  noteRules(instance, context)
  context.modules.set(instance.scope, instance.values())
  const { source, scope } = instance
  const inScope = (address: unknown) => (scope === '' ? address : `${scope}.${String(address)}`)
  const listed = (entries: readonly Entry[]) =>
    entries.flatMap((entry) => {
      const value = evaluateLoose(entry, instance, context)
      if (value === undefined) return []
      const wrong = checkAddresses(entry, { from: value.from, to: value.to })
      context.diagnostics.push(...wrong)
      return wrong.length > 0 ? [] : [{ value, location: entry.document.locate(entry.path) }]
    })
  const policies = [...source.blocks.policies.values()].flatMap((entry): readonly Design['policies'][number][] => {
    const value = evaluateLoose(entry, instance, context)
    return value === undefined
      ? []
      : [{ ...(value as unknown as PolicySpec), name: entry.name, location: entryLocation(entry), scope }]
  })
  // The schema of the language has accepted each of these.
  const moved = listed(source.lists.moved).map(({ value: { from, to }, location }) => ({
    from: inScope(from),
    to: inScope(to),
    location,
  })) as unknown as Design['moved']
  const removed = listed(source.lists.removed).map(({ value: { from, destroy }, location }) => ({
    from: inScope(from),
    destroy: destroy === true,
    location,
  })) as unknown as Design['removed']
  context.policies.push(...policies)
  context.moved.push(...moved)
  context.removed.push(...removed)
}

function noteRules(instance: ModuleInstance, context: EvaluationContext): void {
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
