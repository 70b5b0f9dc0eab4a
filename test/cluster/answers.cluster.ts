import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isJsonObject, type JsonValue } from '../../src/plan/json.ts'
import { expected, readScenario, replay } from '../sandbox/replay-answers.ts'
import { openRealCluster, type RealCluster } from './real-cluster.ts'

const fixtures = join(import.meta.dirname, '../fixtures')
/** The release whose answers were recorded. */
const RECORDED = '1.36'
/** Milliseconds. */
const PATIENCE = { timeout: 5000, interval: 100 }

const cluster: RealCluster = await openRealCluster()
afterAll(() => cluster.close())

const isRecorded = cluster.release === RECORDED
for (const folder of ['kubernetes-answers', 'definition-answers']) {
  const files = readdirSync(join(fixtures, folder)).filter((name) => name.endsWith('.jsonl'))
  const isHere = folder === 'definition-answers' || cluster.hasCore
  if (!isRecorded || !isHere) {
    const why = isHere ? `is ${cluster.release}, and they were recorded with ${RECORDED}` : 'has custom resources alone'
    process.stderr.write(`Answers not compared, for the server ${why}: ${files.join(', ')}.\n`)
  }
  describe.skipIf(!isRecorded || !isHere)(`answers as recorded: ${folder}`, () => {
    for (const file of files) replayed(join(fixtures, folder, file), file)
  })
}

/** One scenario, on a cluster from which what it makes was taken away before, and is afterwards. */
function replayed(path: string, name: string): void {
  const steps = readScenario(path)
  const namespaces = [...new Set(steps.flatMap(({ request }) => /\/namespaces\/(g-[a-z]+)/.exec(request.path)?.[1] ?? []))]
  const clusterScoped = new Set(steps.flatMap(({ request }) => clusterScopedPath(request.method, request.path, request.body)))
  const clean = async (): Promise<void> => {
    const made = [...namespaces.map((namespace) => `/api/v1/namespaces/${namespace}`), ...clusterScoped]
    for (const object of made) await cluster.handle({ method: 'DELETE', path: object })
    for (const object of made) {
      while ((await cluster.handle({ method: 'GET', path: object })).status === 200)
        await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  describe(name, () => {
    const saved = new Map<string, string>()
    beforeAll(clean)
    afterAll(clean)
    for (const [index, step] of steps.entries()) {
      test(`${index + 1} ${step.step}`, async () => {
        const wanted = inOneOrder(expected(step))
        const answered = async () => expect(inOneOrder(await replay(cluster, step, saved))).toEqual(wanted)
        // What is only read may still be on its way to what controllers make of it.
        if (step.request.method === 'GET') await vi.waitFor(answered, PATIENCE)
        else await answered()
      })
    }
  })
}

/**
 * Entries of `managedFields` stand in the order of their seconds, which a replay takes others of; and what several rules of one object
 * refuse stands in the order of Go's maps, which is another each time.
 */
function inOneOrder(answer: Awaited<ReturnType<typeof replay>>): Awaited<ReturnType<typeof replay>> {
  return answer.body === undefined ? answer : { ...answer, body: withOrderedCauses(withOrderedManagers(answer.body)) }
}

function withOrderedCauses(status: JsonValue): JsonValue {
  if (!isJsonObject(status) || !isJsonObject(status.details) || !Array.isArray(status.details.causes)) return status
  const causes = [...(status.details.causes as readonly JsonValue[])].sort(byText)
  if (causes.length < 2) return status
  const words = String(status.message)
    .replace(/[[\],]/g, ' ')
    .split(/\s+/)
  return { ...status, message: words.sort().join(' '), details: { ...status.details, causes } }
}

function withOrderedManagers(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withOrderedManagers)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'managedFields' && Array.isArray(inner)
        ? [...(inner as readonly JsonValue[])].sort(byText)
        : withOrderedManagers(inner),
    ]),
  )
}

function byText(left: JsonValue, right: JsonValue): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}

/** The path of an object outside namespaces that a step makes. */
function clusterScopedPath(method: string, path: string, body: unknown): readonly string[] {
  if (path.includes('/namespaces')) return []
  const bare = path.replace(/\?.*/, '').replace(/\/(status|scale)$/, '')
  if (method === 'PATCH' || method === 'PUT') return [bare]
  return method === 'POST' && isNamed(body) ? [`${bare}/${body.metadata.name}`] : []
}

function isNamed(body: unknown): body is { readonly metadata: { readonly name: string } } {
  if (typeof body !== 'object' || body === null || !('metadata' in body)) return false
  const { metadata } = body
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string'
}
