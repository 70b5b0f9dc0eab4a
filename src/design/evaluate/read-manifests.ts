import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import type { ManifestSource } from '../component.ts'
import { mistake } from '../mistake.ts'
import { readYaml } from '../source/read-yaml.ts'
import type { SourceFiles } from '../source/source-files.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** Manifests read from files, or what is wrong with them. */
export interface ManifestReading {
  readonly manifests: readonly ManifestSource[]
  readonly diagnostics: readonly Diagnostic[]
}

interface ParsedFile {
  readonly manifests: readonly ManifestSource[]
  readonly diagnostics: readonly Diagnostic[]
}

const parsed = new WeakMap<SourceFiles, Map<string, ParsedFile>>()

/** Reads the objects in the files that paths and globs stand for. Addresses on the web are left to whoever fetches them. */
export function readManifests(
  patterns: readonly string[],
  directory: string,
  files: SourceFiles,
  locate: (index: number) => SourceLocation,
): ManifestReading {
  const manifests: ManifestSource[] = []
  const diagnostics: Diagnostic[] = []
  for (const [index, pattern] of patterns.entries()) {
    if (/^(https?|oci):\/\//.test(pattern)) continue
    const at = locate(index)
    const matched = files.match(pattern, directory, at)
    if (!matched.ok) {
      diagnostics.push(...matched.diagnostics)
      continue
    }
    for (const path of matched.value) {
      const file = readFile(path, files, at)
      manifests.push(...file.manifests)
      diagnostics.push(...file.diagnostics)
    }
  }
  return { manifests, diagnostics }
}

function readFile(path: string, files: SourceFiles, at: SourceLocation): ParsedFile {
  const known = parsed.get(files) ?? new Map<string, ParsedFile>()
  parsed.set(files, known)
  const before = known.get(path)
  if (before !== undefined) return before
  const text = files.read(path, at)
  const result = text.ok ? parseManifests(text.value.text, text.value.name) : { manifests: [], diagnostics: text.diagnostics }
  known.set(path, result)
  return result
}

/** The objects of a text of manifests; a List is taken apart. */
export function parseManifests(text: string, name: string): ParsedFile {
  const reading = readYaml(text, name, 'manifest')
  const manifests: ManifestSource[] = []
  const diagnostics = [...reading.diagnostics]
  for (const document of reading.documents) {
    if (document.value !== null) take(document.value, [], document, manifests, diagnostics)
  }
  return { manifests, diagnostics }
}

function take(
  value: JsonValue,
  path: ValuePath,
  document: SourceDocument,
  manifests: ManifestSource[],
  diagnostics: Diagnostic[],
): void {
  if (isJsonObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    for (const [index, item] of value.items.entries()) take(item, [...path, 'items', index], document, manifests, diagnostics)
    return
  }
  const missing = missingOf(value)
  if (missing !== undefined || !isManifest(value)) {
    diagnostics.push(
      mistake('MF1012', document.locate(path), {
        summary: isJsonObject(value) ? `This object has no ${missing ?? 'name'}` : 'This is no object of Kubernetes',
        hint: 'Every object has apiVersion, kind and metadata.name.',
      }),
    )
    return
  }
  manifests.push({
    manifest: value,
    location: document.locate(path),
    locate: (inner) => document.locate([...path, ...inner]),
  })
}

function missingOf(value: JsonValue): string | undefined {
  if (!isJsonObject(value)) return undefined
  if (typeof value.apiVersion !== 'string') return 'apiVersion'
  if (typeof value.kind !== 'string') return 'kind'
  const name = isJsonObject(value.metadata) ? value.metadata.name : undefined
  return typeof name === 'string' && name !== '' ? undefined : 'metadata.name'
}

function isManifest(value: JsonValue): value is Manifest {
  return isJsonObject(value) && missingOf(value as JsonObject) === undefined
}
