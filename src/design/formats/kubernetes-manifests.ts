import { basename } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { API_VERSION } from '../schema/design.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** True for a document that is an object of Kubernetes. */
export function isResourceDocument({ value }: SourceDocument): boolean {
  if (!isJsonObject(value)) return false
  return typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isJsonObject(value.metadata)
}

/**
 * Plain manifests as a design: one resource an object, named by kind and name, in the order of the files. The places of values
 * are those in the manifests.
 */
export function resourcesFromManifests(manifests: readonly SourceDocument[], folder: string): SourceDocument {
  const resources: Record<string, JsonObject> = {}
  const sources = new Map<string, SourceDocument>()
  for (const document of manifests) {
    const manifest = isJsonObject(document.value) ? document.value : {}
    const name = uniqueName(manifest, resources)
    resources[name] = { manifest: escapeExpressions(manifest) as JsonObject }
    sources.set(name, document)
  }
  const value: JsonObject = {
    apiVersion: API_VERSION,
    kind: 'Design',
    metadata: { name: labelOf(basename(folder)) || 'manifests' },
    resources,
  }
  const [first] = manifests
  const follow = (path: ValuePath) => {
    const [section, name, , ...rest] = path
    const source = section === 'resources' && typeof name === 'string' ? sources.get(name) : undefined
    return { source: source ?? first, rest: source === undefined ? [] : rest }
  }
  const place = (path: ValuePath, how: 'locate' | 'locateKey') => {
    const { source, rest } = follow(path)
    return source?.[how](rest) ?? { file: folder, line: 1, column: 1 }
  }
  return {
    file: first?.file ?? folder,
    value,
    locate: (path) => place(path, 'locate'),
    locateKey: (path) => place(path, 'locateKey'),
    locateText: (path, piece, offset, occurrence) => {
      const { source, rest } = follow(path)
      return source?.locateText(rest, piece, offset, occurrence) ?? { file: folder, line: 1, column: 1 }
    },
  }
}

function uniqueName(manifest: JsonObject, taken: { readonly [name: string]: unknown }): string {
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {}
  const base = labelOf(`${String(manifest.kind)}-${String(metadata.name ?? 'unnamed')}`)
  let name = base
  for (let count = 2; Object.hasOwn(taken, name); count++) name = `${base}-${count}`
  return name
}

function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
}

/** Manifests know no expressions: what looks like one is meant as it stands. */
function escapeExpressions(value: JsonValue): JsonValue {
  if (typeof value === 'string') return escapeText(value)
  if (Array.isArray(value)) return value.map(escapeExpressions)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeText(key), escapeExpressions(item)]))
}

function escapeText(text: string): string {
  // As a function: in a replacement text, two dollars would stand for one.
  return text.replaceAll('${', () => '$${')
}
