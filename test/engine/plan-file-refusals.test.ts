import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
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

test('a plan that was damaged or edited since it was saved is refused, wherever the change is, and left as it is', async () => {
  const design = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  map: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: map, namespace: default}, data: {greeting: hello}}}
`
  const { folder, meshform } = await newProject({ 'design.yaml': design })
  await meshform('plan', '--out', 'plan.json')
  const path = join(folder, 'plan.json')
  const saved = await readFile(path, 'utf8')
  await writeFile(path, saved.replaceAll('hello', 'hallo'))
  expect(await meshform('apply', 'plan.json')).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "error plan.json was changed since it was saved [MF6006]
    │ Its checksum does not fit what is in it: it was damaged, or edited.
    │ → A saved plan is carried out as it was reviewed, or not at all. Change the design and make the plan again with
    │   \`meshform plan --out FILE\`.

    ",
      "out": "",
    }
  `)
  const whole = JSON.stringify(JSON.parse(saved))
  await fc.assert(
    fc.asyncProperty(fc.nat(Buffer.byteLength(saved) - 1), fc.nat(7), async (at, bit) => {
      const bytes = Buffer.from(saved)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
      await writeFile(path, bytes)
      const { code, err } = await meshform('show', 'plan.json')
      expect((await readFile(path)).equals(bytes)).toBe(true)
      if (saysTheSame(bytes.toString('utf8'), whole)) expect(code).toBe(0)
      else expect([code, err]).toEqual([1, expect.stringMatching(/MF6004|MF6006/)])
    }),
    { numRuns: 20 },
  )
})

test('white space in a plan may change', async () => {
  const { folder, meshform } = await newProject({
    'design.yaml': 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\n',
  })
  await meshform('plan', '--out', 'plan.json')
  const path = join(folder, 'plan.json')
  await writeFile(path, JSON.stringify(JSON.parse(await readFile(path, 'utf8')), null, 4).replaceAll('\n', '\r\n'))
  expect(await meshform('show', 'plan.json')).toMatchObject({ code: 0 })
})

/** Whether a text is the same JSON: a tab for the end of a line is no damage. */
function saysTheSame(text: string, json: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === json
  } catch {
    return false
  }
}
