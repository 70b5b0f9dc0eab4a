import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { packArchive } from '../../src/catalog/pattern-archive.ts'
import { run } from '../../src/cli/run.ts'
import { SmallRegistry } from '../filters/small-registry.ts'

const PATTERN = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: web, version: 1.2.0, description: A web server.}
inputs:
  namespace: {description: Where it runs.}
  image: {default: "nginx:1.27"}
  token: {default: abc, sensitive: true}
workloads:
  web:
    namespace: "\${inputs.namespace}"
    image: "\${inputs.image}"
    ports: [{name: http, port: 80}]
resources:
  more: {manifests: [more/*.yaml]}
outputs:
  host: {value: "\${workloads.web.host}", description: How to reach it.}
`
const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\n'

const git = spawnSync('git', ['--version']).status === 0
if (!git) process.stdout.write('git is not installed here: no pattern was fetched by it.\n')
const withGit = test.skipIf(!git)

let home = ''
let folder = ''
let registry: SmallRegistry
let server: Server
let served = new Map<string, Buffer>()

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'pattern-home-'))
  registry = await SmallRegistry.start()
  server = createServer((request, response) => {
    const body = served.get(request.url ?? '')
    response.writeHead(body === undefined ? 404 : 200).end(body)
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', () => settle()))
})

afterAll(async () => {
  await registry.close()
  server.closeAllConnections()
  await new Promise((settle) => server.close(settle))
  rmSync(home, { recursive: true, force: true })
})

beforeEach(() => {
  folder = mkdtempSync(join(home, 'project-'))
  served = new Map()
})

function write(files: { readonly [name: string]: string }, at = folder): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), text)
  }
}

function designUsing(source: string): void {
  write({
    'design.yaml': `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
patterns:
  web: {source: "${source}", inputs: {namespace: shop}}
outputs:
  host: {value: "\${patterns.web.outputs.host}"}
`,
  })
}

async function meshform(...argv: readonly string[]): Promise<{ code: number; out: string }> {
  let code = 0
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  await run(argv, {
    stdout,
    stderr,
    env: { NO_COLOR: '1', PATH: process.env.PATH, HOME: home, DOCKER_CONFIG: home },
    signal: new AbortController().signal,
    cwd: folder,
    setExitCode: (given) => {
      code = given
    },
  })
  return { code, out: String(stdout.read() ?? '') + String(stderr.read() ?? '') }
}

function repository(files: { readonly [name: string]: string }): { readonly path: string; commit(name: string): string } {
  const path = mkdtempSync(join(home, 'repository-'))
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', path, '-c', 'user.name=ann', '-c', 'user.email=ann@shop.example', ...args], { encoding: 'utf8' })
  git('init', '-q', '-b', 'main')
  write(files, path)
  const commit = (name: string) => {
    git('add', '-A')
    git('commit', '-q', '-m', name)
    git('tag', '-f', 'v1')
    return git('rev-parse', 'HEAD').trim()
  }
  return { path, commit }
}

withGit('a pattern from git is fetched, locked, kept at its commit when the tag moves, and updated on purpose', async () => {
  const { path, commit } = repository({ 'web/design.yaml': PATTERN, 'web/more/a.yaml': MANIFEST })
  const first = commit('one')
  const source = `git::file://${path}//web?ref=v1`
  designUsing(source)
  const loose = await meshform('plan')
  expect(loose.code).toBe(0)
  expect(loose.out).toContain('is not pinned [MF1614]')
  expect(loose.out).toMatch(/ConfigMap shop\/more[\s\S]*Plan: 5 to create\./)
  expect(await meshform('pattern', 'lock')).toEqual({ code: 0, out: `locked  ${source}  git:${first}\n` })
  expect((await meshform('pattern', 'list')).out).toBe(`${source}  git:${first.slice(0, 15)}  locked\n`)

  write({ 'web/design.yaml': PATTERN.replace('1.27', '1.28') }, path)
  const second = commit('two')
  rmSync(join(folder, '.meshform', 'patterns'), { recursive: true })
  const pinned = await meshform('plan')
  expect(pinned.out).toContain('nginx:1.27')
  expect(pinned.out).not.toContain('MF1614')
  const moved = await meshform('pattern', 'lock')
  expect(moved.code).toBe(1)
  expect(moved.out).toContain(`git:${first} was locked, and it is git:${second} now. [MF1613]`.replace(' [MF1613]', ''))
  expect(moved.out.match(/error/g)).toHaveLength(1)
  expect((await meshform('pattern', 'lock', '--update')).out).toContain(
    `updated  ${source}  git:${second}\n  was  git:${first}\n`,
  )
  expect((await meshform('plan')).out).toContain('nginx:1.28')
})

test('a pattern is pushed to a registry, shown, used and copied; the same files are the same digest', async () => {
  write({ 'web/design.yaml': PATTERN, 'web/more/a.yaml': MANIFEST, 'web/.meshform/state': 'no' })
  const source = `oci://${registry.host}/patterns/web:1.2.0`
  const pushed = await meshform('pattern', 'push', 'web', source)
  expect(pushed.out).toMatch(/is sha256:[0-9a-f]{64}: 2 files\n$/)
  expect((await meshform('pattern', 'push', 'web', source)).out).toBe(pushed.out)
  const digest = /sha256:[0-9a-f]{64}/.exec(pushed.out)?.[0] ?? ''

  const shown = await meshform('pattern', 'show', source)
  expect(shown.out).toBe(`web 1.2.0
A web server.
${digest}

inputs
  namespace: string  Where it runs. (required)
  image: string      default "nginx:1.27"
  token: string      has a default, sensitive

makes
  workloads.web
  resources.more

outputs
  host  How to reach it.

In a design:
patterns:
  web: {source: ${source}, inputs: {namespace: ...}}
`)
  expect(JSON.parse((await meshform('pattern', 'show', source, '--json')).out)).toMatchObject({
    digest,
    name: 'web',
    patterns: [],
  })

  designUsing(`${source}@${digest}`)
  const plan = await meshform('plan', '--detailed-exitcode')
  expect(plan.code).toBe(2)
  expect(plan.out).not.toContain('MF1614')
  expect((await meshform('pattern', 'pull', source, 'copy')).out).toContain(`Copied ${digest} into copy`)
  expect(readFileSync(join(folder, 'copy', 'design.yaml'), 'utf8')).toBe(PATTERN)
  expect((await meshform('pattern', 'pull', source, 'copy')).out).toContain('copy is not empty [MF6003]')
})

test('an archive over HTTP that changes under its address is refused', async () => {
  const { port } = server.address() as AddressInfo
  const source = `http://127.0.0.1:${port}/web-1.2.0.tar.gz`
  const pack = (image: string) =>
    packArchive(
      new Map([
        ['web-1.2.0/design.yaml', Buffer.from(PATTERN.replace('nginx:1.27', image))],
        ['web-1.2.0/more/a.yaml', Buffer.from(MANIFEST)],
      ]),
    )
  served.set('/web-1.2.0.tar.gz', pack('nginx:1.27'))
  designUsing(source)
  expect((await meshform('pattern', 'lock')).code).toBe(0)
  served.set('/web-1.2.0.tar.gz', pack('evil:1'))
  expect((await meshform('plan')).out).toContain('nginx:1.27')
  rmSync(join(folder, '.meshform', 'patterns'), { recursive: true })
  const refused = await meshform('plan')
  expect(refused.code).toBe(1)
  expect(refused.out).toContain(`${source} has changed [MF1613]`)
  served.clear()
  expect((await meshform('plan')).out).toContain(`There is nothing at ${source}.`)
})

withGit('what was tampered with on disk is fetched again', async () => {
  const { path, commit } = repository({ 'design.yaml': PATTERN, 'more/a.yaml': MANIFEST })
  commit('one')
  designUsing(`git::file://${path}?ref=v1`)
  await meshform('pattern', 'lock')
  const store = join(folder, '.meshform', 'patterns')
  const [name = ''] = readdirSync(store)
  writeFileSync(join(store, name, 'design.yaml'), PATTERN.replace('1.27', 'evil'))
  expect((await meshform('plan')).out).toContain('nginx:1.27')
})

withGit('a pattern from elsewhere cannot name files outside of itself', async () => {
  const { path, commit } = repository({
    'design.yaml': `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: evil}
inputs: {namespace: {}}
resources:
  secrets: {manifests: [../../../*.yaml]}
patterns:
  other: {source: ../..}
`,
  })
  commit('one')
  designUsing(`git::file://${path}`)
  const refused = await meshform('validate')
  expect(refused.code).toBe(1)
  expect(refused.out.match(/is not part of the pattern git::file:/g)).toHaveLength(2)
  expect(refused.out).toMatch(/\.meshform\/patterns\/repository-[^/]+\/design\.yaml:6:\d+/)
})

withGit('patterns within a pattern come along, and are locked with it', async () => {
  const inner = repository({ 'design.yaml': PATTERN, 'more/a.yaml': MANIFEST })
  inner.commit('one')
  const outer = repository({
    'design.yaml': `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: outer}
inputs: {namespace: {}}
patterns:
  inner: {source: "git::file://${inner.path}", inputs: {namespace: "\${inputs.namespace}"}}
  beside: {source: ./beside}
outputs:
  host: {value: "\${patterns.inner.outputs.host}"}
`,
    'beside/design.yaml': 'apiVersion: meshform.dev/v1\nkind: Design\nmetadata: {name: beside}\n',
  })
  outer.commit('one')
  designUsing(`git::file://${outer.path}`)
  const locked = await meshform('pattern', 'lock')
  expect(locked.code).toBe(0)
  expect(locked.out.match(/^locked /gm)).toHaveLength(2)
  expect((await meshform('plan')).out).not.toContain('MF1614')
})

test('a pattern that names files beside it is not pushed', async () => {
  write({ 'web/design.yaml': PATTERN.replace('more/*.yaml', '../more/*.yaml'), 'more/a.yaml': MANIFEST })
  const refused = await meshform('pattern', 'push', 'web', `oci://${registry.host}/patterns/web:2`)
  expect(refused.code).toBe(1)
  expect(refused.out).toContain('../more/*.yaml is not part of the pattern web [MF1013]')
})

withGit.each([
  ['an address of an unknown kind', 'ftp://host.example/a.tgz', 'MF1611'],
  ['a tag that is not there', 'oci://REGISTRY/patterns/none:1', 'MF1612'],
  ['a folder that is not there', 'git::file://REPOSITORY//none', 'There are designs in web.'],
  ['a branch that is not there', 'git::file://REPOSITORY?ref=none', "Git says: couldn't find remote ref none."],
])('%s is told', async (_what, address, words) => {
  const { path, commit } = repository({ 'web/design.yaml': PATTERN })
  commit('one')
  designUsing(address.replace('REGISTRY', registry.host).replace('REPOSITORY', path))
  const refused = await meshform('validate')
  expect(refused.code).toBe(1)
  expect(refused.out).toContain(words)
  expect(refused.out).toContain('design.yaml:5:17  patterns.web')
})

withGit('a lock file that is damaged lets nothing through', async () => {
  const { path, commit } = repository({ 'design.yaml': PATTERN, 'more/a.yaml': MANIFEST })
  commit('one')
  designUsing(`git::file://${path}`)
  write({ 'meshform.lock.yaml': 'version: 1\npatterns: {a: {digest: nonsense}}\n' })
  const refused = await meshform('plan')
  expect(refused.code).toBe(1)
  expect(refused.out).toContain('MF9017')
})

withGit('an output that is asked for without `outputs` is pointed out', async () => {
  const { path, commit } = repository({ 'design.yaml': PATTERN, 'more/a.yaml': MANIFEST })
  commit('one')
  designUsing(`git::file://${path}`)
  write({ 'design.yaml': readFileSync(join(folder, 'design.yaml'), 'utf8').replace('.outputs.host', '.host') })
  expect((await meshform('validate')).out).toContain('Write patterns.web.outputs.host.')
})
