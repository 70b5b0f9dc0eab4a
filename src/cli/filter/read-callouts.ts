import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import Type from 'typebox'
import { type FilterCalloutSpec, filterCallout } from '../../design/schema/filter-test.ts'
import { readYaml } from '../../design/source/read-yaml.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'
import type { CommandIo } from '../command-io.ts'
import { misfitDiagnostics } from './misfit-diagnostics.ts'

const list = Type.Array(filterCallout)

/** Reads a YAML list of answers to callouts. */
export async function readCallouts(
  io: CommandIo,
  path: string,
): Promise<{ readonly callouts: readonly FilterCalloutSpec[]; readonly diagnostics: readonly Diagnostic[] }> {
  const text = await readFile(resolve(io.cwd, path), 'utf8').catch((error: unknown) => error)
  if (typeof text !== 'string') {
    const detail = text instanceof Error ? `${text.message}.` : 'The file system refused it.'
    return { callouts: [], diagnostics: [{ severity: 'error', code: 'MF6003', summary: `${path} can not be read`, detail }] }
  }
  const { documents, diagnostics } = readYaml(text, path, 'design')
  const document = documents[0]
  if (document === undefined || hasErrors(diagnostics)) return { callouts: [], diagnostics }
  const misfits = misfitDiagnostics(document, list)
  return fits(document.value, misfits) ? { callouts: document.value, diagnostics: [] } : { callouts: [], diagnostics: misfits }
}

/** A value without misfits is what the schema says. */
function fits(value: JsonValue, misfits: readonly Diagnostic[]): value is JsonValue & readonly FilterCalloutSpec[] {
  return Array.isArray(value) && misfits.length === 0
}
