import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { expected, type RecordedAnswer, readScenario, replay } from './replay-answers.ts'

const fixtures = join(import.meta.dirname, '../fixtures')

function openSandbox(): Promise<Sandbox> {
  return Sandbox.open({ directory: undefined, clock: () => new Date('2026-03-01T12:00:00Z') })
}

function scenariosIn(folder: string): readonly string[] {
  return readdirSync(join(fixtures, folder)).filter((name) => name.endsWith('.jsonl'))
}

for (const file of scenariosIn('kubernetes-answers')) {
  describe(`answers as a real server: ${file}`, () => {
    let sandbox: Sandbox
    const saved = new Map<string, string>()
    beforeAll(async () => {
      sandbox = await openSandbox()
    })
    afterAll(() => sandbox.close())
    for (const [index, step] of readScenario(join(fixtures, 'kubernetes-answers', file)).entries()) {
      test(`${index + 1} ${step.step}`, async () => {
        expect(await replay(sandbox, step, saved)).toEqual(expected(step))
      })
    }
  })
}

describe('answers as a real server of custom resources', () => {
  test.each(scenariosIn('definition-answers'))('%s', async (file) => {
    const sandbox = await openSandbox()
    const saved = new Map<string, string>()
    const given: (readonly [string, RecordedAnswer])[] = []
    const wanted: (readonly [string, RecordedAnswer])[] = []
    for (const [index, step] of readScenario(join(fixtures, 'definition-answers', file)).entries()) {
      const name = `${index + 1} ${step.step}`
      given.push([name, await replay(sandbox, step, saved)])
      wanted.push([name, expected(step)])
    }
    await sandbox.close()
    expect(given).toEqual(wanted)
  })
})
