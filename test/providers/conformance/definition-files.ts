import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { isJsonObject, type JsonObject } from '../../../src/plan/json.ts'

/** A CustomResourceDefinition of test/fixtures/crds, parsed only when asked for: some of the files are megabytes. */
export interface DefinitionFile {
  /** `group/Kind` of what it defines. */
  readonly id: string
  readonly read: () => JsonObject
}

const FOLDER = fileURLToPath(new URL('../../fixtures/crds/', import.meta.url))

/** The definitions of some of the folders of test/fixtures/crds. A later folder wins over an earlier one. */
export function definitionsOf(folders: readonly string[]): ReadonlyMap<string, DefinitionFile> {
  const result = new Map<string, DefinitionFile>()
  for (const folder of folders) {
    for (const file of readdirSync(join(FOLDER, folder)).sort()) {
      if (!file.endsWith('.yaml')) continue
      for (const text of readFileSync(join(FOLDER, folder, file), 'utf8').split(/^---.*$/m)) {
        const id = idOf(text)
        if (id !== undefined) result.set(id, { id, read: () => definition(text) })
      }
    }
  }
  return result
}

/** The group and kind, told by indentation alone: `names` stands two deep and its `kind` four. */
function idOf(text: string): string | undefined {
  if (!/^kind: CustomResourceDefinition\s*$/m.test(text)) return undefined
  const group = /^ {2}group: (\S+)/m.exec(text)?.[1]
  const names = /^ {2}names:\n((?: {4}.*\n)+)/m.exec(text)?.[1]
  const kind = /^ {4}kind: (\S+)/m.exec(names ?? '')?.[1]
  if (group === undefined || kind === undefined) throw new Error(`no group or kind in ${text.slice(0, 200)}`)
  return `${group}/${kind}`
}

function definition(text: string): JsonObject {
  const value: unknown = parse(text)
  if (!isJsonObject(value)) throw new Error('a CustomResourceDefinition is an object')
  return value
}
