import { basename } from 'node:path'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { API_VERSION } from '../schema/design.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import { escapeExpressions, freeName, labelOf } from './foreign-text.ts'

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
    const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {}
    const name = freeName(`${String(manifest.kind)}-${String(metadata.name ?? 'unnamed')}`, resources)
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
