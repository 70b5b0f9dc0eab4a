import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import type { Conversion } from '../formats/conversion.ts'
import { documentsOf, isResourceDocument, resourcesFromManifests } from '../formats/kubernetes-manifests.ts'
import { isKustomization, kustomizationAmong } from '../formats/kustomization.ts'
import { isMesheryDesign, readMesheryDesign } from '../formats/meshery/read-meshery-design.ts'
import { isOamDocument } from '../formats/oam-document.ts'
import { mistake } from '../mistake.ts'
import { API_VERSION } from '../schema/design.ts'
import { readYaml } from '../source/read-yaml.ts'
import { folderOf, type SourceFiles } from '../source/source-files.ts'
import type { SourceDocument } from '../source/yaml-source.ts'

/** The documents of a design, the folder that its paths start from, and what is to be said. */
export interface ReadDocuments {
  readonly documents: readonly SourceDocument[]
  readonly directory: string
  readonly diagnostics: readonly Diagnostic[]
}

/** The documents that a design is made of; those of other languages are already designs. */
export async function readDocuments(
  paths: readonly string[],
  files: SourceFiles,
  at: SourceLocation | undefined,
): Promise<ReadDocuments> {
  const diagnostics: Diagnostic[] = []
  const designs: SourceDocument[] = []
  const others: SourceDocument[] = []
  const foreign: ForeignDesign[] = []
  const manifestFiles: string[] = []
  const named: SourceDocument[] = []
  let directory: string | undefined
  for (const path of paths) {
    const listed = files.list(path, at)
    if (!listed.ok) {
      diagnostics.push(...listed.diagnostics)
      continue
    }
    const isNamed = listed.value.length === 1 && listed.value[0] === path
    for (const file of listed.value) {
      const beginning = isNamed ? undefined : files.beginning(file)
      if (beginning !== undefined && isWritten(file, beginning)) continue
      const text = files.peek(file, at)
      if (!text.ok) {
        // A file in the folder that is too large to be read counts where it claims to be ours.
        if (beginning === undefined || /meshform\.dev\//.test(beginning)) diagnostics.push(...text.diagnostics)
        continue
      }
      const reading = readYaml(text.value.text, text.value.name, 'design')
      const documents = reading.documents.flatMap(documentsOf)
      const found = documents.filter(isDesign)
      const [meshery] = documents.filter(isMesheryDesign)
      if (meshery !== undefined) foreign.push({ file, document: meshery })
      // In a folder, files that say nothing of designs are somebody else's, mistakes and all.
      if (isNamed || found.length > 0 || /meshform\.dev\//.test(text.value.text)) diagnostics.push(...reading.diagnostics)
      if (found.length > 0) directory ??= folderOf(file)
      if (isNamed || found.length > 0) files.read(file, at)
      else if (documents.some(isResourceDocument)) manifestFiles.push(file)
      designs.push(...found)
      const rest = documents.filter((document) => !isDesign(document) && document !== meshery)
      if (found.length > 0) diagnostics.push(...rest.filter(isResourceDocument).map(besideDesign))
      if (isNamed) others.push(...rest)
      else others.push(...rest.filter((document) => isResourceDocument(document) || isKustomization(document)))
      diagnostics.push(...rest.filter((document) => looksLikeDesign(document)).map(notThisVersion))
      if (isNamed && found.length === 0) named.push(...[meshery ?? rest[0]].flatMap((document) => document ?? []))
    }
  }
  if (designs.length > 0) {
    diagnostics.push(...named.filter((document) => !looksLikeDesign(document)).map(namedBesideDesign))
    for (const file of manifestFiles) files.passOver(file)
    return { documents: designs, directory: directory ?? '', diagnostics }
  }
  if (foreign.length > 0) return readForeign(foreign, files, diagnostics)
  const kustomization = kustomizationAmong(others)
  if (kustomization !== undefined) return { documents: [], directory: '', diagnostics: [...diagnostics, kustomization] }
  const manifests = others.filter(isResourceDocument)
  const [firstPath = '.'] = paths
  if (manifests.length > 0 && manifests.length === others.length) {
    for (const file of manifestFiles) files.read(file)
    const listed = files.list(firstPath)
    const isFile = listed.ok && listed.value[0] === firstPath
    const folder = isFile ? folderOf(firstPath) : firstPath
    const oam = manifests.filter(isOamDocument)
    if (oam.length === 0) return { documents: [resourcesFromManifests(manifests, folder)], directory: folder, diagnostics }
    // Its tables are large, and most designs have nothing to do with them.
    const { readApplications } = await import('../formats/oam/read-applications.ts')
    const plain = manifests.filter((document) => !isOamDocument(document))
    return converted(readApplications(oam, plain, isFile ? firstPath : folder), folder, diagnostics)
  }
  if (diagnostics.length === 0) diagnostics.push(nothingFound(paths, others, files, at))
  return { documents: [], directory: '', diagnostics }
}

/** What meshform itself writes beside designs: saved plans, as they are, shown or encrypted, and events. However large, it is no design. */
function isWritten(file: string, beginning: string): boolean {
  return /\.json$/i.test(file) && /^\s*\{\s*"(?:format_version|sealed_plan|@level)"/.test(beginning)
}

/** A design in another language, and the file that it is in. */
interface ForeignDesign {
  readonly file: string
  readonly document: SourceDocument
}

/** A design in another language is one file: such files know nothing of each other. */
function readForeign(
  [first, second]: readonly ForeignDesign[],
  files: SourceFiles,
  diagnostics: readonly Diagnostic[],
): ReadDocuments {
  if (first === undefined) throw new Error('There is no design in another language')
  const directory = folderOf(first.file)
  if (second !== undefined) {
    const several = mistake('MF1010', second.document.locate([]), {
      summary: `Two designs are here: ${first.document.file} and ${second.document.file}`,
      hint: 'Name one of the files with -f.',
    })
    return { documents: [], directory, diagnostics: [...diagnostics, several] }
  }
  files.read(first.file)
  return converted(readMesheryDesign(first.document), directory, diagnostics)
}

function converted(
  { document, diagnostics: said }: Conversion,
  directory: string,
  diagnostics: readonly Diagnostic[],
): ReadDocuments {
  return { documents: document === undefined ? [] : [document], directory, diagnostics: [...diagnostics, ...said] }
}

/** An object in the file of a design would be passed over; files of their own may be named by `manifests`. */
function besideDesign(document: SourceDocument): Diagnostic {
  const { kind } = isJsonObject(document.value) ? document.value : {}
  return mistake('MF1009', document.locate(['kind']), {
    summary: `This ${String(kind)} stands beside a design and is no part of it`,
    detail: 'A file holds designs, or the objects of Kubernetes; not both.',
    hint: 'Put it under `resources.<name>.manifest`, or into a file of its own that `resources.<name>.manifests` names.',
  })
}

/** A file was named with a design, and the two can't be read as one. */
function namedBesideDesign(document: SourceDocument): Diagnostic {
  return mistake('MF1009', document.locate([]), {
    summary: `${document.file} is named beside a design and is no part of it`,
    hint: 'Name it under `resources.<name>.manifests` of the design, or plan it by itself.',
  })
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
