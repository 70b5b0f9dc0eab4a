import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Plan } from '../plan/plan.ts'
import { isAsSaved, withChecksum } from '../plan/plan-checksum.ts'
import { planFromJson, planToJson } from '../plan/plan-file.ts'
import { JsonReader } from '../state/json-reader.ts'
import { sealedFromJson, sealedToJson } from '../state/sealed-text.ts'
import { stateDiagnostic } from '../state/state-diagnostic.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import { stateCipher } from './state-keys.ts'
import { unwritable } from './unwritable.ts'
import { VERSION } from './version.ts'
import { whyUnreadable } from './why-unreadable.ts'
import { writeFileAtomically } from './write-file.ts'

/** Larger files are no plans. */
const LARGEST_PLAN = 512 * 1024 * 1024

/** A plan read back, with the inputs it was made with. */
export interface ReadPlan {
  readonly plan: Plan | undefined
  readonly inputs: { readonly input: readonly string[] }
  readonly diagnostics: readonly Diagnostic[]
}

/** What an encrypted plan is bound to, besides its key. */
const SEAL_CONTEXT = 'meshform plan 1'

/** Saves a plan: JSON, mode 0600, whole or not at all; encrypted where there is a key. Gives the mistake where there is one. */
export async function writePlanFile(io: CommandIo, path: string, plan: Plan): Promise<Diagnostic | undefined> {
  const cipher = stateCipher(io)
  if (!cipher.ok) return stateDiagnostic(cipher.error)
  const sealer = await cipher.value?.sealer()
  const json = withChecksum(planToJson(plan, VERSION))
  const text =
    sealer === undefined
      ? JSON.stringify(json, null, 1)
      : JSON.stringify({ sealed_plan: 1, sealed: sealedToJson(sealer(JSON.stringify(json), SEAL_CONTEXT)) })
  try {
    await writeFileAtomically(resolve(io.cwd, path), `${text}\n`)
    return undefined
  } catch (error) {
    return unwritable(path, error, 'Nothing was changed.')
  }
}

/** Reads a saved plan. Whatever is wrong with the file is a diagnostic; the file is never touched. */
export async function readPlanFile(io: CommandIo, path: string): Promise<ReadPlan> {
  const usual = 'Make a plan with `meshform plan --out FILE`. To apply a design, name it with -f.'
  const refuse = (summary: string, detail: string, code = 'MF6004', hint = usual): ReadPlan => ({
    plan: undefined,
    inputs: { input: [] },
    diagnostics: [
      {
        severity: 'error',
        code,
        summary,
        detail,
        hint,
      },
    ],
  })
  let content: string
  try {
    const file = resolve(io.cwd, path)
    // One that nobody writes to would be waited for without end; `apply <(command)` has a place of its own.
    if ((await stat(file)).isFIFO() && !/^\/(dev|proc)\//.test(file))
      return refuse(`${path} can not be read`, 'It is a pipe.', 'MF6003')
    content = await readFile(file, 'utf8')
  } catch (error) {
    return refuse(`${path} can not be read`, whyUnreadable(error), 'MF6003')
  }
  if (content.length > LARGEST_PLAN) return refuse(`${path} is too large to be a plan`, `It has ${content.length} characters.`)
  const outer = parse(content)
  if (outer === undefined) return refuse(`${path} is not a plan`, 'It is no JSON object: truncated, or another kind of file.')
  const cipher = stateCipher(io)
  if (outer.sealed === undefined && cipher.ok && cipher.value !== undefined) {
    return refuse(
      `${path} is not encrypted, although a key is given`,
      'It may have been put in place of one that was.',
      'MF8018',
      'Make the plan again: with the key it is written encrypted. If it is meant to be plain, run without the key.',
    )
  }
  const opened = outer.sealed === undefined ? ok(outer) : await openSealed(cipher, outer, path)
  if (!opened.ok) return { plan: undefined, inputs: { input: [] }, diagnostics: [stateDiagnostic(opened.error)] }
  const json = opened.value
  const { planShapeProblem } = await import('./plan-shape.ts')
  const reader = new JsonReader()
  reader.json(json, 'It')
  const problem = reader.problem ?? planShapeProblem(json)
  if (problem !== undefined) return refuse(`${path} is not a plan that this version can apply`, problem)
  if (!isAsSaved(json)) {
    return refuse(
      `${path} was changed since it was saved`,
      'Its checksum does not fit what is in it: it was damaged, or edited.',
      'MF6006',
      'A saved plan is carried out as it was reviewed, or not at all. Change the design and make the plan again with `meshform plan --out FILE`.',
    )
  }
  const plan = planFromJson(json)
  const input = Object.entries(plan.design.inputs).map(([name, value]) => `${name}=${inputText(value)}`)
  return { plan, inputs: { input }, diagnostics: [] }
}

async function openSealed(
  cipher: ReturnType<typeof stateCipher>,
  outer: JsonObject,
  path: string,
): Promise<StateResult<JsonObject>> {
  const sealed = sealedFromJson(outer.sealed)
  const damaged = { kind: 'corrupt', file: path, line: undefined, column: undefined } as const
  if (sealed === undefined || outer.sealed_plan !== 1) {
    return refused({ ...damaged, message: `${path} says that it is encrypted, but not in a way that meshform writes.` })
  }
  if (!cipher.ok) return cipher
  if (cipher.value === undefined) {
    return refused({ kind: 'sealed', message: `${path} is encrypted, and no key was given.`, file: path })
  }
  const text = await cipher.value.open(sealed, SEAL_CONTEXT, path)
  if (!text.ok) return text
  const json = parse(text.value)
  return json === undefined ? refused({ ...damaged, message: `${path} holds no plan.` }) : ok(json)
}

function inputText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function parse(content: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(content)
    return isJsonObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
