import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, test } from 'vitest'
import { Project } from '../cli/project.ts'

const designs = globSync('patterns/**/design.yaml').sort()

describe('a shipped pattern', () => {
  for (const file of designs) {
    const text = readFileSync(file, 'utf8')
    const folder = dirname(file)

    test(`${folder} tells editors its schema, and is in canonical form`, async () => {
      const depth = folder.split('/').length
      expect(text.split('\n', 1)[0]).toBe(`# yaml-language-server: $schema=${'../'.repeat(depth)}schemas/design.schema.json`)
      const project = new Project()
      try {
        project.copy(folder)
        expect(await project.run(['fmt', '--check', folder])).toMatchObject({ code: 0 })
      } finally {
        project.dispose()
      }
    })

    // Those with perf-checks put load on a server, and have tests of their own.
    if (/^perfChecks:/m.test(text)) continue
    test(`${folder} is applied on the sandbox, is as designed then, and goes without a trace`, async () => {
      const project = new Project()
      try {
        project.copy('patterns')
        const applied = await project.run(['apply', '-f', folder, '--yes'])
        expect(applied.stderr).not.toContain('✗')
        expect(applied.code).toBe(0)
        expect((await project.run(['plan', '-f', folder])).stdout).toMatch(/^No changes\./m)
        expect((await project.run(['destroy', '-f', folder, '--yes'])).code).toBe(0)
        expect((await project.run(['state', 'list', '-f', folder])).stdout).not.toContain('Deployment')
      } finally {
        project.dispose()
      }
    })
  }
})
