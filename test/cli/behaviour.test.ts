import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { COMMAND, Project } from './project.ts'

let project = new Project()
afterEach(() => {
  project.dispose()
  project = new Project()
})

const SMALL = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: small}
inputs: {value: {default: one}}
resources:
  map: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: map}, data: {value: "\${inputs.value}"}}}
outputs: {name: {value: "\${resources.map.manifest.metadata.name}"}}
`

test('a design with many mistakes tells them all at once, each with its place', async () => {
  project.copy('test/cli/mistakes')
  const { code, stdout, stderr } = await project.run(['validate', '-f', 'test/cli/mistakes/design.yaml'])
  expect(code).toBe(1)
  await expect(`${stderr}\n${stdout}`).toMatchFileSnapshot('goldens/mistakes.golden.txt')
  const json = await project.run(['validate', '-f', 'test/cli/mistakes/design.yaml', '--json'])
  expect(json.code).toBe(1)
  const told = JSON.parse(json.stdout)
  expect(told.valid).toBe(false)
  expect(told.error_count).toBeGreaterThanOrEqual(10)
  expect(told.diagnostics.every((each: { location?: { line: number } }) => each.location?.line !== undefined)).toBe(true)
  // What begins at a place ends there as well: editors mark it.
  const [{ range }] = told.diagnostics
  expect(range.end.line).toBe(range.start.line)
  expect(range.end.column).toBeGreaterThan(range.start.column)
})

test('nobody to ask: apply without --yes refuses and changes nothing', async () => {
  project.write({ 'design.yaml': SMALL })
  const { code, stderr } = await project.run(['apply'])
  expect(code).toBe(1)
  expect(stderr).toContain('MF6002')
  expect((await project.run(['plan'])).stdout).toContain('Plan: 1 to create.')
})

test('init writes a design that applies as it is', async () => {
  expect((await project.run(['init', 'shop'])).stdout).toMatchInlineSnapshot(`
    "Wrote shop/design.yaml. Next:
      meshform plan -f shop
      meshform apply -f shop
    "
  `)
  expect((await project.run(['apply', '-f', 'shop', '--yes'])).code).toBe(0)
  const twice = await project.run(['init', 'shop'])
  expect(twice.code).toBe(1)
  expect(twice.stderr).toContain('MF6003')
  expect((await project.run(['destroy', '-f', 'shop', '--yes'])).code).toBe(0)
})

test('a folder without a design, a file that is not there, a command that does not exist', async () => {
  const none = await project.run(['plan'])
  expect(none.code).toBe(1)
  expect(none.stderr).toContain('meshform init')
  const missing = await project.run(['plan', '-f', 'nowhere.yaml'])
  expect(missing.code).toBe(1)
  expect(missing.stderr).toContain('nowhere.yaml cannot be read')
  const unknown = await project.run(['aply'])
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toBe('error: There is no command "aply". Did you mean `meshform apply`?\n')
  expect((await project.run(['plan', '--wat'])).code).toBe(1)
})

test('help, version and completion', async () => {
  expect((await project.run(['--version'])).stdout).toMatch(/^meshform \d+\.\d+\.\d+\n$/)
  expect((await project.run(['--help'])).stdout).toContain('Main:')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await project.run(['completion', shell])
    expect(code).toBe(0)
    expect(stdout).toMatch(shell === 'fish' ? /-l input / : /--input/)
  }
})

test('a saved plan is for its owner only, and show prints it without design or cluster', async () => {
  project.write({ 'design.yaml': SMALL })
  expect((await project.run(['plan', '--out', 'plan.json'])).code).toBe(0)
  expect(statSync(project.path('plan.json')).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(project.path('plan.json'), 'utf8'))).toMatchObject({ format_version: expect.any(String) })
  project.write({ 'design.yaml': SMALL.replace('name: small', 'name: gone') })
  const shown = await project.run(['show', 'plan.json'])
  expect(shown.code).toBe(0)
  expect(shown.stdout).toContain('ConfigMap default/map')
})

test('fields that another design took are told with their owner and place', async () => {
  project.write({ 'design.yaml': SMALL })
  expect((await project.run(['apply', '--yes'])).code).toBe(0)
  const other = SMALL.replace('name: small', 'name: other').replace('{manifest:', '{adoption: take, conflict: force, manifest:')
  project.write({ 'other/design.yaml': other })
  expect((await project.run(['apply', '-f', 'other', '--input', 'value=two', '--yes'])).code).toBe(0)
  const { code, stderr } = await project.run(['plan'])
  expect(code).toBe(1)
  expect(stderr).toContain('data.value is owned by "meshform-other".')
  expect(stderr).toContain('ConfigMap default/map belongs to design "other", workspace "default" by now')
  expect(stderr).toContain('design.yaml:6:')
})

test('what another design took with the same values is not "no changes"', async () => {
  project.write({ 'design.yaml': SMALL })
  expect((await project.run(['apply', '--yes'])).code).toBe(0)
  const other = SMALL.replace('name: small', 'name: other').replace('{manifest:', '{adoption: take, manifest:')
  project.write({ 'other/design.yaml': other })
  expect((await project.run(['apply', '-f', 'other', '--yes'])).code).toBe(0)
  const refused = await project.run(['plan'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('ConfigMap default/map belongs to design "other"')
  // It may be taken back; the other then says the same.
  project.write({ 'design.yaml': SMALL.replace('{manifest:', '{adoption: take, manifest:') })
  expect((await project.run(['apply', '--yes'])).stdout).toContain('taken from another design')
  expect((await project.run(['plan', '--detailed-exitcode'])).code).toBe(0)
})

test('text goes to pipes without colour, and to terminals that ask for none', async () => {
  project.write({ 'design.yaml': SMALL })
  const plain = await project.run(['plan'])
  expect(plain.stdout).not.toContain('\u001b[')
})

test('an apply goes on when nobody reads its output any more', async () => {
  project.write({ 'design.yaml': SMALL })
  const child = project.start(['apply', '--yes'])
  child.stdout?.destroy()
  child.stderr?.destroy()
  expect(await new Promise((done) => child.on('close', done))).toBe(0)
  expect((await project.run(['plan', '--detailed-exitcode'])).code).toBe(0)
})

test.runIf(existsSync('/dev/full'))('output and events that can not be written are told once, and stop nothing', async () => {
  project.write({ 'design.yaml': SMALL })
  const command = `"${process.execPath}" "${COMMAND}" apply --yes > /dev/full`
  const child = spawn('sh', ['-c', command], { cwd: project.directory, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  expect(await new Promise((done) => child.on('close', done))).toBe(1)
  expect(stderr).toContain('error: The output can not be written: ENOSPC')
  expect(stderr).not.toContain('    at ')
  expect((await project.run(['plan', '--detailed-exitcode'])).code).toBe(0)
  const events = await project.run(['destroy', '--yes', '--json-into', '/dev/full'])
  expect(events.code).toBe(1)
  expect(events.stderr.match(/MF6003/g)).toHaveLength(1)
  expect(events.stderr).toContain('The disk is full.')
  expect(events.stdout).toContain('Destroy complete')
})

test('console evaluates an expression over the design', async () => {
  project.write({ 'design.yaml': SMALL })
  expect(await project.run(['console', 'resources.map.manifest.data'])).toMatchObject({
    code: 0,
    stdout: '{\n  "value": "one"\n}\n',
  })
  expect(await project.run(['console', 'nothing'])).toMatchObject({ code: 1 })
})

test('fmt --check fails for a file that is not in the canonical form, and fmt mends it', async () => {
  project.write({ 'design.yaml': 'kind: Design\napiVersion: meshform.dev/v1\nmetadata: {name: a}\n' })
  expect((await project.run(['fmt', '--check'])).code).toBe(1)
  const { stdout } = await project.run(['fmt', '--check', '--diff'])
  expect(stdout).toContain('--- old/design.yaml\n+++ new/design.yaml\n')
  expect(stdout).toContain('-kind: Design\n')
  for (const command of ['fmt', 'test']) {
    const missing = await project.run([command, '-f', 'nowhere'])
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere can not be read [MF6003]') })
  }
  expect((await project.run(['fmt'])).stdout).toBe('design.yaml\n')
  expect((await project.run(['fmt', '--check'])).code).toBe(0)
})

test('the built command reads files of policies and writes designs of live objects', async () => {
  const project = new Project({
    'shop.yaml': `apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: shop}\nresources:\n  a: {forEach: [x], manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: "a-\${each.key}", namespace: default}}}\n`,
    'rules.yaml': 'policies: {none: {rule: "change.action != \'create\'", message: nothing new}}',
  })
  const refused = await project.run(['plan', '--policy', 'rules.yaml'])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('is against the policy none: nothing new')])
  const planned = await project.run(['plan', '--target', 'resources.a["x"]', '--json'])
  expect(planned.stdout).toContain('"resource_key":"x"')
  await project.run(['apply', '--yes'])
  expect((await project.run(['import', 'ConfigMap/default/a-x'])).stdout).toContain('imports:')
  project.dispose()
})
