import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

const jobs = '/apis/batch/v1/namespaces/default/jobs'
const merge = { 'content-type': 'application/merge-patch+json' }
const start = '2026-01-01T00:00:00Z'
const end = '2026-01-01T01:00:00Z'

function conditions(...types: readonly string[]): JsonObject {
  return { conditions: types.map((type) => ({ type, status: 'True' })) }
}

const plain: JsonObject = {}
const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 5, backoffLimitPerIndex: 1, backoffLimit: 10 }
const complete = { startTime: start, completionTime: end, ...conditions('SuccessCriteriaMet', 'Complete') }
const failed = { startTime: start, ...conditions('FailureTarget', 'Failed') }

interface Case {
  readonly spec?: JsonObject
  /** What the status was before; taken. */
  readonly before?: JsonObject
  readonly status: JsonObject
  /** What is wrong, behind the Job's name; nothing where it is taken. */
  readonly refusal?: string
}

/** As `ValidateJobUpdateStatus` of 1.36 has it, looked at where something changes. */
const cases: readonly Case[] = [
  { status: { active: 2, ready: 1 } },
  { status: complete },
  { status: failed },
  {
    status: { active: -1 },
    refusal:
      '[status.active: Invalid value: -1: must be greater than or equal to 0, status.ready: Invalid value: 0: cannot set more ready pods than active]',
  },
  { status: { active: 1, ready: 2 }, refusal: 'status.ready: Invalid value: 2: cannot set more ready pods than active' },
  {
    status: { startTime: start, ...conditions('SuccessCriteriaMet', 'Complete') },
    refusal: 'status.completionTime: Required value: completionTime is required for Complete jobs',
  },
  {
    status: { startTime: start, completionTime: end },
    refusal: `status.completionTime: Invalid value: "${end}": cannot set completionTime when there is no Complete=True condition`,
  },
  {
    status: { ...complete, startTime: end, completionTime: start },
    refusal: `status.completionTime: Invalid value: "${start}": completionTime cannot be set before startTime`,
  },
  {
    status: { startTime: start, ...conditions('Failed') },
    refusal: 'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
  },
  {
    status: { startTime: start, completionTime: end, ...conditions('Complete') },
    refusal: 'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  },
  {
    status: conditions('SuccessCriteriaMet', 'FailureTarget'),
    refusal: 'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  },
  {
    status: { ...conditions('FailureTarget', 'Failed') },
    refusal: 'status.startTime: Required value: startTime is required for finished job',
  },
  { status: { ...failed, active: 1 }, refusal: 'status.active: Invalid value: 1: active>0 is invalid for finished job' },
  {
    status: { ...failed, terminating: 1 },
    refusal: 'status.terminating: Invalid value: 1: terminating>0 is invalid for finished job',
  },
  {
    status: { ...failed, uncountedTerminatedPods: { failed: ['u'] } },
    refusal:
      'status.uncountedTerminatedPods: Invalid value: {"Succeeded":null,"Failed":["u"]}: uncountedTerminatedPods needs to be empty for finished job',
  },
  {
    status: { uncountedTerminatedPods: { succeeded: ['u', ''], failed: ['u'] } },
    refusal:
      '[status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty, status.uncountedTerminatedPods.failed[0]: Duplicate value: "u"]',
  },
  {
    before: { failed: 2 },
    status: { failed: 1 },
    refusal: 'status.failed: Invalid value: 1: cannot decrease the failed counter',
  },
  {
    before: { succeeded: 2 },
    status: { succeeded: 1 },
    refusal: 'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
  },
  { spec: indexed, before: { succeeded: 2 }, status: { succeeded: 1 } },
  {
    before: conditions('SuccessCriteriaMet'),
    status: { conditions: [] },
    refusal: 'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
  },
  {
    before: failed,
    status: conditions('FailureTarget'),
    refusal: 'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
  },
  {
    before: complete,
    status: { completionTime: '2026-01-01T02:00:00Z' },
    refusal: 'status.completionTime: Invalid value: "2026-01-01T02:00:00Z": completionTime cannot be mutated',
  },
  {
    status: { completedIndexes: '0' },
    refusal:
      'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  },
  {
    status: { failedIndexes: '0' },
    refusal: 'status.failedIndexes: Invalid value: "0": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
  },
  { spec: indexed, status: { completedIndexes: '0,2-3', failedIndexes: '1' } },
  {
    spec: indexed,
    status: { completedIndexes: '0,2-3', failedIndexes: '1-2' },
    refusal: 'status.failedIndexes: Invalid value: "1-2": failedIndexes and completedIndexes overlap at index: 2',
  },
  {
    spec: indexed,
    status: { completedIndexes: '3-1' },
    refusal:
      'status.completedIndexes: Invalid value: "3-1": error parsing completedIndexes: non-increasing order, previous: 3, current: 1',
  },
]

test.each(cases.map((each, index) => [index, each] as const))('status %i of a Job', async (index, each) => {
  const name = `job-${index}`
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }
  const spec = { suspend: true, template, ...(each.spec ?? plain) }
  expect((await request(sandbox, 'POST', jobs, { metadata: { name }, spec })).status).toBe(201)
  const path = `${jobs}/${name}/status`
  if (each.before !== undefined) {
    expect(await request(sandbox, 'PATCH', path, { status: each.before }, merge)).toMatchObject({ status: 200 })
  }
  const { status, body } = await request(sandbox, 'PATCH', `${path}?dryRun=All`, { status: each.status }, merge)
  if (each.refusal === undefined) expect({ status, message: body.message }).toEqual({ status: 200, message: undefined })
  else expect(body.message).toBe(`Job.batch "${name}" is invalid: ${each.refusal}`)
})
