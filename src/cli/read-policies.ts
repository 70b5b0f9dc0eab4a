import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Design } from '../design/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { CommandIo } from './command-io.ts'
import { whyUnreadable } from './why-unreadable.ts'

type Policies = Design['policies']

/** Policies of the files that `--policy` names: YAML or JSON with `policies:` as a design has it. */
export async function readPolicies(
  io: CommandIo,
  files: readonly string[],
): Promise<{ readonly policies: Policies; readonly diagnostics: readonly Diagnostic[] }> {
  const policies: Policies[number][] = []
  const diagnostics: Diagnostic[] = []
  for (const file of files) {
    const lines = new LineCounter()
    const refuse = (detail: string, offset = 0) => {
      const { line, col } = lines.linePos(offset)
      diagnostics.push({
        severity: 'error',
        code: 'MF6003',
        summary: `${file} is no file of policies`,
        detail,
        location: { file, line: Math.max(1, line), column: Math.max(1, col) },
        hint: 'Write `policies: {no-deletes: {rule: "change.action != \'delete\'", message: ..., enforcement: mandatory}}`.',
      })
    }
    let text: string
    try {
      text = await readFile(resolve(io.cwd, file), 'utf8')
    } catch (error) {
      diagnostics.push({
        severity: 'error',
        code: 'MF6003',
        summary: `${file} can not be read`,
        detail: whyUnreadable(error),
      })
      continue
    }
    const document = parseDocument(text, { lineCounter: lines })
    const [error] = document.errors
    if (error !== undefined) {
      refuse(error.message.split('\n')[0] ?? '', error.pos[0])
      continue
    }
    const block = document.get('policies')
    if (!isMap(block)) {
      refuse('It has no map `policies`.')
      continue
    }
    for (const pair of block.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0
      const value = document.getIn(['policies', name])
      const spec: JsonValue = isMap(value) ? (value.toJSON() as JsonValue) : null
      const { line, col } = lines.linePos(offset)
      const policy = policyOf(name, spec, { file, line, column: col })
      if (typeof policy === 'string') refuse(`policies.${name} ${policy}`, offset)
      else policies.push(policy)
    }
  }
  return { policies, diagnostics }
}

function policyOf(name: string, spec: JsonValue, location: Policies[number]['location']): Policies[number] | string {
  if (!isJsonObject(spec)) return 'is no map.'
  const { rule, message, enforcement, ...others } = spec
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `has the unknown key ${unknown}; known are rule, message and enforcement.`
  if (typeof rule !== 'string') return 'has no rule.'
  if (message !== undefined && typeof message !== 'string') return 'has a message that is no text.'
  if (enforcement !== undefined && enforcement !== 'mandatory' && enforcement !== 'advisory') {
    return 'has an enforcement that is neither mandatory nor advisory.'
  }
  return {
    name,
    rule,
    ...(message === undefined ? {} : { message }),
    ...(enforcement === undefined ? {} : { enforcement }),
    location,
    scope: '',
  }
}
