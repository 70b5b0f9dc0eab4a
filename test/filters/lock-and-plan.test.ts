import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandIo } from '../../src/cli/command-io.ts'
import { run } from '../../src/cli/run.ts'
import { pushImage } from '../../src/filters/registry/transfer-image.ts'
import { parseArtifactReference } from '../../src/registry/artifact-reference.ts'
import { compileExample } from './compile-filter.ts'
import { SmallRegistry } from './small-registry.ts'

let folder = ''
let registry: SmallRegistry

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'filter-lock-'))
  registry = await SmallRegistry.start()
})

afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

async function meshform(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let code = 0
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const io: CommandIo = {
    stdout,
    stderr,
    env: { NO_COLOR: '1', MESHFORM_STATE: join(folder, 'state') },
    signal: new AbortController().signal,
    cwd: folder,
    setExitCode: (given) => {
      code = given
    },
  }
  await run(argv, io)
  const text = (stream: PassThrough): string =>
    String(stream.read() ?? '')
      .replaceAll(registry.host, 'registry.test')
      .replaceAll(/[0-9a-f]{64}/g, 'HEX')
  return { code, out: text(stdout), err: text(stderr) }
}

async function push(example: string, version: string): Promise<void> {
  const image = parseArtifactReference(`oci://${registry.host}/filters/auth:1`)
  if (typeof image === 'string' || image.kind !== 'oci') throw new Error('not an image')
  const configSchema = { type: 'object', required: ['keys'], additionalProperties: false, properties: { header: {}, keys: {} } }
  await pushImage(
    image,
    {
      fetch,
      credentials: async () => ({}),
      signal: new AbortController().signal,
      timeoutMilliseconds: 5_000,
      insecureHosts: [],
    },
    {
      module: Buffer.from(await compileExample(example)),
      metadata: { name: 'auth', version, configSchema },
      abi: '0.2.1',
      variant: 'oci',
    },
  )
}

function design(config: string): void {
  writeFileSync(
    join(folder, 'design.yaml'),
    `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: filtered}
meshes:
  istio: {provider: istio}
workloads:
  web:
    mesh: istio
    namespace: shop
    image: example.test/web:1
    ports: [{name: http, port: 8080}]
filters:
  auth:
    workloads: [web]
    source: oci://${registry.host}/filters/auth:1
    config: ${config}
`,
  )
}

test('a filter is locked, pinned in the plan, and refused when its tag changes', async () => {
  design('{keys: {a: ann}}')
  await push('key-auth', '1.0.0')
  expect((await meshform('validate', '-f', 'design.yaml')).out + (await meshform('validate', '-f', 'design.yaml')).err).toContain(
    'filters.auth is not pinned',
  )
  const locked = await meshform('filter', 'lock', '-f', 'design.yaml')
  expect(locked).toEqual({ code: 0, out: 'locked  oci://registry.test/filters/auth:1  sha256:HEX\n', err: '' })
  const lock = readFileSync(join(folder, 'meshform.lock.yaml'), 'utf8')
  expect(
    lock
      .replaceAll(registry.host, 'registry.test')
      .replaceAll(/[0-9a-f]{64}/g, 'HEX')
      .replace(/size: \d+/, 'size: N'),
  ).toMatchInlineSnapshot(`
    "# Written by meshform: which bytes each address stands for. Keep it under version control.
    version: 1
    filters:
      oci://registry.test/filters/auth:1:
        digest: sha256:HEX
        sha256: HEX
        size: N
        behaviour: auth 1.0.0; ABI 0.2.1; sees requests (headers) and responses (headers); may answer itself
        configSchema:
          type: object
          required:
            - keys
          additionalProperties: false
          properties:
            header: {}
            keys: {}
    "
  `)

  const planned = await meshform('plan', '-f', 'design.yaml', '--offline', '--full')
  expect(planned.code).toBe(0)
  expect(planned.out.slice(planned.out.indexOf('+ WasmPlugin'))).toMatchInlineSnapshot(`
    "+ WasmPlugin shop/web-auth  (approximate: planned offline)
          metadata.annotations["filter.meshform.dev/auth"]: "auth 1.0.0; ABI 0.2.1; sees requests (headers) and responses (headers); may answer itself"
          spec:
            selector.matchLabels.app: web
            url: oci://registry.test/filters/auth:1
            sha256: HEX
            pluginConfig.keys.a: ann
            match: [{mode: SERVER}]

    Plan: 5 to create.
    "
  `)

  await push('rate-limit', '2.0.0')
  const changed = await meshform('filter', 'lock', '-f', 'design.yaml')
  expect(changed.code).toBe(1)
  expect(changed.out + changed.err).toContain('has changed')
  const updated = await meshform('filter', 'lock', '-f', 'design.yaml', '--update')
  expect(updated.out).toMatchInlineSnapshot(`
    "updated  oci://registry.test/filters/auth:1  sha256:HEX
      was: auth 1.0.0; ABI 0.2.1; sees requests (headers) and responses (headers); may answer itself
      is:  auth 2.0.0; ABI 0.2.1; sees requests (headers) and responses (headers); may answer itself; shares data
    "
  `)
}, 30_000)

test('a configuration that does not fit the locked schema is told with its place', async () => {
  design('{key: {a: ann}}')
  const { code, out, err } = await meshform('validate', '-f', 'design.yaml')
  expect(code).toBe(1)
  expect(out + err).toContain('config.key the filter knows no such key')
  expect(out + err).toContain('design.yaml:16:')
})
