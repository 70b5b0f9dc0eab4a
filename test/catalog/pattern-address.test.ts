import { expect, test } from 'vitest'
import { parsePatternAddress } from '../../src/catalog/pattern-address.ts'

test.each([
  ['gateway', undefined],
  ['../patterns/gateway', undefined],
  ['./a//b', undefined],
  [
    'oci://registry.example/patterns/web:1.2.0//inner/web',
    {
      kind: 'oci',
      image: { kind: 'oci', host: 'registry.example', repository: 'patterns/web', tag: '1.2.0', digest: undefined },
      folder: 'inner/web',
    },
  ],
  ['https://host.example/web-1.2.0.tar.gz', { kind: 'http', url: 'https://host.example/web-1.2.0.tar.gz', folder: '' }],
  [
    'https://host.example/org/repo.git//web?ref=v1',
    { kind: 'git', repository: 'https://host.example/org/repo.git', reference: 'v1', folder: 'web' },
  ],
  [
    'git::https://host.example/org/repo//web/',
    { kind: 'git', repository: 'https://host.example/org/repo', reference: undefined, folder: 'web' },
  ],
  [
    'git@host.example:org/repo.git?ref=feature/a',
    { kind: 'git', repository: 'git@host.example:org/repo.git', reference: 'feature/a', folder: '' },
  ],
  [
    'ssh://git@host.example/org/repo.git',
    { kind: 'git', repository: 'ssh://git@host.example/org/repo.git', reference: undefined, folder: '' },
  ],
])('%s is read', (source, expected) => {
  expect(parsePatternAddress(source)).toEqual(expected)
})

test.each([
  ['ftp://host.example/a.tgz', /^ftp:\/\/ is not known/],
  ['git::ext::sh -c id', /not the address of a repository|not asked over ext/],
  ['git::--upload-pack=id', /not the address of a repository/],
  ['git::https://host.example/a.git?ref=--upload-pack=id', /not a branch, tag or commit/],
  ['git::https://host.example/a.git?ref=a..b', /not a branch, tag or commit/],
  ['git::https://host.example/a.git?depth=1', /\?depth= is not known/],
  ['git::https://ann:secret@host.example/a.git', /Credentials do not belong in an address/],
  ['https://ann:secret@host.example/a.tar.gz', /Credentials do not belong in an address/i],
  ['git::http://host.example/a.git', /Over plain http/],
  ['git::https://host.example/a.git//../b', /not a folder within the pattern/],
  ['oci://host.example/a:1//x/../../y', /not a folder within the pattern/],
  ['oci://host.example', /names a registry and a repository/],
])('%s is refused', (source, problem) => {
  expect(parsePatternAddress(source)).toEqual({ problem: expect.stringMatching(problem) })
})
