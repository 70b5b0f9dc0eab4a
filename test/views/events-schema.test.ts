import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect, onTestFinished, test } from 'vitest'
import type { EngineEvent } from '../../src/engine/events.ts'
import { NdjsonRunView } from '../../src/views/ndjson.ts'
import { EVENTS_SCHEMA, STREAM_EVENTS } from '../../src/views/ndjson-schema.ts'
import { Project } from '../cli/project.ts'

/** The published schema without its openness: what a stream says and the schema does not is a mistake here. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, key === 'if' ? value : strictly(value)])
  const isRecord = 'properties' in schema && 'description' in schema && 'required' in schema && !('allOf' in schema)
  return { ...Object.fromEntries(entries), ...(isRecord ? { additionalProperties: false } : {}) }
}

const common = EVENTS_SCHEMA.properties
const closed = {
  ...EVENTS_SCHEMA,
  properties: { ...common, type: { enum: Object.keys(STREAM_EVENTS) } },
  allOf: EVENTS_SCHEMA.allOf.map((branch) => ({
    ...branch,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: strictly({ ...branch.then, properties: { ...common, ...branch.then.properties } }),
  })),
}

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true })
addFormats.default(ajv)
const isEvent = ajv.compile(closed as AnySchema)

function typesOf(stream: string): string[] {
  return stream
    .trimEnd()
    .split('\n')
    .map((line) => {
      const event = JSON.parse(line) as { readonly type: string }
      expect([line, isEvent(event) ? [] : isEvent.errors]).toEqual([line, []])
      return event.type
    })
}

const key = { cluster: 'sandbox', group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }
const object = { id: 'web', key, address: 'workloads.web["a"]', action: 'update' } as const
const diagnostic = {
  severity: 'error',
  code: 'MF5001',
  summary: 'It failed',
  address: 'workloads.web',
  location: { file: 'design.yaml', line: 3, column: 5 },
  hint: 'Try again.',
} as const

/** One of each: the type makes sure that none is forgotten. */
const EVENTS: { readonly [Type in EngineEvent['type']]: Extract<EngineEvent, { readonly type: Type }> } = {
  'refresh-start': { type: 'refresh-start', cluster: 'sandbox', kinds: 3 },
  'refresh-complete': { type: 'refresh-complete', cluster: 'sandbox', objects: 7, elapsedMs: 12 },
  'dry-run-start': { type: 'dry-run-start', objects: 1 },
  'dry-run-progress': { type: 'dry-run-progress', done: 1, objects: 1 },
  'apply-start': { type: 'apply-start', ...object },
  'apply-written': { type: 'apply-written', ...object },
  'apply-progress': { type: 'apply-progress', ...object, reason: '1 of 2 ready', elapsedMs: 10_000 },
  'apply-complete': { type: 'apply-complete', ...object, elapsedMs: 1, waited: true },
  'apply-failed': { type: 'apply-failed', ...object, written: false, diagnostic },
  'apply-skipped': { type: 'apply-skipped', ...object, needs: 'workloads.db', because: 'failed' },
  'check-start': { type: 'check-start', address: 'perfChecks.web' },
  'check-progress': { type: 'check-progress', address: 'perfChecks.web', progress: {} },
  'check-complete': { type: 'check-complete', address: 'perfChecks.web', passed: false, summary: 'p99 is 300 ms' },
  'cluster-waiting': { type: 'cluster-waiting', cluster: 'east', reason: 'the server answers with status 503' },
  diagnostic: { type: 'diagnostic', diagnostic },
}

test('every event is as the published schema says', () => {
  const lines: string[] = []
  const view = new NdjsonRunView(
    (line) => lines.push(line),
    Date.now,
    '0.1.0',
    'apply',
    () => undefined,
  )
  for (const event of Object.values(EVENTS)) view.event(event)
  view.note('A remark.')
  expect(new Set(typesOf(lines.join('')))).toMatchInlineSnapshot(`
    Set {
      "version",
      "refresh_start",
      "refresh_complete",
      "apply_start",
      "apply_progress",
      "apply_complete",
      "apply_errored",
      "apply_skipped",
      "check_start",
      "check_complete",
      "cluster_waiting",
      "diagnostic",
      "log",
    }
  `)
})

test('so are the streams of whole runs, and every type is met in one of them or above', async () => {
  const project = new Project({ 'design.yaml': design('one') })
  onTestFinished(() => project.dispose())
  const first = await project.run(['apply', '--yes', '--json'])
  expect(first.code).toBe(1)
  project.write({ 'design.yaml': design('two') })
  const plan = await project.run(['plan', '--json'])
  const destroyed = await project.run(['destroy', '--yes', '--json'])
  const met = new Set([...typesOf(first.stdout), ...typesOf(plan.stdout), ...typesOf(destroyed.stdout)])
  const above = new Set(['check_start', 'check_complete', 'cluster_waiting', 'resource_drift', 'log', 'apply_progress'])
  expect(Object.keys(STREAM_EVENTS).filter((type) => !met.has(type) && !above.has(type))).toEqual([])
})

/** An object that is made, one that the server refuses, one that waits for it, a sensitive output. */
function design(value: string): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop, version: 1.0.0}
inputs: {password: {type: string, sensitive: true, default: something-long}}
resources:
  good: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: good, namespace: default}, data: {value: ${value}}}}
  bad: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: bad, namespace: default}, data: {'no key!': b}}}
  after: {dependsOn: [resources.bad], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: after, namespace: default}}}
outputs:
  word: {value: "${value}"}
  password: {value: "\${inputs.password}", sensitive: true}
`
}
