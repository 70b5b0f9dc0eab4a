import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Sandbox, SandboxRequest } from '../../src/sandbox/sandbox.ts'
import { openSandbox, request } from './sandbox-requests.ts'

interface Refusal {
  readonly path: string
  readonly body: JsonObject
  readonly update?: {
    readonly method: SandboxRequest['method']
    readonly path: string
    readonly type: string
    readonly body: JsonObject
  }
  readonly status: number
  readonly message: string
}

const file = new URL('../fixtures/kubernetes-refusals/built-in-kinds.jsonl', import.meta.url)
const refusals = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Refusal)
const kinds = [...new Set(refusals.map(({ body }) => String(body.kind)))].sort()

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

/** The same in a namespace where nothing else is. */
function within<T>(value: T, namespace: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll('NS', namespace)) as T
}

async function answerTo(refusal: Refusal, namespace: string): Promise<unknown> {
  const { path, body, update } = within(refusal, namespace)
  if (update === undefined) return request(sandbox, 'POST', `${path}?dryRun=All`, body)
  await request(sandbox, 'POST', '/api/v1/namespaces', { kind: 'Namespace', metadata: { name: namespace } })
  const created = await request(sandbox, 'POST', path, body)
  expect(created.status).toBe(201)
  const answer = await request(sandbox, update.method, update.path, update.body, { 'content-type': update.type })
  await request(sandbox, 'DELETE', `${path}/${String((body.metadata as JsonObject).name)}`)
  return answer
}

test.each(kinds)('%s is refused in the words of a real server', async (kind) => {
  const own = refusals.filter(({ body }) => body.kind === kind)
  for (const [index, refusal] of own.entries()) {
    const answer = await answerTo(refusal, `${kind.toLowerCase()}-${index}`)
    expect(answer, JSON.stringify(refusal.body)).toMatchObject({
      status: refusal.status,
      body: { message: refusal.message },
    })
  }
})
