import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Project } from './project.ts'

let project = new Project()

beforeEach(() => {
  project.dispose()
  project = new Project()
})

afterEach(() => {
  project.dispose()
})

test('an OAM application is planned, applied, found as designed and destroyed', async () => {
  project.write({ 'shop.yaml': readFileSync('test/fixtures/oam/shop.yaml', 'utf8') })
  const applied = await project.run(['apply', '--yes', '-f', 'shop.yaml'])
  expect(applied.stderr).toContain('The Service of the trait expose is joined to that of the component db')
  expect(applied.code).toBe(0)
  expect(applied.stdout).toMatch(/Apply complete in .*: 22 created/)
  const again = await project.run(['plan', '--detailed-exitcode', '-f', 'shop.yaml'])
  expect(again.code).toBe(0)
  expect(again.stdout).toContain('No changes. 22 objects as designed.')
  const destroyed = await project.run(['destroy', '--yes', '-f', 'shop.yaml'])
  expect(destroyed.code).toBe(0)
  expect(destroyed.stdout).toMatch(/22 deleted/)
})

test('what is converted says what was told, and is planned alike', async () => {
  project.write({
    'app.yaml': readFileSync('test/fixtures/oam/kubevela-app-app-gc-shared.yaml', 'utf8'),
  })
  expect((await project.run(['convert', 'app.yaml', '--out', 'own/design.yaml'])).code).toBe(0)
  const text = readFileSync(project.path('own/design.yaml'), 'utf8')
  expect(text.split('\n')[0]).toBe('# MF1015 The policy garbage-collect is left out (app.yaml:15)')
  expect((await project.run(['plan', '-f', 'own'])).stdout).toContain('Plan: 1 to create.')
})

test('what is converted to workloads makes the same objects, and can be taken into a mesh', async () => {
  project.write({ 'shop.yaml': readFileSync('test/fixtures/oam/shop.yaml', 'utf8') })
  expect((await project.run(['convert', 'shop.yaml', '--workloads'])).stderr).toContain('--workloads wants --out [MF6001]')
  expect((await project.run(['convert', 'shop.yaml', '--workloads', '--out', 'own/design.yaml'])).code).toBe(0)
  expect((await project.run(['apply', '--yes', '-f', 'shop.yaml'])).code).toBe(0)
  const moved = (await project.run(['plan', '-f', 'own'])).stdout
  expect(moved.match(/^ {2}~ .*$/gm)?.every((line) => line.includes(' moved from resources.'))).toBe(true)
  expect(moved).toContain('Plan: 8 to change; 14 unchanged.')
  const text = readFileSync(project.path('own/design.yaml'), 'utf8')
  project.write({
    'own/design.yaml': `${text.replace('  web:\n', '  web:\n    mesh: istio\n')}
meshes: {istio: {provider: istio, version: 1.30.0}}
traffic: {web: {workload: web, routes: [{to: {web: 100}, timeout: 2s}]}}
`,
  })
  const meshed = await project.run(['plan', '-f', 'own'])
  expect(meshed.stdout).toContain('VirtualService')
  expect(meshed.stdout).toContain('istio-injection')
})
