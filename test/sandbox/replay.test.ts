import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { expected, readScenario, replay } from './replay-answers.ts'

const folder = join(import.meta.dirname, '../fixtures/kubernetes-answers')

for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
  describe(`answers as a real server: ${file}`, () => {
    let sandbox: Sandbox
    const saved = new Map<string, string>()
    beforeAll(async () => {
      sandbox = await Sandbox.open({ directory: undefined, clock: () => new Date('2026-03-01T12:00:00Z') })
    })
    afterAll(() => sandbox.close())
    for (const [index, step] of readScenario(join(folder, file)).entries()) {
      test(`${index + 1} ${step.step}`, async () => {
        expect(await replay(sandbox, step, saved)).toEqual(expected(step))
      })
    }
  })
}
