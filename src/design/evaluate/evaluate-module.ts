import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { sensitiveTexts } from '../../plan/sensitive-text.ts'
import type { Output } from '../design.ts'
import { mistake } from '../mistake.ts'
import { type Entry, findEntry, SECTIONS } from '../module/module-source.ts'
import { dependenciesOf } from './entry-dependencies.ts'
import { evaluateComponent } from './evaluate-component.ts'
import { evaluateValue, FAILED } from './evaluate-value.ts'
import type { EvaluationContext, ModuleInstance } from './module-instance.ts'
import { orderEntries, type ScannedEntry } from './order-entries.ts'
import { addressOfEntry, pieceLocation } from './scan-expressions.ts'
import { sensitiveFlow } from './sensitive-flow.ts'

/**
 * Evaluates everything of a module, each entry after those it refers to. Entries whose mistakes were said, and those that refer to
 * them, are left out: only root causes are reported.
 */
export function evaluateModule(instance: ModuleInstance, context: EvaluationContext): void {
  const { entries, diagnostics } = orderEntries(instance.source)
  context.diagnostics.push(...diagnostics)
  const present = new Set(entries.map(({ id }) => id))
  for (const scanned of entries) {
    const missing = scanned.targets.some((id) => !present.has(id) && isDeclared(instance, id))
    const poisoned = scanned.targets.some((id) => instance.failed.has(id))
    const misfit = context.misfits.get(instance.source)?.has(scanned.id) === true
    const hopeless = scanned.broken || misfit || missing || poisoned || instance.lacksInput(scanned.scan)
    if (hopeless || refersToNothing(scanned, instance, context) || !evaluateEntry(scanned, instance, context)) {
      instance.failed.add(scanned.id)
      context.failed.add(instance.scope === '' ? scanned.id : `${instance.scope}.${scanned.id}`)
    }
  }
}

function isDeclared(instance: ModuleInstance, id: string): boolean {
  const dot = id.indexOf('.')
  return findEntry(instance.source, id.slice(0, dot), id.slice(dot + 1)) !== undefined
}

/** False, with the mistakes said, when the entry has no value. */
function evaluateEntry(scanned: ScannedEntry, instance: ModuleInstance, context: EvaluationContext): boolean {
  const { entry, id } = scanned
  const [block] = id.split('.', 1)
  const section = SECTIONS.find((candidate) => candidate === block)
  if (section !== undefined) return evaluateComponent(section, scanned, instance, context, evaluateModule)
  const value = evaluateValue(entry.value, entry.path, {
    entry,
    scope: instance.celScope(),
    diagnostics: context.diagnostics,
    flow: sensitiveFlow(instance, context),
  })
  if (value === FAILED) return false
  instance.dependencies.set(id, dependenciesOf(scanned, instance))
  if (block === 'locals') {
    instance.setLocal(entry.name, value)
    if (sensitiveTexts([...context.sensitiveValues]).isIn(value)) instance.sensitiveLocals.add(entry.name)
  } else instance.outputs.push(outputOf(entry, value))
  return true
}

function outputOf(entry: Entry, value: JsonValue): Output {
  const spec = isJsonObject(value) ? value : {}
  return {
    name: entry.name,
    value: { known: true, value: spec.value ?? null },
    sensitive: spec.sensitive === true,
    description: typeof spec.description === 'string' ? spec.description : undefined,
    location: entry.document.locate(entry.path),
  }
}

/** True, with the mistake said, when an expression leads to a component that is left out or to an item that is not there. */
function refersToNothing({ entry, scan }: ScannedEntry, instance: ModuleInstance, context: EvaluationContext): boolean {
  if (scan.references.length === 0) return false
  let found = false
  // `has(workloads.a) ? workloads.a.host : ...`: whoever asks first may then use it.
  const asked = new Set(
    scan.references.flatMap(({ reference: { root, steps, optional } }) => (optional ? [`${root}.${steps[0]?.name ?? ''}`] : [])),
  )
  for (const { reference, piece } of scan.references) {
    const [first, second] = reference.steps
    if (first === undefined || asked.has(`${reference.root}.${first.name}`)) continue
    const target = instance.entries.get(`${reference.root}.${first.name}`)
    if (target === undefined) continue
    const name = `${reference.root}.${first.name}`
    const say = (start: number, summary: string, hint: string) => {
      found = true
      context.diagnostics.push(
        mistake('MF1209', pieceLocation(entry, piece, start), {
          summary,
          hint,
          address: addressOfEntry(entry),
        }),
      )
    }
    if (target.unrolled) {
      if (second !== undefined && !target.instances.has(second.name)) {
        const keys = [...target.instances.keys()]
        const known =
          keys.length === 0
            ? 'It has no items.'
            : `Its items are ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', ...' : ''}.`
        say(second.start, `${name} has no item "${second.name}"`, known)
      }
    } else if (target.instances.size === 0) {
      say(first.start, `${name} is left out: its \`when\` is false`, `Ask first: has(${name}) ? ... : ...`)
    }
  }
  return found
}
