import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import { isJsonObject } from '../plan/json.ts'
import { formatDesign } from './format-design.ts'
import { sortDiagnostics } from './mistake.ts'
import { readDocuments } from './module/read-documents.ts'
import { SourceFiles } from './source/source-files.ts'

/** A design in the words of the language, or why there is none. */
export interface ConvertedDesign {
  readonly text: string | undefined
  /** How many components it has. */
  readonly components: number
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * A design of another language, or a folder of plain manifests, written in this language. Says of it what loading says of it; nothing
 * is evaluated.
 */
export async function convertDesign(path: string, cwd: string): Promise<ConvertedDesign> {
  const { documents, diagnostics } = await readDocuments([resolve(cwd, path)], new SourceFiles(cwd), undefined)
  const said = sortDiagnostics(diagnostics)
  if (hasErrors(said) || documents.length === 0) return { text: undefined, components: 0, diagnostics: said }
  const values = documents.map(({ value }) => (isJsonObject(value) ? value : {}))
  const texts = values.map(
    (value) => formatDesign(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }), path).text ?? '',
  )
  const components = values.flatMap(({ meshes, resources }) =>
    [meshes, resources].flatMap((section) => (isJsonObject(section) ? Object.keys(section) : [])),
  )
  return { text: `${commentsOf(said)}${texts.join('---\n')}`, components: components.length, diagnostics: said }
}

/** What was told, as comments: a design that is read later has no other trace of what it came from. */
function commentsOf(said: readonly Diagnostic[]): string {
  const lines = said.flatMap(({ code, summary, detail, location }) => {
    const place = location === undefined ? '' : ` (${location.file}:${location.line})`
    return [`${code} ${summary}${place}`, ...(detail === undefined ? [] : [`  ${detail}`])]
  })
  return lines.map((line) => `# ${line.replaceAll(/\s*\n\s*/g, ' ')}\n`).join('')
}
