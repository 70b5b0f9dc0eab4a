import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonObject } from '../plan/json.ts'
import { planFileSchema } from '../plan/plan-schema.ts'

/** What is wrong with the shape of a plan file; undefined when nothing is. Loaded only when a plan is read: ajv takes its time. */
export function planShapeProblem(json: JsonObject): string | undefined {
  const validate = new Ajv2020({ strict: false, allErrors: false }).compile(planFileSchema)
  if (validate(json)) return undefined
  const [error] = validate.errors ?? []
  const where = error?.instancePath === undefined || error.instancePath === '' ? 'The file' : error.instancePath
  return `${where} ${error?.message ?? 'has another shape'}.`
}
