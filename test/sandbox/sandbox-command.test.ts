import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

describe('meshform sandbox', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshform-command-'))
    await build({
      entryPoints: [join(import.meta.dirname, '../../src/cli/main.ts')],
      outdir: join(folder, 'dist'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      define: { __MESHFORM_VERSION__: '"0.0.0"' },
      banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
      external: ['pg-native'],
    })
  })
  afterAll(async () => {
    await meshform('stop')
    await rm(folder, { recursive: true, force: true })
  })

  const meshform = (...args: readonly string[]) =>
    new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
      const env = { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1' }
      const command = [join(folder, 'dist/main.mjs'), 'sandbox', ...args]
      execFile(process.execPath, command, { cwd: folder, env, timeout: 30_000 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err })
      })
    })

  test('starts in the background when a kubeconfig is asked for, is found, and ends', async () => {
    const config = await meshform('kubeconfig')
    expect(config).toMatchObject({ code: 0, err: '' })
    const { clusters, users } = parse(config.out)
    expect(clusters[0].cluster.server).toMatch(/^https:\/\/127\.0\.0\.1:/)
    expect(users[0].user.token).toMatch(/^[\w-]{40,}$/)
    const status = JSON.parse((await meshform('status', '--json')).out)
    expect(status).toMatchObject({ directory: join(folder, '.meshform/sandbox'), objects: { namespaces: 4, nodes: 1 } })
    expect((await meshform('start')).out).toBe(
      `The sandbox is served already at ${status.server.url} (process ${status.server.pid}).\n`,
    )
    expect((await meshform('kubeconfig')).out).toBe(config.out)
    expect(await meshform('stop')).toEqual({ code: 0, out: 'The server ended.\n', err: '' })
    expect(await meshform('stop')).toEqual({ code: 0, out: 'No server runs.\n', err: '' })
  })

  test('has one server, however many ask for it at once', async () => {
    const answers = await Promise.all([meshform('kubeconfig'), meshform('kubeconfig'), meshform('start', '--background')])
    expect(answers.map(({ code, err }) => ({ code, err }))).toEqual(answers.map(() => ({ code: 0, err: '' })))
    expect(answers[0]?.out).toBe(answers[1]?.out)
    expect((await meshform('stop')).out).toBe('The server ended.\n')
  })

  test('starts with failures, and refuses what is none', async () => {
    const refused = await meshform('start', '--fail', 'explode')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('There is no failure "explode"')
    expect(refused.err).toContain('image-pull, crash-loop, rollout-stall, throttle, server-error, slow, drop-watches')
    expect((await meshform('start', '--background', '--fail', 'server-error=100', '--idle-timeout', '1m')).code).toBe(0)
    expect((await meshform('status')).out).toMatch(/^Kept in .*\nServed at http:\/\/127\.0\.0\.1:\d+ by process \d+\.\n/)
  })

  test('is emptied only when that is confirmed', async () => {
    const refused = await meshform('reset')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('--yes')
    expect(existsSync(join(folder, '.meshform/sandbox/changes.log'))).toBe(true)
    expect((await meshform('reset', '--yes')).out).toBe(`The sandbox in ${join(folder, '.meshform/sandbox')} is empty.\n`)
    expect(JSON.parse((await meshform('status', '--json')).out)).toMatchObject({ server: null, objects: {} })
  })
})
