import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../plan/json.ts'
import { formatDesign } from './format-design.ts'
import { gatherWorkloads } from './gather-workloads.ts'
import { sortDiagnostics } from './mistake.ts'
import { readDocuments } from './module/read-documents.ts'
import { SourceFiles } from './source/source-files.ts'

/** A design in the words of the language, or why there is none. */
export interface ConvertedDesign {
  readonly text: string | undefined
  /** How many components it has. */
  readonly components: number
  /** Texts of the manifests that its workloads name, by path beside the design. */
  readonly manifests: ReadonlyMap<string, string>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * A design of another language, or a folder of plain manifests, written in this language. Says of it what loading says of it; nothing
 * is evaluated. `workloads`: what runs becomes workloads that name their manifests.
 */
export async function convertDesign(
  path: string,
  cwd: string,
  shape: 'resources' | 'workloads' = 'resources',
): Promise<ConvertedDesign> {
  const { documents, diagnostics } = await readDocuments([resolve(cwd, path)], new SourceFiles(cwd), undefined)
  const said = sortDiagnostics(diagnostics)
  if (hasErrors(said) || documents.length === 0)
    return { text: undefined, components: 0, manifests: new Map(), diagnostics: said }
  const gathered = documents.map(({ value }) => {
    const design = isJsonObject(value) ? value : {}
    return shape === 'workloads'
      ? gatherWorkloads(design)
      : { value: design, manifests: new Map<string, readonly JsonObject[]>() }
  })
  const values = gathered.map(({ value }) => value)
  const texts = values.map((value) => formatDesign(yamlOf(value), path).text ?? '')
  const components = values.flatMap(({ meshes, workloads, resources }) =>
    [meshes, workloads, resources].flatMap((section) => (isJsonObject(section) ? Object.keys(section) : [])),
  )
  const manifests = gathered.flatMap(({ manifests: files }) =>
    [...files].map(([file, objects]) => [file, objects.map((object) => yamlOf(object)).join('---\n')] as const),
  )
  const text = `${commentsOf(said)}${texts.join('---\n')}`
  return { text, components: components.length, manifests: new Map(manifests), diagnostics: said }
}

function yamlOf(value: JsonObject): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** What was told, as comments: a design that is read later has no other trace of what it came from. */
function commentsOf(said: readonly Diagnostic[]): string {
  const lines = said.flatMap(({ code, summary, detail, location }) => {
    const place = location === undefined ? '' : ` (${location.file}:${location.line})`
    return [`${code} ${summary}${place}`, ...(detail === undefined ? [] : [`  ${detail}`])]
  })
  return lines.map((line) => `# ${line.replaceAll(/\s*\n\s*/g, ' ')}\n`).join('')
}
