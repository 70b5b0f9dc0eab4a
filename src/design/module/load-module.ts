import { resolve } from 'node:path'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { holdsExpression } from '../expression/template.ts'
import { isResourceDocument, resourcesFromManifests } from '../formats/kubernetes-manifests.ts'
import { mistake } from '../mistake.ts'
import { API_VERSION } from '../schema/design.ts'
import { readYaml } from '../source/read-yaml.ts'
import { folderOf, type SourceFiles } from '../source/source-files.ts'
import type { SourceDocument } from '../source/yaml-source.ts'
import { mergeDocuments } from './merge-documents.ts'
import type { ModuleSource } from './module-source.ts'

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
  const read = readDocuments(paths, files, at)
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

function readDocuments(
  paths: readonly string[],
  files: SourceFiles,
  at: SourceLocation | undefined,
): { readonly documents: readonly SourceDocument[]; readonly directory: string; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const designs: SourceDocument[] = []
  const others: SourceDocument[] = []
  const manifestFiles: string[] = []
  let directory: string | undefined
  for (const path of paths) {
    const listed = files.list(path, at)
    if (!listed.ok) {
      diagnostics.push(...listed.diagnostics)
      continue
    }
    const named = listed.value.length === 1 && listed.value[0] === path
    for (const file of listed.value) {
      const text = files.peek(file, at)
      if (!text.ok) {
        diagnostics.push(...text.diagnostics)
        continue
      }
      const reading = readYaml(text.value.text, text.value.name, 'design')
      const found = reading.documents.filter(isDesign)
      // In a folder, files that say nothing of designs are somebody else's, mistakes and all.
      if (named || found.length > 0 || /meshform\.dev\//.test(text.value.text)) diagnostics.push(...reading.diagnostics)
      if (found.length > 0) directory ??= folderOf(file)
      if (named || found.length > 0) files.read(file, at)
      else if (reading.documents.some(isResourceDocument)) manifestFiles.push(file)
      designs.push(...found)
      const rest = reading.documents.filter((document) => !isDesign(document))
      if (named) others.push(...rest)
      else others.push(...rest.filter(isResourceDocument))
      diagnostics.push(...rest.filter((document) => looksLikeDesign(document)).map(notThisVersion))
    }
  }
  if (designs.length > 0) {
    return { documents: designs, directory: directory ?? '', diagnostics }
  }
  const manifests = others.filter(isResourceDocument)
  const [firstPath = '.'] = paths
  if (manifests.length > 0 && manifests.length === others.length) {
    for (const file of manifestFiles) files.read(file)
    const listed = files.list(firstPath)
    const folder = listed.ok && listed.value[0] === firstPath ? folderOf(firstPath) : firstPath
    return { documents: [resourcesFromManifests(manifests, folder)], directory: folder, diagnostics }
  }
  if (diagnostics.length === 0) diagnostics.push(nothingFound(paths, others, files, at))
  return { documents: [], directory: '', diagnostics }
}

function isDesign({ value }: SourceDocument): boolean {
  return isJsonObject(value) && value.apiVersion === API_VERSION && value.kind === 'Design'
}

function looksLikeDesign({ value }: SourceDocument): boolean {
  return isJsonObject(value) && typeof value.apiVersion === 'string' && value.apiVersion.startsWith('meshform.dev/')
}

function notThisVersion(document: SourceDocument): Diagnostic {
  const value = isJsonObject(document.value) ? document.value : {}
  const version = value.apiVersion === API_VERSION
  return mistake('MF1009', document.locate([version ? 'kind' : 'apiVersion']), {
    summary: version
      ? `The kind ${String(value.kind)} is no design`
      : `The language version ${String(value.apiVersion)} is not known`,
    hint: `Write apiVersion: ${API_VERSION} and kind: Design.`,
  })
}

function nothingFound(
  paths: readonly string[],
  others: readonly SourceDocument[],
  files: SourceFiles,
  at: SourceLocation | undefined,
): Diagnostic {
  const [other] = others
  if (other !== undefined) {
    return mistake('MF1009', other.locate([]), {
      summary: `${other.file} is no design`,
      detail: 'It has neither apiVersion and kind of a design nor those of a Kubernetes object.',
      hint: `A design begins with apiVersion: ${API_VERSION} and kind: Design.`,
    })
  }
  const [only, ...more] = paths
  const read = only === undefined || more.length > 0 ? undefined : files.read(only)
  if (read?.ok === true && read.value.text.trim() === '') {
    return mistake('MF1008', at, {
      summary: `${read.value.name} is empty`,
      hint: `A design begins with apiVersion: ${API_VERSION} and kind: Design; \`meshform init\` writes one.`,
    })
  }
  return mistake('MF1008', at, {
    summary: `No design in ${paths.map((path) => files.nameOf(path)).join(', ')}`,
    hint: 'Name a file or folder with -f, or start one with `meshform init`.',
  })
}
