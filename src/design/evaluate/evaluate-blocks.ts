import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Design, DesignCluster } from '../design.ts'
import { type Entry, entryLocation } from '../module/module-source.ts'
import type { ClusterSpec, OwnershipSettings, StateSettings } from '../schema/design.ts'
import { checkAddresses } from './check-addresses.ts'
import { checkReference, targetsOf } from './check-references.ts'
import { evaluateValue, FAILED } from './evaluate-value.ts'
import type { EvaluationContext, ModuleInstance } from './module-instance.ts'
import { scanExpressions } from './scan-expressions.ts'
import { sensitiveFlow } from './sensitive-flow.ts'

/** What only the design itself says, and not its patterns. */
export type EvaluatedBlocks = Pick<Design, 'clusters' | 'state' | 'stateIsLost' | 'ownership' | 'labels' | 'imports'>

/** Evaluates the blocks of the design that nothing refers to, once everything they may refer to is there. */
export function evaluateBlocks(instance: ModuleInstance, context: EvaluationContext): EvaluatedBlocks {
  const { source } = instance
  const clusters = [...source.blocks.clusters.values()].flatMap((entry): [string, DesignCluster][] => {
    const value = evaluateLoose(entry, instance, context)
    return value === undefined ? [] : [[entry.name, { ...(value as ClusterSpec), location: entryLocation(entry) }]]
  })
  const imports = source.lists.imports.flatMap((entry) => {
    const value = evaluateLoose(entry, instance, context)
    if (value === undefined) return []
    context.diagnostics.push(...checkAddresses(entry, { to: value.to }))
    return [{ ...value, location: entry.document.locate(entry.path) }]
  })
  const state = source.state === undefined ? undefined : evaluateLoose(source.state, instance, context)
  const metadata = evaluateLoose(source.metadata, instance, context)
  return {
    clusters: new Map(clusters),
    state:
      source.state === undefined || state === undefined
        ? undefined
        : { ...(state as StateSettings), location: source.state.document.locate([...source.state.path, 'address']) },
    stateIsLost: source.state !== undefined && state === undefined,
    ownership:
      source.ownership === undefined
        ? undefined
        : (evaluateLoose(source.ownership, instance, context) as unknown as OwnershipSettings | undefined),
    labels: stringsOf(metadata?.labels),
    // The schema of the language has accepted each of these.
    imports: imports as unknown as Design['imports'],
  }
}

/** The value of an entry, or undefined with the mistakes said. */
export function evaluateLoose(entry: Entry, instance: ModuleInstance, context: EvaluationContext): JsonObject | undefined {
  const id = entry.path.join('.')
  if (context.misfits.get(instance.source)?.has(id) === true) return undefined
  const scan = scanExpressions(entry)
  const wrong = scan.references.flatMap((placed) => checkReference(instance.source, entry, placed) ?? [])
  context.diagnostics.push(...scan.diagnostics, ...wrong)
  const poisoned = scan.references.some((placed) =>
    targetsOf(instance.source, placed).some((target) => instance.failed.has(target)),
  )
  if (scan.diagnostics.length + wrong.length > 0 || poisoned || instance.lacksInput(scan)) return undefined
  if (!scan.holds) return isJsonObject(entry.value) ? entry.value : undefined
  const value: JsonValue | typeof FAILED = evaluateValue(entry.value, entry.path, {
    entry,
    scope: instance.celScope(),
    diagnostics: context.diagnostics,
    flow: sensitiveFlow(instance, context),
  })
  return value !== FAILED && isJsonObject(value) ? value : undefined
}

function stringsOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
}
