import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expected, readScenario, replay } from '../sandbox/replay-answers.ts'
import { openRealCluster, type RealCluster } from './real-cluster.ts'

const folder = join(import.meta.dirname, '../fixtures/kubernetes-answers')
/** The version whose answers were recorded. */
const recorded = 'v1.36'

const cluster: RealCluster = await openRealCluster()
const isRecorded = cluster.version.startsWith(`${recorded}.`)
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
if (!isRecorded) {
  process.stderr.write(
    `The server is ${cluster.version}, and these answers were recorded with ${recorded}, so they are not compared: ${scenarios.join(', ')}.\n`,
  )
}
afterAll(() => cluster.close())

for (const file of scenarios) {
  const steps = readScenario(join(folder, file))
  const namespaces = [...new Set(steps.flatMap(({ request }) => /\/namespaces\/(g-[a-z]+)/.exec(request.path)?.[1] ?? []))]
  const clusterScoped = new Set(steps.flatMap(({ request }) => clusterScopedPath(request.method, request.path, request.body)))
  const clean = async (): Promise<void> => {
    for (const path of [...namespaces.map((name) => `/api/v1/namespaces/${name}`), ...clusterScoped]) {
      await cluster.handle({ method: 'DELETE', path })
    }
    for (const name of namespaces) {
      const path = `/api/v1/namespaces/${name}`
      while ((await cluster.handle({ method: 'GET', path })).status !== 404)
        await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  describe.skipIf(!isRecorded)(`answers as recorded: ${file}`, () => {
    const saved = new Map<string, string>()
    beforeAll(clean)
    afterAll(clean)
    for (const [index, step] of steps.entries()) {
      test(`${index + 1} ${step.step}`, async () => {
        expect(await replay(cluster, step, saved)).toEqual(expected(step))
      })
    }
  })
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
