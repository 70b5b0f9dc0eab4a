import { editorSchema } from '../../src/design/schema/editor-schema.ts'
import { perfCheckJsonSchema } from '../../src/perf/check/perf-check-schema.ts'
import { recordJsonSchema } from '../../src/perf/check/perf-record.ts'
import type { JsonValue } from '../../src/plan/json.ts'
import { planFileSchema } from '../../src/plan/plan-schema.ts'
import { STATE_SCHEMA } from '../../src/state/state-schema.ts'
import { EVENTS_SCHEMA } from '../../src/views/ndjson-schema.ts'
import { commandReference } from './command-reference.ts'
import { diagnosticsReference } from './diagnostics-reference.ts'
import { KIND_FIELDS_FILE, kindFieldsFile } from './kind-fields.ts'
import { languageReference } from './language-reference.ts'
import { meshPages } from './mesh-pages.ts'
import { oamPage } from './oam-page.ts'

/** Every file of the repository that is made from the code, by path, with the text it must have. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['schemas/design.schema.json', json(editorSchema())],
    ['schemas/perf-check.schema.json', json(perfCheckJsonSchema())],
    ['schemas/perf-result.schema.json', json(recordJsonSchema())],
    ['schemas/plan.schema.json', `${JSON.stringify(planFileSchema, null, 2)}\n`],
    ['schemas/state.schema.json', `${JSON.stringify(STATE_SCHEMA, null, 2)}\n`],
    ['schemas/events.schema.json', `${JSON.stringify(EVENTS_SCHEMA, null, 2)}\n`],
    [KIND_FIELDS_FILE, kindFieldsFile()],
    ['docs/language.md', languageReference()],
    ['docs/diagnostics.md', diagnosticsReference()],
    ['docs/oam.md', oamPage()],
    ['docs/cli.md', await commandReference()],
    ...meshPages(),
  ])
}

function json(value: JsonValue): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
