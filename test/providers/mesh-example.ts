import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '../../src/plan/manifest.ts'

/** The objects of test/fixtures/mesh-examples/<name>.yaml. */
export function meshExample(name: string): readonly Manifest[] {
  const path = fileURLToPath(new URL(`../fixtures/mesh-examples/${name}.yaml`, import.meta.url))
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as Manifest)
}

/** Objects in an order that does not depend on who wrote them down. */
export function sorted(manifests: readonly Manifest[]): readonly Manifest[] {
  const key = (manifest: Manifest) => `${manifest.kind}/${manifest.metadata.namespace ?? ''}/${manifest.metadata.name}`
  return [...manifests].sort((left, right) => (key(left) < key(right) ? -1 : 1))
}
