import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'

/** A validator of JSON Schemas. In a module of its own, since loading it takes longer than many a plan. */
export function createSchemaValidator(): Ajv {
  const ajv = new Ajv({ allErrors: false, strict: false, allowUnionTypes: true })
  ajvFormats.default(ajv)
  return ajv
}
