import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { type DesignTestFileSpec, type DesignTestSpec, designTestFile } from '../../design/schema/design-test.ts'
import { readYaml } from '../../design/source/read-yaml.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import type { CommandIo } from '../command-io.ts'
import { misfitDiagnostics } from '../filter/misfit-diagnostics.ts'

/** The tests of one file, or why there are none. */
export interface DesignSuite {
  readonly name: string
  readonly tests: readonly (DesignTestSpec & { readonly location: SourceLocation })[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a `*.test.yaml` file. Mistakes come with file and line. */
export async function readDesignTests(io: CommandIo, path: string): Promise<DesignSuite> {
  const absolute = resolve(io.cwd, path)
  const name = relative(io.cwd, absolute)
  const text = await readFile(absolute, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const hint = 'Name a folder with a design, or a file of tests: `*.test.yaml`.'
    const unread: Diagnostic = { severity: 'error', code: 'MF6003', summary: `${name} can not be read`, hint }
    return { name, tests: [], diagnostics: [unread] }
  }
  const { documents, diagnostics } = readYaml(text, name, 'design')
  const document = documents[0]
  if (document === undefined || hasErrors(diagnostics)) {
    const empty: Diagnostic = { severity: 'error', code: 'MF6003', summary: `${name} holds no tests` }
    return { name, tests: [], diagnostics: diagnostics.length > 0 ? diagnostics : [empty] }
  }
  const misfits = misfitDiagnostics(document, designTestFile)
  if (!fits(document.value, misfits)) return { name, tests: [], diagnostics: [...diagnostics, ...misfits] }
  const tests = document.value.tests.map((test, index) => ({ ...test, location: document.locate(['tests', index]) }))
  return { name, tests, diagnostics }
}

/** A value without misfits is what the schema says. */
function fits(value: JsonValue, misfits: readonly Diagnostic[]): value is JsonValue & DesignTestFileSpec {
  return value !== null && misfits.length === 0
}
