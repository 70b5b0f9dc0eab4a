import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { formatLocation } from '../../plan/source.ts'
import type { Section } from '../component.ts'
import { mistake } from '../mistake.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import { type Entry, entryLocation, type ListBlock, type ModuleSource, SECTIONS } from './module-source.ts'

/** Documents of one design put together. Patterns are loaded later. */
export function mergeDocuments(
  documents: readonly SourceDocument[],
  directory: string,
): { readonly module: Omit<ModuleSource, 'patterns'> | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const metadata = documents.map(metadataOf)
  const [first] = metadata
  if (first === undefined) return { module: undefined, diagnostics }
  const name = nameOf(first)
  for (const other of metadata.slice(1)) {
    if (nameOf(other) === name) continue
    diagnostics.push(
      mistake('MF1010', other.document.locate([...other.path, 'name']), {
        summary: `Two designs are here: ${name ?? '?'} and ${nameOf(other) ?? '?'}`,
        detail: `The first is ${formatLocation(first.document.locate([...first.path, 'name']))}. Files of one design have one name.`,
        hint: 'Name one of the files with -f, or give both the same metadata.name.',
      }),
    )
  }
  // What two designs have in common is no second mistake.
  if (diagnostics.length > 0) return { module: undefined, diagnostics }
  const merge = (key: string) => mergeMaps(documents, key, diagnostics)
  const list = (key: ListBlock) => documents.flatMap((document) => listItems(document, key))
  const version = isJsonObject(first.value) ? first.value.version : undefined
  return {
    module: {
      directory,
      documents,
      name: name ?? '',
      version: typeof version === 'string' ? version : undefined,
      metadata: first,
      state: onlyOne('state', documents, diagnostics),
      ownership: onlyOne('ownership', documents, diagnostics),
      rules: onlyOne('rules', documents, diagnostics),
      components: new Map(SECTIONS.map((section): [Section, ReadonlyMap<string, Entry>] => [section, merge(section)])),
      blocks: {
        inputs: merge('inputs'),
        locals: merge('locals'),
        clusters: merge('clusters'),
        outputs: merge('outputs'),
        policies: merge('policies'),
      },
      lists: { moved: list('moved'), imports: list('imports'), removed: list('removed') },
    },
    diagnostics,
  }
}

/** A block that only one of the documents may have. */
function onlyOne(name: string, documents: readonly SourceDocument[], diagnostics: Diagnostic[]): Entry | undefined {
  const entries = documents.flatMap((document): Entry[] => {
    const value = rootOf(document)[name]
    return value === undefined ? [] : [{ name, value, document, path: [name] }]
  })
  const [first, second] = entries
  if (first !== undefined && second !== undefined) {
    diagnostics.push(
      mistake('MF1010', entryLocation(second), {
        summary: `${name} is declared twice`,
        detail: `The first one is ${formatLocation(entryLocation(first))}.`,
        hint: 'Remove one of the two.',
      }),
    )
  }
  return first
}

function metadataOf(document: SourceDocument): Entry {
  const root = rootOf(document)
  return { name: 'metadata', value: root.metadata ?? null, document, path: ['metadata'] }
}

function nameOf(metadata: Entry): string | undefined {
  const name = isJsonObject(metadata.value) ? metadata.value.name : undefined
  return typeof name === 'string' ? name : undefined
}

function rootOf(document: SourceDocument): JsonObject {
  return isJsonObject(document.value) ? document.value : {}
}

function mergeMaps(documents: readonly SourceDocument[], key: string, diagnostics: Diagnostic[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const document of documents) {
    const block = rootOf(document)[key]
    if (!isJsonObject(block)) continue
    for (const [name, value] of Object.entries(block)) {
      const entry: Entry = { name, value, document, path: [key, name] }
      const before = entries.get(name)
      if (before === undefined) {
        entries.set(name, entry)
        continue
      }
      diagnostics.push(
        mistake('MF1010', entryLocation(entry), {
          summary: `${key}.${name} is declared twice`,
          detail: `The first one is ${formatLocation(entryLocation(before))}.`,
          address: `${key}.${name}`,
          hint: 'Remove one of the two, or give it another name.',
        }),
      )
    }
  }
  return entries
}

function listItems(document: SourceDocument, key: string): readonly Entry[] {
  const list = rootOf(document)[key]
  if (!Array.isArray(list)) return []
  return list.map((value, index) => ({ name: String(index), value, document, path: [key, index] }))
}
