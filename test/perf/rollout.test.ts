import { cpSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { weightsAt } from '../../src/planner/rollout-design.ts'
import { type Workplace, workplace } from './cli-fixture.ts'
import { serveHttp, type TestServer } from './servers.ts'

describe('the weights of a step', () => {
  test('give the version its share and the others the rest as they divide it in the end', () => {
    expect(weightsAt({ v1: 0, v2: 100 }, 'v2', 10)).toEqual({ v1: 90, v2: 10 })
    expect(weightsAt({ v1: 0, v2: 100 }, 'v2', 100)).toEqual({ v1: 0, v2: 100 })
    expect(weightsAt({ a: 30, b: 20, c: 50 }, 'c', 10)).toEqual({ a: 54, b: 36, c: 10 })
    expect(weightsAt({ v2: 100 }, 'v2', 25)).toEqual({ v2: 100 })
  })

  test('are whole, not negative, and add up to 100', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 0, max: 100 }),
        (weights, share) => {
          const to = Object.fromEntries(weights.map((weight, index) => [`v${index}`, weight]))
          const at = Object.values(weightsAt(to, 'v0', share))
          expect(at.reduce((sum, weight) => sum + weight, 0)).toBe(100)
          expect(at.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true)
        },
      ),
    )
  })
})

describe('an apply with a rollout', () => {
  let place: Workplace
  let server: TestServer
  let status: number
  beforeEach(async () => {
    status = 200
    place = await workplace()
    server = await serveHttp((_request, response) => setTimeout(() => response.writeHead(status).end('ok'), 10))
    cpSync('patterns/bookinfo-canary', place.folder, { recursive: true })
    const file = join(place.folder, 'design.yaml')
    const text = await readFile(file, 'utf8')
    const canary = text.replace(
      /( +)v2: "\$\{inputs\.weight\}"\n/,
      (line) => `${line}        rollout: {steps: [10, 50, 100], check: perfChecks.reviews, hold: 10ms}\n`,
    )
    expect(canary).not.toBe(text)
    const check = `
perfChecks:
  reviews:
    target: http://127.0.0.1:${server.port}/
    load: {requests: 20, duration: 20s, connections: 2}
    thresholds: ["errors < 1%"]
`
    await writeFile(file, canary + check)
  })
  afterEach(async () => {
    await server.close()
    await place.remove()
  })

  async function weights(): Promise<number[]> {
    const shown = JSON.parse((await place.run(['state', 'show', 'traffic.reviews', '--json'])).stdout)
    const service = shown.find(({ key }: { key: { kind: string } }) => key.kind === 'VirtualService')
    const canary = service.desired.spec.http.find(({ name }: { name: string }) => name === 'canary')
    return canary.route.map(({ weight }: { weight: number }) => weight)
  }

  test('walks the steps, each measured, and goes on only upwards', async () => {
    const applied = await place.run(['apply', '-y', '--input', 'weight=100'])
    expect(applied.code).toBe(0)
    const said = [...applied.stderr.matchAll(/Rolling out: traffic\.reviews v2 at (\d+) %/g)].map(([, share]) => share)
    expect(said).toEqual(['10', '50', '100'])
    expect(applied.stderr.match(/perfChecks\.reviews {2}passed/g)?.length).toBe(3)
    expect(await weights()).toEqual([0, 100])
    const down = await place.run(['apply', '-y', '--input', 'weight=20'])
    expect(down.stderr).not.toContain('Rolling out')
    expect(await weights()).toEqual([80, 20])
    const up = await place.run(['apply', '-y', '--input', 'weight=100'])
    expect([...up.stderr.matchAll(/v2 at (\d+) %/g)].map(([, share]) => share)).toEqual(['50', '100'])
  })

  test('walks them for a plan whose design is not there as well', async () => {
    await place.run(['plan', '--input', 'weight=100', '--out', 'plan.json'])
    await rm(join(place.folder, 'design.yaml'))
    const applied = await place.run(['apply', 'plan.json'])
    expect([...applied.stderr.matchAll(/v2 at (\d+) %/g)].map(([, share]) => share)).toEqual(['10', '50', '100'])
  })

  test('goes back on a failure, and leaves the rest applied', async () => {
    await place.run(['apply', '-y', '--input', 'weight=0'])
    expect(await weights()).toEqual([100, 0])
    status = 500
    const failed = await place.run(['apply', '-y', '--input', 'weight=100'])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Going back')
    expect(await weights()).toEqual([100, 0])
    const plan = await place.run(['plan', '--detailed-exitcode', '--input', 'weight=0'])
    expect(plan.code).toBe(0)
    const history = JSON.parse((await place.run(['state', 'history', '--json'])).stdout)
    expect(history.slice(-2).map(({ operation, result }: { operation: string; result: string }) => [operation, result])).toEqual([
      ['apply', 'failed'],
      ['rollback', 'succeeded'],
    ])
  })
})

test('a shipped scenario runs against an address', async () => {
  const server = await serveHttp((_request, response) => setTimeout(() => response.end('ok'), 5))
  const place = await workplace()
  cpSync('patterns/perf-smp', place.folder, { recursive: true })
  const ran = await place.run([
    ...['perf', 'run', 'perfChecks.load', '--json', '--requests', '20'],
    ...['--input', `target=http://127.0.0.1:${server.port}/`, '--input', 'load=1s'],
  ])
  await place.remove()
  await server.close()
  expect(JSON.parse(ran.stdout)).toMatchObject({ name: 'load', errors: 0, load: { rate: 10, connections: 2 } })
})
