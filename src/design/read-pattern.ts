import { resolve } from 'node:path'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'
import { inputType } from './inputs/check-input.ts'
import { mistake, sortDiagnostics } from './mistake.ts'
import { type FetchPattern, loadModule } from './module/load-module.ts'
import type { Entry, ModuleSource } from './module/module-source.ts'
import { SourceFiles } from './source/source-files.ts'
import { checkAuthored } from './validate/check-authored.ts'

/** An input of a pattern, as its users see it. */
export interface PatternInput {
  readonly name: string
  readonly type: string
  readonly description: string | undefined
  readonly required: boolean
  readonly default: JsonValue | undefined
  readonly sensitive: boolean
}

/** A pattern from outside: what it is called, what it wants, what it makes and what it gives back. Nothing is evaluated. */
export interface PatternSummary {
  readonly name: string
  readonly version: string | undefined
  readonly description: string | undefined
  readonly inputs: readonly PatternInput[]
  readonly outputs: readonly { readonly name: string; readonly description: string | undefined; readonly sensitive: boolean }[]
  /** Addresses of its components, in the order in which they are listed. */
  readonly components: readonly string[]
  /** Sources of the patterns that it uses itself. */
  readonly patterns: readonly string[]
}

/** Reads a pattern without inputs. With errors among the diagnostics nobody could use it. */
export async function readPattern(
  path: string,
  cwd: string,
  fetchPattern: FetchPattern,
): Promise<{ readonly summary: PatternSummary | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const files = new SourceFiles(cwd)
  const loaded = await loadModule([resolve(cwd, path)], files, fetchPattern)
  const { module } = loaded
  if (module === undefined) return { summary: undefined, diagnostics: sortDiagnostics(loaded.diagnostics) }
  const diagnostics = sortDiagnostics([...loaded.diagnostics, ...checkAuthored(module), ...leadingOut(module, files)])
  return { summary: summaryOf(module), diagnostics }
}

function summaryOf(module: ModuleSource): PatternSummary {
  const metadata = objectOf(module.metadata.value)
  const entriesOf = (map: ReadonlyMap<string, Entry>) => [...map.values()]
  return {
    name: module.name,
    version: module.version,
    description: textOf(metadata.description),
    inputs: entriesOf(module.blocks.inputs).map(({ name, value }) => {
      const declaration = objectOf(value)
      return {
        name,
        type: inputType(declaration),
        description: textOf(declaration.description),
        required: declaration.default === undefined,
        default: declaration.default,
        sensitive: declaration.sensitive === true,
      }
    }),
    outputs: entriesOf(module.blocks.outputs).map(({ name, value }) => {
      const output = objectOf(value)
      return { name, description: textOf(output.description), sensitive: output.sensitive === true }
    }),
    components: [...module.components].flatMap(([section, entries]) => [...entries.keys()].map((name) => `${section}.${name}`)),
    patterns: entriesOf(module.components.get('patterns') ?? new Map()).flatMap(
      ({ value }) => textOf(objectOf(value).source) ?? [],
    ),
  }
}

/** Files that the design names outside of its folder: they would not travel with it. */
function leadingOut(module: ModuleSource, files: SourceFiles): readonly Diagnostic[] {
  const outside: Diagnostic[] = []
  const check = (entry: Entry, path: ValuePath, text: JsonValue | undefined): void => {
    if (typeof text !== 'string' || !text.split('/').includes('..')) return
    if (resolve(module.directory, text).startsWith(`${module.directory}/`)) return
    outside.push(
      mistake('MF1013', entry.document.locate([...entry.path, ...path]), {
        severity: 'warning',
        summary: `${text} is not part of the pattern ${files.nameOf(module.directory)}`,
        hint: 'Move it into the folder of the pattern: what is outside does not travel with it.',
      }),
    )
  }
  for (const entry of module.components.get('patterns')?.values() ?? []) check(entry, ['source'], objectOf(entry.value).source)
  for (const entry of module.components.get('resources')?.values() ?? []) {
    const { manifests } = objectOf(entry.value)
    if (Array.isArray(manifests)) manifests.forEach((text, index) => void check(entry, ['manifests', index], text))
  }
  return outside
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
