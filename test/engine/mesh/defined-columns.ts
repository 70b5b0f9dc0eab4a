import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { columnsOf, type MeshColumn } from '../../../src/cli/meshes/mesh-column.ts'
import type { CapabilityTable, Feature } from '../../../src/providers/features.ts'
import { meshProviders } from '../../../src/providers/registry.ts'
import { definitionsOf as definitionFiles } from '../../providers/conformance/definition-files.ts'
import type { Workspace } from './run-command.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The definitions that a mesh is tried with, as its conformance suite names them; none where its objects are not of Kubernetes. */
function definitionsOf({ name }: MeshColumn): readonly string[] {
  const suite = path(`../../providers/conformance/${name.replace(' ', '-')}.test.ts`)
  if (!existsSync(suite)) return []
  const list = /definitions: \[([^\]]*)\]/.exec(readFileSync(suite, 'utf8'))?.[1] ?? ''
  return [...list.matchAll(/'([^']+)'/g)].flatMap((match) => match[1] ?? [])
}

/** Each mesh and mode whose definitions the fixtures hold. */
export const DEFINED_COLUMNS = [...meshProviders.values()].flatMap(columnsOf).filter((column) => definitionsOf(column).length > 0)

/** Writes the definitions of a mesh below `crds/`. */
export async function writeDefinitions(workspace: Workspace, column: MeshColumn): Promise<void> {
  for (const { id, read } of definitionFiles(definitionsOf(column)).values()) {
    await workspace.write(`crds/${id.replace('/', '-')}.yaml`, JSON.stringify(read()))
  }
}

/** Whether a mesh does a feature, wholly or in part. */
export function can(table: CapabilityTable, feature: Feature): boolean {
  return table[feature].level !== 'no'
}
