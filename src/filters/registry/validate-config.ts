import { Ajv, type ErrorObject, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { JsonObject } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'

/** A part of a configuration that does not fit. */
export interface ConfigMisfit {
  readonly path: ValuePath
  /** A sentence without a full stop. */
  readonly message: string
}

/** Compares a configuration with the filter's own schema. A schema that is none is told as such, at the root. */
export function validateConfig(schema: JsonObject, config: unknown): readonly ConfigMisfit[] {
  const options: Options = { allErrors: true, strict: false, validateFormats: true, logger: false }
  const modern = typeof schema.$schema === 'string' && schema.$schema.includes('2020-12')
  const ajv = modern ? new Ajv2020(options) : new Ajv(options)
  addFormats.default(ajv)
  let validate: ReturnType<typeof ajv.compile>
  try {
    validate = ajv.compile(schema)
  } catch (error) {
    return [
      {
        path: [],
        message: `the schema of the filter is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`,
      },
    ]
  }
  if (validate(config)) return []
  const seen = new Set<string>()
  return (validate.errors ?? []).map(misfitOf).filter((misfit) => {
    const key = `${misfit.path.join('/')} ${misfit.message}`
    return !seen.has(key) && seen.add(key).size > 0
  })
}

function misfitOf(error: ErrorObject): ConfigMisfit {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  switch (error.keyword) {
    case 'additionalProperties':
      return { path: [...path, String(error.params.additionalProperty)], message: 'the filter knows no such key' }
    case 'required':
      return { path, message: `${String(error.params.missingProperty)} is missing` }
    case 'enum':
      return {
        path,
        message: `must be one of ${error.params.allowedValues.map((value: unknown) => JSON.stringify(value)).join(', ')}`,
      }
    default:
      return { path, message: error.message ?? 'does not fit' }
  }
}
