import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { openSandbox, request } from './sandbox-requests.ts'

const pods = '/api/v1/namespaces/default/pods'
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const eviction = (name: string): JsonObject => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } })

test('pods are evicted as long as the budget allows', async () => {
  const sandbox = await openSandbox()
  const phaseOf = async (name: string): Promise<unknown> => {
    const { status, body } = await request(sandbox, 'GET', `${pods}/${name}`)
    return status === 200 ? (body.status as JsonObject | undefined)?.phase : status
  }
  for (const name of ['one', 'two']) {
    const spec = { containers: [{ name: 'main', image: 'main:1' }] }
    await request(sandbox, 'POST', pods, { kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec })
  }
  const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }
  await request(sandbox, 'POST', budgets, { kind: 'PodDisruptionBudget', metadata: { name: 'guard' }, spec })
  const counts = async (): Promise<readonly unknown[]> => {
    const { body } = await request(sandbox, 'GET', `${budgets}/guard`)
    const status = body.status as JsonObject | undefined
    return [status?.currentHealthy, status?.disruptionsAllowed]
  }
  await expect.poll(counts, { timeout: 20_000 }).toEqual([2, 1])
  const first = await request(sandbox, 'POST', `${pods}/one/eviction`, eviction('one'))
  expect(first.body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  await expect.poll(() => phaseOf('one'), { timeout: 20_000 }).toBe(404)
  await expect.poll(counts, { timeout: 20_000 }).toEqual([1, 0])
  const second = await request(sandbox, 'POST', `${pods}/two/eviction`, eviction('two'))
  expect(second.body).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget guard needs 1 healthy pods and has 1 currently' }],
    },
  })
  expect(await phaseOf('two')).toBe('Running')
  await sandbox.close()
})

test('nothing is reached inside pods', async () => {
  const sandbox = await openSandbox()
  expect((await request(sandbox, 'GET', `${pods}/one/log`)).status).toBe(404)
  const spec = { containers: [{ name: 'main', image: 'main:1' }] }
  await request(sandbox, 'POST', pods, { kind: 'Pod', metadata: { name: 'one' }, spec })
  const { body } = await request(sandbox, 'GET', `${pods}/one/log`)
  expect(body).toMatchObject({ code: 405, message: 'the sandbox runs no containers, so pods have no logs' })
  await sandbox.close()
})
