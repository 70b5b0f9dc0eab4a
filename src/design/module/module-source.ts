import type { JsonValue } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import type { Section } from '../component.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** Sections of a design that hold components, in the order in which they are listed. */
export const SECTIONS: readonly Section[] = [
  'meshes',
  'workloads',
  'gateways',
  'external',
  'traffic',
  'authorization',
  'filters',
  'resources',
  'patterns',
  'perfChecks',
]

/** Named things of a design that are no components. */
export const NAMED_BLOCKS = ['inputs', 'locals', 'clusters', 'outputs', 'policies'] as const
/** A block of named things that are no components. */
export type NamedBlock = (typeof NAMED_BLOCKS)[number]

/** A block that is a list. */
export type ListBlock = 'moved' | 'imports' | 'removed'

/** One named thing as it is written: its value, the document it stands in, and the path of it there. */
export interface Entry {
  readonly name: string
  readonly value: JsonValue
  readonly document: SourceDocument
  readonly path: ValuePath
}

/** Where the name of an entry stands. */
export function entryLocation(entry: Entry): SourceLocation {
  return entry.document.locateKey(entry.path)
}

/** A design as it is written, its files merged: the design of the user, or a pattern. Nothing is evaluated yet. */
export interface ModuleSource {
  /** Absolute path of its folder. */
  readonly directory: string
  readonly documents: readonly SourceDocument[]
  readonly name: string
  readonly version: string | undefined
  /** `metadata` of the first document, for labels. */
  readonly metadata: Entry
  /** `state` of the document that has it. */
  readonly state: Entry | undefined
  /** `ownership` of the document that has it. */
  readonly ownership: Entry | undefined
  /** `rules` of the document that has it. */
  readonly rules: Entry | undefined
  readonly components: ReadonlyMap<Section, ReadonlyMap<string, Entry>>
  readonly blocks: { readonly [Block in NamedBlock]: ReadonlyMap<string, Entry> }
  readonly lists: { readonly [Block in ListBlock]: readonly Entry[] }
  /** The design that each of its `patterns` is made from, by name; a pattern that can't be loaded is missing. */
  readonly patterns: ReadonlyMap<string, ModuleSource>
}

/** The entry of a component, or of something else in scope. */
export function findEntry(module: ModuleSource, root: string, name: string): Entry | undefined {
  const section = SECTIONS.find((candidate) => candidate === root)
  if (section !== undefined) return module.components.get(section)?.get(name)
  const block = NAMED_BLOCKS.find((candidate) => candidate === root)
  return block === undefined ? undefined : module.blocks[block].get(name)
}
