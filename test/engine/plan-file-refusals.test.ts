import { expect, test } from 'vitest'
import { newProject } from './command-runner.ts'

test('a file that is no plan is refused', async () => {
  const { meshform } = await newProject({ 'other.json': '{"kind": "List"}', 'cut.json': '{"format_version": "1.2", "resour' })
  expect(await meshform('show', 'other.json')).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "error other.json is not a plan that this version can apply [MF6004]
    │ The file must have required property 'format_version'.
    │ → Make a plan with \`meshform plan --out FILE\`. To apply a design, name it with -f.

    ",
      "out": "",
    }
  `)
  expect(await meshform('show', 'cut.json')).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "error cut.json is not a plan [MF6004]
    │ It is no JSON object: truncated, or another kind of file.
    │ → Make a plan with \`meshform plan --out FILE\`. To apply a design, name it with -f.

    ",
      "out": "",
    }
  `)
})

test('a plan that is nested without end, or holds what no JSON of ours does, is refused by every reader', async () => {
  const nested = `${'['.repeat(3000)}1${']'.repeat(3000)}`
  const { meshform } = await newProject({
    'deep.json': `{"format_version": "1.2", "meshform": ${nested}}`,
    'proto.json': '{"format_version": "1.2", "meshform": {"__proto__": {"a": 1}}}',
  })
  for (const argv of [['show'], ['show', '--json'], ['show', '--html'], ['apply']]) {
    const deep = await meshform(...argv, 'deep.json')
    expect([deep.code, deep.err]).toEqual([1, expect.stringContaining('It is nested deeper than 200 levels.')])
    const proto = await meshform(...argv, 'proto.json')
    expect([proto.code, proto.err]).toEqual([1, expect.stringContaining('It has the forbidden name __proto__.')])
  }
})
