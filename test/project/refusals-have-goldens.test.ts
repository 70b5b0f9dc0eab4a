import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'
import { COMMAND_CODES } from '../../src/cli/codes.ts'
import { ENGINE_CODES } from '../../src/engine/codes.ts'
import { PLANNER_CODES } from '../../src/planner/codes.ts'
import { STATE_CODES } from '../../src/state/codes.ts'
import { TARGET_CODES } from '../../src/targets/codes.ts'

/** What plan, apply and state can refuse. The language's codes have tests of their own: test/design/mistakes.test.ts. */
const REFUSALS = Object.keys({ ...PLANNER_CODES, ...ENGINE_CODES, ...TARGET_CODES, ...COMMAND_CODES, ...STATE_CODES })

/** Texts that are compared whole: snapshots in files and in tests, and goldens. */
const goldens = [
  ...globSync(['test/**/*.snap', 'test/**/*.golden.*']).map((file) => readFileSync(file, 'utf8')),
  ...globSync('test/**/*.test.ts').flatMap(
    (file) => readFileSync(file, 'utf8').match(/toMatchInlineSnapshot\(\s*`(?:[^`\\]|\\.)*`/g) ?? [],
  ),
].join('\n')

test('the text of every refusal of plan, apply and state is compared whole somewhere', () => {
  expect(REFUSALS.filter((code) => !goldens.includes(`[${code}]`)).sort()).toEqual([])
})
