import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { selfSignedCertificate } from '../../src/sandbox/server/self-signed-certificate.ts'
import { type CredentialSource, credentialSource } from '../../src/targets/kubernetes/credentials.ts'

const { signal } = new AbortController()
let directory: string
let now: number

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meshform-credentials-'))
  now = Date.parse('2026-06-01T00:00:00Z')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function sourceOf(user: JsonObject, cluster: JsonObject = { server: 'https://one' }): CredentialSource {
  const clock = { now: () => now, sleep: async () => undefined, every: () => () => undefined }
  const context = { name: 'a', namespace: undefined, cluster, user, userName: 'u', clusterPlace: 'kc:2', userPlace: 'kc:3' }
  return credentialSource(context, clock, { environment: process.env, isInteractive: false })
}

async function refusalOf(user: JsonObject): Promise<string> {
  const got = await sourceOf(user).current(signal)
  return got.ok ? 'accepted' : got.failure.message
}

async function tokenOf(source: CredentialSource): Promise<string | readonly string[] | undefined> {
  const got = await source.current(signal)
  return got.ok ? got.credentials.headers.authorization : got.failure.message
}

/** A plugin that counts its runs in a file and prints what the shell makes of a text. */
async function plugin(status: string, extra: JsonObject = {}): Promise<{ readonly user: JsonObject; runs(): Promise<number> }> {
  const command = join(directory, 'plugin')
  const log = join(directory, 'runs')
  await writeFile(log, '')
  const output = `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}`
  await writeFile(
    command,
    `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${log}\nRUN=$(wc -l < ${log})\ncat <<EOF\n${output}\nEOF\n`,
  )
  await chmod(command, 0o700)
  const runs = async () =>
    (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .filter((line) => line !== '').length
  return { user: { exec: { command, apiVersion: 'client.authentication.k8s.io/v1', ...extra } }, runs }
}

describe('a credential plugin', () => {
  test('runs once for all requests, and anew once when the server refuses what it gave', async () => {
    const { user, runs } = await plugin('{"token":"t$RUN","expirationTimestamp":"2030-01-01T00:00:00Z"}')
    const source = sourceOf(user)
    expect(await Promise.all([tokenOf(source), tokenOf(source)])).toEqual(['Bearer t1', 'Bearer t1'])
    now += 3_600_000
    expect(await tokenOf(source)).toBe('Bearer t1')
    const sent = now
    now += 1000
    // Thirty requests that went out with the old token are refused one after another.
    for (let request = 0; request < 30; request += 1) {
      expect(source.renew(sent)).toBe(true)
      expect(await tokenOf(source)).toBe('Bearer t2')
    }
    expect(await runs()).toBe(2)
  })

  test('runs again when what it gave expires', async () => {
    const { user, runs } = await plugin('{"token":"t$RUN","expirationTimestamp":"2026-06-01T00:10:00Z"}')
    const source = sourceOf(user)
    expect(await tokenOf(source)).toBe('Bearer t1')
    now += 601_000
    await writeFile(join(directory, 'plugin'), (await readFile(join(directory, 'plugin'), 'utf8')).replace('T00:10', 'T00:30'))
    expect(await tokenOf(source)).toBe('Bearer t2')
    expect(await tokenOf(source)).toBe('Bearer t2')
    expect(await runs()).toBe(2)
  })

  test('is told of the cluster where it asks for that', async () => {
    const ca = join(directory, 'ca.pem')
    await writeFile(ca, 'authority')
    const { user } = await plugin('{"token":"t"}', { provideClusterInfo: true })
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'mesh' } }]
    await tokenOf(sourceOf(user, { server: 'https://one', 'certificate-authority': ca, extensions }))
    expect(JSON.parse(await readFile(join(directory, 'runs'), 'utf8')).spec).toEqual({
      interactive: false,
      cluster: {
        server: 'https://one',
        'certificate-authority-data': Buffer.from('authority').toString('base64'),
        config: { audience: 'mesh' },
      },
    })
  })

  test.each([
    [{ command: '/none/plugin', installHint: 'Get it from example.org.' }, /plugin is not installed\. Get it from example\.org/],
    [{}, /names no command/],
    [{ command: 'sh', args: ['-c', 'echo token: abcdefgh >&2; exit 3'] }, /plugin sh ended with exit code 3: token: \*\*\*$/],
    [{ command: 'echo', args: ['hello'] }, /does not print an ExecCredential/],
    [{ command: 'echo', args: ['{"kind":"ExecCredential","status":{}}'] }, /neither a token nor a certificate/],
    [
      { command: 'echo', args: ['{"kind":"ExecCredential","status":{"clientCertificateData":"x"}}'] },
      /certificate without its key/,
    ],
    [
      { command: 'echo', args: ['{"kind":"ExecCredential","apiVersion":"v1"}'], apiVersion: 'v2' },
      /answers in v1, and the kubeconfig says v2/,
    ],
    [{ command: 'echo', interactiveMode: 'Always' }, /nobody is at a terminal/],
  ])('%j tells what is wrong', async (exec, message) => {
    const said = await refusalOf({ exec })
    expect(said).toMatch(/^User "u" of the kubeconfig \(kc:3\): /)
    expect(said).toMatch(message)
  })
})

describe('credentials of the kubeconfig itself', () => {
  test('that can not be used say why', async () => {
    const { certificate, key } = selfSignedCertificate(new Date(now))
    const other = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const data = (text: string) => Buffer.from(text).toString('base64')
    const pair = (first: string, second: string) => ({ 'client-certificate-data': data(first), 'client-key-data': data(second) })
    expect(await refusalOf(pair(certificate, key))).toBe('accepted')
    expect(await refusalOf(pair('hello', key))).toMatch(/client certificate is no PEM certificate/)
    expect(await refusalOf(pair(certificate, 'hello'))).toMatch(/client key is no PEM key/)
    expect(await refusalOf(pair(certificate, other.privateKey))).toMatch(/key is not that of its client certificate/)
    expect(await refusalOf({ 'client-certificate-data': data(certificate) })).toMatch(/without `client-key`/)
    expect(await refusalOf({ tokenFile: join(directory, 'none') })).toMatch(/`tokenFile` names .*none, which does not exist/)
    expect(await refusalOf({ tokenFile: directory })).toMatch(/which is a folder/)
    expect(await refusalOf({ token: 'a\nb' })).toMatch(/characters that can't be sent/)
    expect(await refusalOf({ 'auth-provider': { name: 'exotic' } })).toMatch(/"exotic" is not known/)
    now += 400 * 365 * 86_400_000
    expect(await refusalOf(pair(certificate, key))).toMatch(/client certificate expired on \d{4}-/)
  })

  test('in files are read again when they are renewed', async () => {
    const tokenFile = join(directory, 'token')
    await writeFile(tokenFile, 'one\n')
    const source = sourceOf({ tokenFile })
    expect(await tokenOf(source)).toBe('Bearer one')
    await writeFile(tokenFile, 'two\n')
    expect(await tokenOf(source)).toBe('Bearer one')
    expect(source.renew(now)).toBe(true)
    expect(await tokenOf(source)).toBe('Bearer two')
    await writeFile(tokenFile, 'three\n')
    now += 31_000
    expect(await tokenOf(source)).toBe('Bearer three')
  })
})
