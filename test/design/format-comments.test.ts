import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatDesign } from '../../src/design/format-design.ts'

describe('comments', () => {
  test('stay beside, above and behind what they are about, by their indent; lines that are too long are taken apart', () => {
    const text = `# top
apiVersion:   meshform.dev/v1
kind: Design   # a design
metadata:
    name: shop
resources:
  # before a
  a:   # beside a
    manifest: {apiVersion: v1,   kind: ConfigMap, metadata: {name: a}, data: {v: '1', w: "x"}}
    # behind a
  # between

  b: &anchor   # beside b
    manifest:
      kind: ConfigMap
      data:
        long: |
          keep
            this
        # behind data
    lifecycle: {preconditions: [{condition: "1 == 1 && 2 == 2 && 3 == 3 && 4 == 4 && 5 == 5 && 6 == 6 && 7 == 7 && 8 == 8", message: long}]}
  # the last of resources
# the end
`
    expect(formatDesign(text, 'design.yaml').text).toMatchInlineSnapshot(`
      "# top
      apiVersion: meshform.dev/v1
      kind: Design # a design
      metadata:
        name: shop
      resources:
        # before a
        a: # beside a
          manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {v: '1', w: "x"}}
          # behind a
        # between

        b: # beside b
          &anchor
          lifecycle:
            preconditions:
              - {condition: "1 == 1 && 2 == 2 && 3 == 3 && 4 == 4 && 5 == 5 && 6 == 6 && 7 == 7 && 8 == 8", message: long}
          manifest:
            kind: ConfigMap
            data:
              long: |
                keep
                  this
              # behind data
        # the last of resources
      # the end
      "
    `)
  })

  test('are all there wherever they stand, nothing else changes, and once is enough', async () => {
    const texts = await Promise.all(
      ['bookinfo-canary', 'deny-by-default'].map((name) => readFile(`patterns/${name}/design.yaml`, 'utf8')),
    )
    const spots = fc.array(fc.record({ line: fc.nat(200), indent: fc.constantFrom(0, 2, 4, 6, 8), blank: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.constantFrom(...texts), spots, (text, inserted) => {
        const lines = text.split('\n')
        for (const [index, { line, indent, blank }] of inserted.entries()) {
          const comment = `${' '.repeat(indent)}# comment ${index} here`
          lines.splice(line % lines.length, 0, ...(blank ? ['', comment] : [comment]))
        }
        const commented = lines.join('\n')
        const once = formatDesign(commented, 'design.yaml').text
        // What is no YAML any more is not formatted.
        if (once === undefined) return
        expect(parse(once)).toEqual(parse(commented))
        for (const index of inserted.keys()) expect(once).toContain(`# comment ${index} here`)
        expect(formatDesign(once, 'design.yaml').changed).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
