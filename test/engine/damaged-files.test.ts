import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'

const FOLDER = '.meshform/state/default'
const STATE = `${FOLDER}/shop.json`
const DESIGN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {a: "1"}}}
`

/** Every command that reads the state, and with it the journals beside it. */
const READERS: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '--refresh-only'],
  ['apply', '--yes'],
  ['destroy', '--yes'],
  ['refresh'],
  ['rollback', '1', '--yes'],
  ['output'],
  ['state', 'list'],
  ['state', 'show', 'resources.a'],
  ['state', 'history'],
  ['state', 'mv', 'resources.a', 'resources.b'],
  ['state', 'rm', 'resources.a'],
  ['state', 'pull'],
  ['state', 'rekey'],
  ['workspace', 'delete', 'default'],
]

async function applied(): Promise<Project> {
  const project = await newProject({ 'shop.yaml': DESIGN })
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  return project
}

/** Everything in the folder of the state. */
async function contentOf(project: Project): Promise<{ readonly [name: string]: string }> {
  const folder = join(project.folder, FOLDER)
  const content: { [name: string]: string } = {}
  for (const name of await readdir(folder)) {
    content[name] = await readFile(join(folder, name)).then(
      (bytes) => bytes.toString('base64'),
      () => 'no file',
    )
  }
  return content
}

/** Runs every reader; each refuses with the code and leaves everything as it was. */
async function expectRefusals(project: Project, code: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const before = await contentOf(project)
  for (const argv of READERS) {
    const keyed = argv[1] === 'rekey' ? { MESHFORM_STATE_PASSPHRASE: 'a passphrase of length', ...env } : env
    const result = await project.with({ env: keyed })(...argv)
    expect([argv, result.code, result.err]).toEqual([argv, 1, expect.stringContaining(`[${code}]`)])
    expect([argv, await contentOf(project)]).toEqual([argv, before])
  }
}

/** A journal of one entry, as a line of it is written. */
function journal(entry: object): { readonly name: string; readonly text: string } {
  const id = randomUUID()
  const json = JSON.stringify(entry)
  const sum = createHash('sha256').update(`${id} 1 1 1 ${json}`).digest('hex').slice(0, 16)
  return { name: `shop.journal-${id}.ndjson`, text: `{"n":1,"batch":1,"at":1,"sum":"${sum}","entry":${json}}\n` }
}

describe('every command that reads the state refuses, and changes nothing, when', () => {
  test('the state is damaged in any way', async () => {
    const project = await applied()
    const file = join(project.folder, STATE)
    const whole = await readFile(file)
    const breaks = whole.toString('latin1').replaceAll(/\s/g, ' ')
    await fc.assert(
      fc.asyncProperty(
        fc
          .oneof(
            fc.nat(whole.byteLength - 2).map((length) => whole.subarray(0, length)),
            fc.tuple(fc.nat(whole.byteLength - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
              const changed = Buffer.from(whole)
              changed[at] = (changed[at] ?? 0) ^ flip
              return changed
            }),
            fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
            // A tab for the end of a line is no damage: JSON says the same.
          )
          .filter((bytes) => bytes.toString('latin1').replaceAll(/\s/g, ' ') !== breaks),
        fc.constantFrom(...READERS),
        async (bytes, argv) => {
          await writeFile(file, bytes)
          const env = argv[1] === 'rekey' ? { MESHFORM_STATE_PASSPHRASE: 'a passphrase of length' } : {}
          const { code, err } = await project.with({ env })(...argv)
          expect([argv, code, err]).toEqual([argv, 1, expect.stringMatching(/\[MF80(01|02|07)\]/)])
          expect(await readFile(file)).toEqual(bytes)
        },
      ),
      { numRuns: 40 },
    )
    await writeFile(file, whole.subarray(0, whole.byteLength / 2))
    await expectRefusals(project, 'MF8001')
  })

  test('the state is of a newer version, a folder, or a link to nothing', async () => {
    const project = await applied()
    const file = join(project.folder, STATE)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('{"version":1', '{"version":2'))
    await expectRefusals(project, 'MF8002')
    await rm(file)
    await mkdir(file)
    await expectRefusals(project, 'MF8016')
    await rm(file, { recursive: true })
    await symlink(join(project.folder, 'nowhere'), file)
    await expectRefusals(project, 'MF8016')
  })

  test.each(['shop.json', 'shop.lock-1', 'shop.journal-00000000.ndjson'])('%s is a pipe that nobody writes to', async (name) => {
    const project = await applied()
    const file = join(project.folder, FOLDER, name)
    await rm(file, { force: true })
    execFileSync('mkfifo', [file])
    expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('but a pipe') })
  })

  test('the state is of another design', async () => {
    const project = await applied()
    await project.write('shop.yaml', DESIGN.replace('name: shop', 'name: store'))
    await rename(join(project.folder, STATE), join(project.folder, `${FOLDER}/store.json`))
    await expectRefusals(project, 'MF8007')
  })

  test('a journal is damaged in its middle, or of a newer version', async () => {
    const project = await applied()
    const { name, text } = journal({ type: 'header', version: 2 })
    const file = join(project.folder, FOLDER, name)
    await writeFile(file, text)
    await expectRefusals(project, 'MF8002')
    await writeFile(file, `${text.slice(0, 40)}x${text.slice(41)}${text}`)
    await expectRefusals(project, 'MF8001')
  })

  test.each(['snapshot.log', 'changes.log'])('%s of the sandbox is damaged in its middle', async (name) => {
    const project = await applied()
    const file = join(project.folder, '.meshform/sandbox', name)
    const whole = await readFile(join(project.folder, '.meshform/sandbox/snapshot.log'), 'utf8')
    const lines = whole.trimEnd().split('\n')
    const changes = [...lines.slice(1).map((line) => line.replace(/^P\t\d+/, 'P\t99999')), '']
    const text = name === 'snapshot.log' ? whole : changes.join('\n')
    const damaged = text.replace(/\n(P.*\n)P/, '\n$1x')
    expect(damaged).not.toBe(text)
    await writeFile(file, damaged)
    const { code, err } = await project.meshform('plan')
    expect([code, err.replaceAll(/\n│ /g, ' ')]).toEqual([1, expect.stringMatching(/is damaged in line \d+\. .*sandbox reset/)])
    expect(await readFile(file, 'utf8')).toBe(damaged)
    expect((await project.meshform('sandbox', 'reset', '--yes')).code).toBe(0)
    expect((await project.meshform('plan')).code).toBe(0)
  })

  test.each([
    ['is empty', () => ''],
    ['holds an object that is no JSON', (text: string) => text.replaceAll('"default"}', '"default"')],
    ['holds a name that is none', (text: string) => text.replace(/\tdefault\t/, '\t\\default\t')],
  ])('the snapshot of the sandbox %s', async (_title, change) => {
    const project = await applied()
    const file = join(project.folder, '.meshform/sandbox/snapshot.log')
    const whole = await readFile(file, 'utf8')
    const damaged = change(whole)
    expect(damaged).not.toBe(whole)
    await writeFile(file, damaged)
    const { code, err } = await project.meshform('plan')
    expect([code, err.replaceAll(/\n│ /g, ' ')]).toEqual([1, expect.stringMatching(/damaged|not a sandbox snapshot/)])
  })

  test('the snapshot of the sandbox is a pipe, a folder, or a link to nothing', async () => {
    const project = await applied()
    const file = join(project.folder, '.meshform/sandbox/snapshot.log')
    const places: readonly (() => unknown)[] = [
      () => execFileSync('mkfifo', [file]),
      () => mkdir(file),
      () => symlink(join(project.folder, 'nowhere'), file),
    ]
    for (const place of places) {
      await rm(file, { recursive: true })
      await place()
      const { code, err } = await project.meshform('plan')
      expect([code, err.replaceAll(/\n│ /g, ' ')]).toEqual([1, expect.stringMatching(/snapshot\.log is .*sandbox reset/)])
    }
  })

  test('the lock is damaged: it is one until it was not renewed for a minute', async () => {
    const project = await applied()
    const file = join(project.folder, FOLDER, 'shop.lock-1')
    await writeFile(file, '{"ID": "x')
    const refused = await project.meshform('apply', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.err.replaceAll(/\n│ /g, ' ')).toMatch(/MF8004.*can not be read.* not renewed for a minute/)
    await utimes(file, new Date(0), new Date(0))
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
  })

  test('the file that names the workspace names none', async () => {
    const project = await applied()
    await project.write('.meshform/workspace', '../other\n')
    for (const argv of [['plan'], ['apply', '--yes'], ['workspace', 'list'], ['workspace', 'show']]) {
      expect(await project.meshform(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('names no workspace') })
    }
    expect((await project.meshform('workspace', 'select', 'default')).code).toBe(0)
    expect((await project.meshform('workspace', 'show')).out).toBe('default\n')
  })
})

/** What is said of a server that runs on the sandbox, by a process that does. */
function server(said: object): string {
  const owner = { pid: process.pid }
  return JSON.stringify({ owner, url: 'http://127.0.0.1:9', secureUrl: '', token: 'token', certificate: '', ...said })
}

describe('nothing is believed, and no run is kept from its work, when', () => {
  test.each([
    ['owner.lock', 'says no process', '{"pid": 0}'],
    ['owner.lock', 'says a group of processes', '{"pid": -1}'],
    ['owner.lock', 'is no JSON', '[[['],
    ['owner.lock', 'is a pipe', undefined],
    ['server.json', 'says a port that is none', server({ url: 'http://127.0.0.1:99999' })],
    ['server.json', 'says another machine', server({ url: 'http://127.0.0.1:9@localhost:9' })],
    ['server.json', 'says a token of two lines', server({ token: 'a\nb' })],
    ['server.json', 'says a group of processes', server({ owner: { pid: -1 } })],
    ['server.json', 'is a pipe', undefined],
  ])('%s of the sandbox %s', async (name, _what, text) => {
    const project = await applied()
    const file = join(project.folder, '.meshform/sandbox', name)
    if (text === undefined) execFileSync('mkfifo', [file])
    else await writeFile(file, text)
    expect(await project.meshform('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
  })
})

test('a state that is a link stays one: the file that it leads to is written', async () => {
  const project = await applied()
  const [file, real] = [join(project.folder, STATE), join(project.folder, 'real.json')]
  await rename(file, real)
  await symlink(real, file)
  await project.write('shop.yaml', DESIGN.replace('"1"', '"2"'))
  expect((await project.meshform('apply', '--yes')).code).toBe(0)
  expect(await readFile(real, 'utf8')).toContain('"serial":2')
  expect(await readFile(file, 'utf8')).toContain('"serial":2')
})

test('a name of a workspace never leaves the folder of the states', async () => {
  const project = await applied()
  for (const name of ['../evil', 'a/b', '..', '.', '', 'UPPER', '-a', 'a'.repeat(64), 'a\u0000b', 'a b', 'ä']) {
    for (const argv of [
      ['workspace', 'new', '--', name],
      ['workspace', 'select', '--', name],
      ['workspace', 'delete', '--', name],
      ['apply', '--yes', `--workspace=${name}`],
    ]) {
      expect([name, argv, (await project.meshform(...argv)).code]).toEqual([name, argv, 1])
    }
  }
  expect(existsSync(join(project.folder, 'evil'))).toBe(false)
  expect(await readdir(join(project.folder, '.meshform/state'))).toEqual(['default'])
})

test('a workspace that was never made is not selected by mistake', async () => {
  const project = await applied()
  expect(await project.meshform('workspace', 'select', 'stagin')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no workspace stagin.'),
  })
  expect((await project.meshform('workspace', 'select', 'staging', '--or-create')).code).toBe(0)
  expect((await project.meshform('workspace', 'show')).out).toBe('staging\n')
})
