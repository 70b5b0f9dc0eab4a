import { STREAM_VERSION } from './stream-version.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const count = { type: 'integer', minimum: 0 } as const
const seconds = { type: 'number', minimum: 0, description: 'Seconds.' } as const
const action = { enum: ['no-op', 'create', 'update', 'replace', 'delete', 'forget', 'import'] } as const

type Properties = { readonly [name: string]: object }

/** Open, since a new minor version adds fields. */
function record(properties: Properties, description: string, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', description, properties, required }
}

const resource = record(
  {
    addr: { ...text, description: 'Unique in a run, and opaque.' },
    module: { ...text, description: "The pattern it came from; '' for the design's own." },
    component: { ...text, description: 'The component, such as traffic.reviews.' },
    cluster: text,
    resource: { ...text, description: 'Kind with its group, namespace and name.' },
    resource_type: text,
    resource_name: text,
    resource_key: { type: ['string', 'number', 'null'], description: 'The key of an item of forEach.' },
    implied_provider: { const: 'meshform' },
  },
  'An object.',
)

const conflict = record(
  { field: text, manager: text, outcome: { enum: ['refused', 'taken', 'left'] } },
  'A field that another manager owns, and what becomes of it.',
)

const change = record(
  {
    resource,
    previous_resource: resource,
    action,
    reason: text,
    certainty: { enum: ['exact', 'approximate', 'deferred'] },
    conflicts: { type: 'array', items: conflict },
    takes_from: { type: 'array', description: 'Managers whose fields are taken over.', items: text },
  },
  'A change of one object.',
  ['previous_resource', 'reason', 'conflicts', 'takes_from'],
)

const place = record({ line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } }, 'Both count from 1.')

const diagnostic = record(
  {
    severity: { enum: ['error', 'warning', 'info'] },
    code: { type: 'string', pattern: '^MF\\d{4}$', description: 'In docs/diagnostics.md.' },
    summary: text,
    detail: text,
    address: { ...text, description: 'The component.' },
    range: record({ filename: text, start: place, end: { ...place, description: 'Exclusive.' } }, 'Where it is written.'),
    hint: { ...text, description: 'What to do about it.' },
  },
  'Something a user should know.',
  ['address', 'range', 'hint'],
)

const changes = record(
  {
    add: count,
    change: count,
    remove: count,
    import: count,
    forget: count,
    failed: count,
    unhealthy: { ...count, description: 'Those of the failed that were written.' },
    skipped: count,
    operation: { enum: ['plan', 'apply', 'destroy', 'rollback'] },
  },
  'Replaced objects count as added and removed. The last three counts are only there after an operation.',
  ['failed', 'unhealthy', 'skipped'],
)

const cluster = record(
  {
    summary: { type: 'object', additionalProperties: count },
    failed: count,
    unhealthy: count,
    skipped: count,
    reached: { ...flag, description: 'Whether it answered at all.' },
  },
  'How the operation ended on one cluster.',
)

const hook = (properties: Properties, description: string, optional?: readonly string[]) => ({
  hook: record(properties, description, optional),
})

interface StreamEvent {
  readonly description: string
  readonly properties: Properties
  readonly optional?: readonly string[]
}

/** What each type of line has beside the fields of every line. */
export const STREAM_EVENTS = {
  version: { description: 'The first line.', properties: { meshform: text, ui: text } },
  refresh_start: {
    description: 'Live objects are read.',
    properties: hook({ cluster: text, kinds: count }, 'Where, and how many kinds.'),
  },
  refresh_complete: {
    description: 'They were read.',
    properties: hook({ cluster: text, objects: count, elapsed_seconds: seconds }, 'Where, how many, how long.'),
  },
  cluster_waiting: {
    description: 'A cluster does not answer or asks for patience, and is asked again.',
    properties: hook({ cluster: text, reason: text }, 'Which one, and why.'),
  },
  resource_drift: { description: 'What others changed; its action is what they did.', properties: { change } },
  planned_change: { description: 'A change that is not a no-op.', properties: { change } },
  change_summary: {
    description: 'After the plan, and at the end of an operation. All but the changes only at the end.',
    properties: {
      changes,
      elapsed_seconds: seconds,
      interrupted: flag,
      passed: { ...flag, description: 'False where a postcondition or a perf-check does not hold.' },
      clusters: { type: 'object', additionalProperties: cluster },
    },
    optional: ['elapsed_seconds', 'interrupted', 'passed', 'clusters'],
  },
  apply_start: { description: 'A change begins.', properties: hook({ resource, action }, 'Which one.') },
  apply_progress: {
    description: 'It was written (with its action), or is waited for (with the reason), every ten seconds as long as it is.',
    properties: hook({ resource, action, reason: text, elapsed_seconds: seconds }, 'How far it is.', ['action', 'reason']),
  },
  apply_complete: {
    description: 'It is done and healthy.',
    properties: hook(
      { resource, action, elapsed_seconds: seconds, waited: { ...flag, description: 'False: stopped before it was healthy.' } },
      'How it ended.',
    ),
  },
  apply_errored: {
    description: 'It failed; a diagnostic says why.',
    properties: hook(
      { resource, action, written: { ...flag, description: 'True: written and recorded, but not healthy.' } },
      'How it ended.',
    ),
  },
  apply_skipped: {
    description: 'It was never begun.',
    properties: hook({ resource, action, needs: text, because: { enum: ['failed', 'stopped'] } }, 'What it needs.'),
  },
  check_start: { description: 'A perf-check begins.', properties: hook({ address: text }, 'Which one.') },
  check_complete: {
    description: 'A perf-check was judged.',
    properties: hook({ address: text, passed: flag, summary: text }, 'How it ended.'),
  },
  diagnostic: { description: 'A mistake, a warning, a remark.', properties: { diagnostic } },
  outputs: {
    description: 'After an apply.',
    properties: {
      outputs: {
        type: 'object',
        additionalProperties: record({ sensitive: flag, value: {} }, 'Sensitive values are covered.'),
      },
    },
  },
  log: { description: 'A remark for people.', properties: {} },
} as const satisfies { readonly [type: string]: StreamEvent }

/** A type of line in the stream. */
export type StreamEventType = keyof typeof STREAM_EVENTS

/** JSON Schema of one line of `--json`; published as schemas/events.schema.json. */
export const EVENTS_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://meshform.dev/schemas/events.schema.json',
  title: 'meshform events',
  description: `One line of the stream that --json and --json-into write, version ${STREAM_VERSION}. A new minor version adds types and fields, so readers ignore those that they do not know.`,
  type: 'object',
  properties: {
    '@level': { enum: ['info', 'warn', 'error'] },
    '@message': { type: 'string', description: 'For people.' },
    '@module': { type: 'string', pattern: '^meshform\\.(plan|apply|destroy|rollback)$' },
    '@timestamp': { type: 'string', format: 'date-time' },
    type: { type: 'string' },
  },
  required: ['@level', '@message', '@module', '@timestamp', 'type'],
  allOf: Object.entries(STREAM_EVENTS as { readonly [type: string]: StreamEvent }).map(
    ([type, { description, properties, optional }]) => ({
      if: { properties: { type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: record(properties, description, optional),
    }),
  ),
}
