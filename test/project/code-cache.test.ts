import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { extract } from 'tar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** As src/cli/load-piece.ts has them: a checksum over where it was made, the end of the text, and the data, in four bytes behind those. */
const HERE = `${process.version} ${process.platform} ${process.arch}`

const sealed = (source: Buffer, data: Buffer, made = HERE): Buffer => {
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(data, crc32(source.subarray(-64), crc32(made))))
  return Buffer.concat([data, sum])
}

describe('the code cache of the built command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshform-code-cache-'))
  const dist = join(folder, 'dist')
  const piece = (file: string) => join(dist, 'pieces', file)
  beforeAll(() => {
    cpSync('dist', dist, { recursive: true })
    writeFileSync(
      join(folder, 'design.yaml'),
      `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: small, version: 1.0.0}
locals: {answer: "\${6 * 7}"}
resources:
  a: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {key: "\${string(locals.answer)}"}}}
`,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const plan = async (script = join(dist, 'main.cjs'), flags: readonly string[] = []) => {
    const args = [...flags, script, 'plan', '--offline', '-f', 'design.yaml']
    const env = { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1' }
    return await promisify(execFile)(process.execPath, args, { cwd: folder, env })
  }
  const planned = { stderr: '', stdout: expect.stringContaining('data.key: "42"') }

  test('is there for every piece, and is one that V8 takes', () => {
    const sources = readdirSync(join(dist, 'pieces')).filter((file) => file.endsWith('.cjs'))
    expect(sources).toContain('command.cjs')
    for (const file of sources) {
      const text = readFileSync(piece(file))
      expect(text.every((byte) => byte < 0x80)).toBe(true)
      const cache = readFileSync(piece(file.replace('.cjs', '.cache')))
      const data = cache.subarray(0, -4)
      expect(cache.equals(sealed(text, data))).toBe(true)
      const script = new Script(text.toString('latin1'), { filename: piece(file), cachedData: data })
      expect({ file, rejected: script.cachedDataRejected }).toEqual({ file, rejected: false })
    }
  })

  test('is passed over when it is damaged, of another text, of another Node, or missing: the output is the same', async () => {
    const source = readFileSync(piece('command.cjs'))
    const whole = readFileSync(piece('command.cache'))
    const data = whole.subarray(0, -4)
    const changed = (at: number) => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0xff
      return bytes
    }
    const otherEngine = Buffer.from(data)
    otherEngine.writeUInt32LE(otherEngine.readUInt32LE(4) ^ 1, 4)
    const caches = {
      whole,
      'half of it': whole.subarray(0, whole.length >> 1),
      'three bytes': whole.subarray(0, 3),
      empty: Buffer.alloc(0),
      'a byte of its head': changed(9),
      'a byte of its middle': changed(whole.length >> 1),
      'of another text': sealed(Buffer.concat([source, Buffer.from('\n')]), data),
      'of another Node': sealed(source, data, HERE.replace(process.version, 'v99.0.0')),
      'sound, but what another V8 wrote': sealed(source, otherEngine),
      'sound, but no cache at all': sealed(source, createHash('sha512').update('noise').digest()),
    }
    const { stdout } = await plan()
    for (const [name, bytes] of Object.entries(caches)) {
      writeFileSync(piece('command.cache'), bytes)
      expect({ name, ...(await plan()) }).toEqual({ name, ...planned, stdout })
    }
    rmSync(piece('command.cache'))
    expect(await plan()).toEqual({ ...planned, stdout })
    writeFileSync(piece('command.cache'), whole)
  })

  test('is passed over by a Node with other flags', async () => {
    const { stdout } = await plan()
    expect(await plan(undefined, ['--no-lazy', '--stack-size=900'])).toEqual({ ...planned, stdout })
  })

  test('comes with the package, which works where nothing can be written and nothing else is installed', async () => {
    const pack = ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', folder]
    const [packed] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    await extract({ file: join(folder, packed.filename), cwd: folder })
    const installed = join(folder, 'package')
    expect(readdirSync(join(installed, 'dist/pieces'))).toEqual(readdirSync(join(dist, 'pieces')))
    for (const entry of readdirSync(installed, { recursive: true, withFileTypes: true }))
      chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444)
    const before = readdirSync(installed, { recursive: true })
    const { stdout } = await plan()
    expect(await plan(join(installed, 'bin/meshform.js'))).toEqual({ ...planned, stdout })
    const version = execFileSync(process.execPath, [join(installed, 'bin/meshform.js'), '--version'], { encoding: 'utf8' })
    expect(version).toMatch(/^meshform \d+\.\d+\.\d+\n$/)
    expect(readdirSync(installed, { recursive: true })).toEqual(before)
    for (const entry of readdirSync(installed, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755)
  })
})
