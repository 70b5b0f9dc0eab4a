import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Header } from 'tar'
import { expect, test } from 'vitest'
import { contentDigest, packArchive, readArchive, withoutTopFolder } from '../../src/catalog/pattern-archive.ts'

type EntryType =
  NonNullable<ConstructorParameters<typeof Header>[0]> extends infer Data
    ? Data extends { type?: infer Type }
      ? Type
      : never
    : never

/** An archive with whatever entries, as a malicious one would be. */
function archive(entries: readonly { path: string; content?: string; type?: EntryType; linkpath?: string }[]): Buffer {
  const parts = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const bytes = Buffer.from(content)
    const header = new Header({
      path,
      size: bytes.length,
      mode: 0o644,
      mtime: new Date(0),
      type,
      ...(linkpath === undefined ? {} : { linkpath }),
    })
    const block = Buffer.alloc(512)
    header.encode(block, 0)
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

const name = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,3}$/)
const files = fc
  .dictionary(name, fc.uint8Array({ maxLength: 2000 }), { minKeys: 1, maxKeys: 8 })
  // A name that is a folder of another can not be a file too.
  .map((all) => Object.entries(all).filter(([path]) => !Object.keys(all).some((other) => other.startsWith(`${path}/`))))
  .map((all) => new Map(all.map(([path, content]) => [path, Buffer.from(content)] as const)))

test('what is packed comes back, and the same files are the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      const packed = packArchive(all)
      expect(packArchive(new Map([...all].reverse())).equals(packed)).toBe(true)
      const read = await readArchive(packed)
      expect(contentDigest(read)).toBe(contentDigest(all))
      expect(new Map([...read].sort())).toEqual(new Map([...all].sort()))
    }),
    { numRuns: 60 },
  )
})

test('other paths or other bytes are another digest', () => {
  const digests = [
    new Map([['a', Buffer.from('bc')]]),
    new Map([['ab', Buffer.from('c')]]),
    new Map([
      ['a', Buffer.from('')],
      ['b', Buffer.from('c')],
    ]),
  ].map(contentDigest)
  expect(new Set(digests).size).toBe(3)
})

test.each([
  ['a path that leads up', [{ path: '../design.yaml', content: 'x' }], /leads outside/],
  ['a path that leads up in the middle', [{ path: 'a/../../design.yaml', content: 'x' }], /leads outside/],
  ['an absolute path', [{ path: '/etc/cron.d/a', content: 'x' }], /leads outside/],
  ['a path with a drive', [{ path: 'C:\\a', content: 'x' }], /leads outside/],
  [
    'two files that one disk would hold as one',
    [
      { path: 'A', content: 'x' },
      { path: 'a', content: 'y' },
    ],
    /twice/,
  ],
  ['nothing but folders', [{ path: 'a/', type: 'Directory' as const }], /holds no files/],
  ['only a link', [{ path: 'a', type: 'SymbolicLink' as const, linkpath: '/etc/passwd' }], /holds no files/],
])('%s is refused', async (_what, entries, words) => {
  await expect(readArchive(archive(entries))).rejects.toThrow(words)
})

test('links and devices are left out', async () => {
  const read = await readArchive(
    archive([
      { path: 'design.yaml', content: 'a: 1' },
      { path: 'link', type: 'SymbolicLink', linkpath: '/etc/passwd' },
      { path: 'hard', type: 'Link', linkpath: 'design.yaml' },
    ]),
  )
  expect([...read.keys()]).toEqual(['design.yaml'])
})

test('bombs and garbage are refused', async () => {
  await expect(readArchive(gzipSync(Buffer.alloc(96 * 1024 * 1024)))).rejects.toThrow(/larger than 64 MiB/)
  await expect(readArchive(Buffer.from('<html>not found</html>'))).rejects.toThrow(/can not be unpacked|no files/)
  const whole = packArchive(new Map([['design.yaml', Buffer.alloc(5000, 'a')]]))
  await expect(readArchive(whole.subarray(0, whole.length - 20))).rejects.toThrow(/can not be unpacked/)
  await expect(readArchive(archive([{ path: 'a', content: 'x'.repeat(3000) }]).subarray(0, 1500))).rejects.toThrow(
    /can not be unpacked/,
  )
})

test('the folder that a release is packed in is left away, unless it is what was asked for', () => {
  const all = new Map([
    ['web-1.2.0/design.yaml', Buffer.from('a')],
    ['web-1.2.0/more/a.yaml', Buffer.from('b')],
  ])
  expect([...withoutTopFolder(all, '').keys()]).toEqual(['design.yaml', 'more/a.yaml'])
  expect([...withoutTopFolder(all, 'more').keys()]).toEqual(['design.yaml', 'more/a.yaml'])
  expect([...withoutTopFolder(all, 'web-1.2.0/more').keys()]).toEqual([...all.keys()])
})
