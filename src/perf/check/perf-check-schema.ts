import { type Static, type TSchema, Type } from 'typebox'
import { perfCheckFields, type perfCheckRequest } from '../../design/schema/perf-check.ts'
import type { JsonObject } from '../../plan/json.ts'

/** One perf-check, as a design's `perfChecks.<name>` or a file of its own says it. */
export const PerfCheckSchema = Type.Object(perfCheckFields, {
  additionalProperties: false,
  title: 'meshform perf-check',
  $id: 'https://meshform.dev/schemas/perf-check.schema.json',
})

/** A perf-check as written. Valid against the schema, not yet read: files, units and thresholds are still text. */
export type PerfCheckDocument = Static<typeof PerfCheckSchema>
/** One of a check's requests as written. */
export type PerfCheckRequest = Static<typeof perfCheckRequest>

/** The JSON Schema of perf-checks (draft 2020-12), as published in schemas/perf-check.schema.json. */
export function perfCheckJsonSchema(): JsonObject {
  const schema: TSchema = PerfCheckSchema
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...JSON.parse(JSON.stringify(schema)) }
}
