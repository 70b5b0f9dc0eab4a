import { basename } from 'node:path'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import { CombinedResources } from './combined-document.ts'
import { escapeExpressions, labelOf } from './foreign-text.ts'

/** True for a document that is an object of Kubernetes. */
export function isResourceDocument({ value }: SourceDocument): boolean {
  if (!isJsonObject(value)) return false
  return typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isJsonObject(value.metadata)
}

/** The documents that a document stands for: the items of a List, and those of Lists within; else itself. */
export function documentsOf(document: SourceDocument): readonly SourceDocument[] {
  const { value } = document
  const isList =
    isJsonObject(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)
  if (!isList || !isJsonObject(value) || !Array.isArray(value.items)) return [document]
  return value.items.flatMap((item, index) =>
    documentsOf({
      file: document.file,
      value: item,
      locate: (path) => document.locate(['items', index, ...path]),
      locateKey: (path) => document.locateKey(['items', index, ...path]),
      locateText: (path, piece, offset, occurrence) => document.locateText(['items', index, ...path], piece, offset, occurrence),
    }),
  )
}

/** An object as a resource of the language. The places of values are those in the manifest. */
export function manifestResource(document: SourceDocument): { readonly name: string; readonly resource: SourceDocument } {
  const manifest = isJsonObject(document.value) ? document.value : {}
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {}
  const value: JsonObject = { manifest: escapeExpressions(manifest) }
  return {
    name: `${String(manifest.kind)}-${String(metadata.name ?? 'unnamed')}`,
    resource: {
      file: document.file,
      value,
      locate: (path) => document.locate(path.slice(1)),
      locateKey: (path) => document.locateKey(path.slice(1)),
      locateText: (path, piece, offset, occurrence) => document.locateText(path.slice(1), piece, offset, occurrence),
    },
  }
}

/** Plain manifests as a design: one resource an object, named by kind and name, in the order of the files. */
export function resourcesFromManifests(manifests: readonly SourceDocument[], folder: string): SourceDocument {
  const resources = new CombinedResources()
  for (const document of manifests) {
    const { name, resource } = manifestResource(document)
    resources.add(name, resource)
  }
  const [first] = manifests
  const file = first?.file ?? folder
  return resources.document(
    labelOf(basename(folder)) || 'manifests',
    {},
    {
      file,
      locate: () => first?.locate([]) ?? { file, line: 1, column: 1 },
    },
  )
}
