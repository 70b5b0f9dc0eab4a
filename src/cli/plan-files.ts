import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Plan } from '../plan/plan.ts'
import { planFromJson, planToJson } from '../plan/plan-file.ts'
import type { CommandIo } from './command-io.ts'
import { VERSION } from './version.ts'
import { writeFileAtomically } from './write-file.ts'

/** Larger files are no plans. */
const LARGEST_PLAN = 512 * 1024 * 1024

/** A plan read back, with the inputs it was made with. */
export interface ReadPlan {
  readonly plan: Plan | undefined
  readonly inputs: { readonly input: readonly string[] }
  readonly diagnostics: readonly Diagnostic[]
}

/** Saves a plan: JSON, mode 0600, whole or not at all. */
export async function writePlanFile(io: CommandIo, path: string, plan: Plan): Promise<void> {
  await writeFileAtomically(resolve(io.cwd, path), `${JSON.stringify(planToJson(plan, VERSION), null, 1)}\n`)
}

/** Reads a saved plan. Whatever is wrong with the file is a diagnostic; the file is never touched. */
export async function readPlanFile(io: CommandIo, path: string): Promise<ReadPlan> {
  const refuse = (summary: string, detail: string, code = 'MF6004'): ReadPlan => ({
    plan: undefined,
    inputs: { input: [] },
    diagnostics: [
      {
        severity: 'error',
        code,
        summary,
        detail,
        hint: 'Make a plan with `meshform plan --out FILE`. To apply a design, name it with -f.',
      },
    ],
  })
  let content: string
  try {
    content = await readFile(resolve(io.cwd, path), 'utf8')
  } catch (error) {
    return refuse(`${path} can not be read`, error instanceof Error ? error.message : String(error), 'MF6003')
  }
  if (content.length > LARGEST_PLAN) return refuse(`${path} is too large to be a plan`, `It has ${content.length} characters.`)
  const json = parse(content)
  if (json === undefined) return refuse(`${path} is not a plan`, 'It is no JSON object: truncated, or another kind of file.')
  const problem = await schemaProblem(json)
  if (problem !== undefined) return refuse(`${path} is not a plan that this version can apply`, problem)
  const plan = planFromJson(json)
  const input = Object.entries(plan.design.inputs).map(([name, value]) => `${name}=${inputText(value)}`)
  return { plan, inputs: { input }, diagnostics: [] }
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

async function schemaProblem(json: JsonObject): Promise<string | undefined> {
  const [{ Ajv2020 }, { planFileSchema }] = await Promise.all([import('ajv/dist/2020.js'), import('../plan/plan-schema.ts')])
  const validate = new Ajv2020({ strict: false, allErrors: false }).compile(planFileSchema)
  if (validate(json)) return undefined
  const [error] = validate.errors ?? []
  return `${error?.instancePath === '' ? 'The file' : (error?.instancePath ?? 'The file')} ${error?.message ?? 'has another shape'}.`
}
