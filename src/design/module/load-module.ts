import { resolve } from 'node:path'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { holdsExpression } from '../expression/template.ts'
import { mistake } from '../mistake.ts'
import type { SourceFiles } from '../source/source-files.ts'
import { mergeDocuments } from './merge-documents.ts'
import type { ModuleSource } from './module-source.ts'
import { readDocuments } from './read-documents.ts'

/** A design read, with the patterns it uses. */
export interface LoadedModule {
  readonly module: ModuleSource | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** A pattern that was fetched: the design's path, the folder that it must not leave, and what is to be said of it. */
export type FetchedPattern =
  | { readonly path: string; readonly root: string; readonly remarks: readonly Remark[] }
  | { readonly problem: Remark }

/** A diagnostic without its place: whoever names the pattern knows it. */
export type Remark = Omit<Diagnostic, 'address' | 'location'>

/** Fetches a pattern that is not a path. Undefined for what is one. */
export type FetchPattern = (source: string) => Promise<FetchedPattern | undefined>

/** Reads the designs that paths (absolute) stand for, merged, and all the patterns they use. `at` is the place that names them. */
export async function loadModule(
  paths: readonly string[],
  files: SourceFiles,
  fetchPattern: FetchPattern,
  at?: SourceLocation,
  open: readonly string[] = [],
): Promise<LoadedModule> {
  const read = await readDocuments(paths, files, at)
  const diagnostics = [...read.diagnostics]
  if (read.documents.length === 0) return { module: undefined, diagnostics }
  const directory = read.directory
  const merged = mergeDocuments(read.documents, directory)
  diagnostics.push(...merged.diagnostics)
  if (merged.module === undefined) return { module: undefined, diagnostics }
  const patterns = new Map<string, ModuleSource>()
  for (const [name, entry] of merged.module.components.get('patterns') ?? []) {
    const source = isJsonObject(entry.value) ? entry.value.source : undefined
    if (typeof source !== 'string') continue
    const location = entry.document.locate([...entry.path, 'source'])
    const address = `patterns.${name}`
    const target = await patternPath(source, directory, files, fetchPattern, location)
    diagnostics.push(...target.remarks.map((remark) => ({ ...remark, address, location })))
    if (target.path === undefined) continue
    if (open.includes(target.path) || target.path === directory) {
      diagnostics.push(
        mistake('MF1602', location, {
          summary: `The pattern ${source} uses itself`,
          detail: `${[...open, directory, target.path].map((path) => files.nameOf(path)).join(' -> ')}`,
          address,
        }),
      )
      continue
    }
    const inner = await loadModule([target.path], files, fetchPattern, location, [...open, directory])
    diagnostics.push(...inner.diagnostics)
    if (inner.module !== undefined) patterns.set(name, inner.module)
  }
  return { module: { ...merged.module, patterns }, diagnostics }
}

async function patternPath(
  source: string,
  directory: string,
  files: SourceFiles,
  fetchPattern: FetchPattern,
  location: SourceLocation,
): Promise<{ readonly path?: string; readonly remarks: readonly Remark[] }> {
  if (holdsExpression(source)) {
    return {
      remarks: [
        mistake('MF1603', undefined, {
          summary: 'The source of a pattern cannot be an expression',
          hint: 'Write it out; give the pattern inputs instead.',
        }),
      ],
    }
  }
  const fetched = await fetchPattern(source)
  if (fetched === undefined) {
    const path = resolve(directory, source)
    const astray = files.escapeOf(directory, path, location)
    return astray === undefined ? { path, remarks: [] } : { remarks: [astray] }
  }
  if ('problem' in fetched) return { remarks: [fetched.problem] }
  files.enclose(fetched.root, source)
  return { path: fetched.path, remarks: fetched.remarks }
}
