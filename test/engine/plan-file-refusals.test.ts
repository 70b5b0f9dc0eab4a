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
