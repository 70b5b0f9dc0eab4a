import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { compileExample } from './compile-filter.ts'
import { SmallRegistry } from './small-registry.ts'

let folder = ''
let registry: SmallRegistry

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'filter-commands-'))
  registry = await SmallRegistry.start({ auth: { scheme: 'bearer', username: 'ann', password: 's3cret' } })
  writeFileSync(join(folder, 'auth.wasm'), await compileExample('key-auth'))
  writeFileSync(join(folder, 'schema.json'), '{"type":"object","required":["keys"]}')
  const auth = Buffer.from('ann:s3cret').toString('base64')
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(folder, 'key.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  const other = generateKeyPairSync('ed25519').publicKey
  writeFileSync(join(folder, 'other.pub.pem'), other.export({ type: 'spki', format: 'pem' }))
})

afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

async function filter(...argv: readonly string[]): Promise<{ code: number; out: string }> {
  let code = 0
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  await run(['filter', ...argv.map((word) => word.replace('REGISTRY', registry.host))], {
    stdout,
    stderr,
    env: { NO_COLOR: '1', DOCKER_CONFIG: folder },
    signal: new AbortController().signal,
    cwd: folder,
    setExitCode: (given) => {
      code = given
    },
  })
  const text = String(stdout.read() ?? '') + String(stderr.read() ?? '')
  return { code, out: text.replaceAll(registry.host, 'REGISTRY').replaceAll(/[0-9a-f]{64}/g, 'HEX') }
}

const ADDRESS = 'oci://REGISTRY/filters/auth:1.2.0'

test('a filter is signed, pushed, pulled, kept, shown and forgotten', async () => {
  expect((await filter('sign', 'auth.wasm', '--key', 'key.pem')).out).toMatch(/^auth\.wasm\.dsse\.json signs sha256:HEX with key/)
  const told = ['--filter-version', '1.2.0', '--licence', 'Apache-2.0', '--schema', 'schema.json']
  expect(await filter('push', 'auth.wasm', ADDRESS, ...told)).toEqual({
    code: 0,
    out: `${ADDRESS} is sha256:HEX, with its signature\n`,
  })
  expect((await filter('pull', ADDRESS, '-o', 'again.wasm')).code).toBe(0)
  expect(readFileSync(join(folder, 'again.wasm'))).toEqual(readFileSync(join(folder, 'auth.wasm')))
  expect((await filter('verify', ADDRESS, '--key', 'key.pub.pem')).out).toContain('signed, verified with key')
  expect(await filter('verify', ADDRESS, '--key', 'other.pub.pem')).toMatchObject({
    code: 1,
    out: expect.stringContaining('none of its signatures is by a key that is trusted'),
  })
  expect((await filter('inspect', ADDRESS, '--json')).out).toContain('"loadable": true')
  expect((await filter('add', ADDRESS)).out).toBe('auth@1.2.0 is kept: sha256:HEX\n')
  expect((await filter('list')).out).toMatch(
    /^auth@1\.2\.0 {2}[0-9a-f]{12} {2}ABI 0\.2\.1 {2}oci:\/\/REGISTRY\/filters\/auth:1\.2\.0 {2}signed\n$/,
  )
  const shown = JSON.parse((await filter('show', 'auth', '--json')).out)
  expect(shown).toMatchObject({
    name: 'auth',
    version: '1.2.0',
    metadata: { licence: 'Apache-2.0', configSchema: { required: ['keys'] } },
    signature: { kind: 'signed' },
    behaviour: 'auth 1.2.0; ABI 0.2.1; sees requests (headers) and responses (headers); may answer itself',
  })
  expect((await filter('rm', 'auth')).out).toBe('1 filter gone.\n')
  expect(await filter('show', 'auth')).toMatchObject({ code: 1, out: expect.stringContaining('MF9021') })
})

test('what can not be fetched, or is no filter, is told', async () => {
  expect(await filter('pull', 'oci://REGISTRY/filters/none:1')).toMatchObject({ code: 1, out: expect.stringContaining('MF9012') })
  expect(await filter('pull', 'oci://nonsense')).toMatchObject({ code: 1, out: expect.stringContaining('MF9015') })
  expect(await filter('add', 'schema.json')).toMatchObject({ code: 1, out: expect.stringContaining('MF9001') })
  expect(await filter('push', 'auth.wasm', 'https://example.test/a')).toMatchObject({
    code: 1,
    out: expect.stringContaining('MF9015'),
  })
  expect(await filter('sign', 'auth.wasm', '--key', 'schema.json')).toMatchObject({
    code: 1,
    out: expect.stringContaining('MF6003'),
  })
})
