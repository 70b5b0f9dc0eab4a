import type { Diagnostic } from '../../plan/diagnostic.ts'
import { formatLocation } from '../../plan/source.ts'
import { topologicalOrder } from '../../plan/topological-order.ts'
import { mistake } from '../mistake.ts'
import { type Entry, entryLocation, type ModuleSource, SECTIONS } from '../module/module-source.ts'
import { checkConditions, checkPolicyRule } from './bare-expressions.ts'
import { checkReference, targetsOf } from './check-references.ts'
import { type PlacedReference, pieceLocation, type Scan, scanExpressions } from './scan-expressions.ts'

/** An entry with what its expressions refer to. */
export interface ScannedEntry {
  readonly id: string
  readonly entry: Entry
  readonly scan: Scan
  /** Ids of the entries it refers to. */
  readonly targets: readonly string[]
  /** True when it can't be evaluated: its expressions are wrong as they are written. */
  readonly broken: boolean
}

/** The entries of a module, each after those it refers to; those of a circle are left out. */
export interface OrderedEntries {
  readonly entries: readonly ScannedEntry[]
  readonly diagnostics: readonly Diagnostic[]
}

const ordered = new WeakMap<ModuleSource, OrderedEntries>()

/** Scans and orders the entries of a module. Done once for a module however often it is used. */
export function orderEntries(module: ModuleSource): OrderedEntries {
  const known = ordered.get(module)
  if (known !== undefined) return known
  const result = order(module)
  ordered.set(module, result)
  return result
}

function order(module: ModuleSource): OrderedEntries {
  const diagnostics: Diagnostic[] = []
  const scanned = new Map<string, ScannedEntry>()
  for (const [id, entry] of allEntries(module)) {
    const scan = scanExpressions(entry)
    const wrong = scan.references.flatMap((placed) => checkReference(module, entry, placed) ?? [])
    const conditions = checkConditions(module, entry)
    diagnostics.push(...scan.diagnostics, ...wrong, ...conditions)
    scanned.set(id, {
      id,
      entry,
      scan,
      targets: [...new Set(scan.references.flatMap((placed) => targetsOf(module, placed)))],
      broken: scan.diagnostics.length + wrong.length + conditions.length > 0,
    })
  }
  for (const entry of module.blocks.policies.values()) diagnostics.push(...checkPolicyRule(entry))
  let left = scanned
  for (;;) {
    const sorted = topologicalOrder([...left.keys()], (id) => left.get(id)?.targets ?? [])
    if ('order' in sorted) {
      return { entries: sorted.order.flatMap((id) => left.get(id) ?? []), diagnostics }
    }
    diagnostics.push(describeCycle(module, sorted.cycle, left))
    const circle = new Set(sorted.cycle)
    left = new Map([...left].filter(([id]) => !circle.has(id)))
  }
}

function* allEntries(module: ModuleSource): Generator<readonly [string, Entry]> {
  for (const [name, entry] of module.blocks.locals) yield [`locals.${name}`, entry]
  for (const section of SECTIONS) {
    for (const [name, entry] of module.components.get(section) ?? []) yield [`${section}.${name}`, entry]
  }
  for (const [name, entry] of module.blocks.outputs) yield [`outputs.${name}`, entry]
}

function describeCycle(module: ModuleSource, cycle: readonly string[], scanned: ReadonlyMap<string, ScannedEntry>): Diagnostic {
  const steps = cycle.slice(0, -1).map((id, index) => {
    const next = cycle[index + 1] ?? ''
    const node = scanned.get(id)
    const placed = node?.scan.references.find((reference) => targetsOf(module, reference).includes(next))
    return { id, next, place: node === undefined || placed === undefined ? undefined : placeOf(node, placed) }
  })
  const first = scanned.get(cycle[0] ?? '')
  return mistake('MF1303', first === undefined ? undefined : entryLocation(first.entry), {
    summary: steps.length === 1 ? `${cycle[0]} needs itself` : `${cycle.join(' -> ')} is a cycle`,
    detail: steps
      .map(({ id, next, place }) => `${id} needs ${next}${place === undefined ? '' : ` (${formatLocation(place)})`}`)
      .join('\n'),
    hint: 'Break the circle: move what both need into an input or a local.',
    address: cycle[0],
  })
}

function placeOf(node: ScannedEntry, placed: PlacedReference) {
  return pieceLocation(node.entry, placed.piece, placed.reference.start)
}
