import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { Section } from '../component.ts'
import { isBuiltInName } from '../expression/cel.ts'
import { mistake } from '../mistake.ts'
import { type Entry, findEntry, type ModuleSource, SECTIONS } from '../module/module-source.ts'
import { didYouMean } from '../nearest.ts'
import { attributeNames } from './component-attributes.ts'
import { addressOfEntry, type PlacedReference, pieceLocation } from './scan-expressions.ts'

/** Names that an expression may begin with. */
const ROOTS: readonly string[] = ['inputs', 'locals', 'each', 'design', ...SECTIONS]

/** What is wrong with a reference, told without evaluating anything. */
export function checkReference(module: ModuleSource, entry: Entry, placed: PlacedReference): Diagnostic | undefined {
  const { reference } = placed
  const [first, second, third] = reference.steps
  const at = (start: number) => pieceLocation(entry, placed.piece, start)
  const wrong = (code: Parameters<typeof mistake>[0], start: number, summary: string, hint: string | undefined) =>
    mistake(code, at(start), { summary, hint, address: addressOfEntry(entry) })
  const { root } = reference
  if (root === 'each') return checkEach(entry, placed, wrong)
  if (!ROOTS.includes(root)) {
    return isBuiltInName(root) ? undefined : wrong('MF1202', reference.start, `Unknown name ${root}`, didYouMean(root, ROOTS))
  }
  if (first === undefined) return undefined
  if (root === 'design') {
    const known = ['name', 'version']
    return known.includes(first.name)
      ? undefined
      : wrong('MF1204', first.start, `design has no ${first.name}`, didYouMean(first.name, known))
  }
  const target = findEntry(module, root, first.name)
  if (target === undefined) {
    const known = namesOf(module, root)
    const hint = didYouMean(first.name, known) ?? `The design has no ${root}.`
    return wrong('MF1203', first.start, `There is no ${root}.${first.name}`, hint)
  }
  const section = SECTIONS.find((candidate) => candidate === root)
  if (section === undefined || second === undefined) return undefined
  const unrolled = isJsonObject(target.value) && target.value.forEach !== undefined
  const attribute = unrolled ? third : second
  const known = attributeNames(section)
  if (unrolled && known.includes(second.name) && third === undefined && second.name !== 'key') {
    return wrong(
      'MF1209',
      second.start,
      `${root}.${first.name} has forEach, so it has no ${second.name} itself`,
      `Say which one: ${root}.${first.name}["key"].${second.name}.`,
    )
  }
  if (attribute === undefined || known.includes(attribute.name)) return undefined
  const isOutput = section === 'patterns' && module.patterns.get(first.name)?.blocks.outputs.has(attribute.name) === true
  const item = unrolled ? `["${second.name}"]` : ''
  return wrong(
    'MF1204',
    attribute.start,
    `${root}.${first.name} has no attribute ${attribute.name}`,
    isOutput ? `Write ${root}.${first.name}${item}.outputs.${attribute.name}.` : didYouMean(attribute.name, known),
  )
}

type Wrong = (code: Parameters<typeof mistake>[0], start: number, summary: string, hint: string | undefined) => Diagnostic

function checkEach(entry: Entry, { reference, piece }: PlacedReference, wrong: Wrong): Diagnostic | undefined {
  const inside = isJsonObject(entry.value) && entry.value.forEach !== undefined && piece.path[2] !== 'forEach'
  if (!inside) {
    return wrong('MF1208', reference.start, 'each is known only in a component that has forEach', 'Add forEach, or remove each.')
  }
  const [first] = reference.steps
  if (first === undefined || first.name === 'key' || first.name === 'value') return undefined
  return wrong('MF1204', first.start, `each has no ${first.name}`, 'It has each.key and each.value.')
}

function namesOf(module: ModuleSource, root: string): readonly string[] {
  const section: Section | undefined = SECTIONS.find((candidate) => candidate === root)
  if (section !== undefined) return [...(module.components.get(section)?.keys() ?? [])]
  return root === 'inputs' || root === 'locals' ? [...module.blocks[root].keys()] : []
}

/** Ids of the entries that a reference leads to: all of a section when the name is computed. */
export function targetsOf(module: ModuleSource, { reference }: PlacedReference): readonly string[] {
  const { root } = reference
  if (root === 'inputs' || root === 'each' || root === 'design' || !ROOTS.includes(root)) return []
  const [first] = reference.steps
  const names = first === undefined ? namesOf(module, root) : [first.name]
  return names.map((name) => `${root}.${name}`)
}
