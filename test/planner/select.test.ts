import { expect, test } from 'vitest'
import type { Candidate } from '../../src/planner/assess.ts'
import { selectCandidates } from '../../src/planner/select.ts'

function recorded(address: string, name: string): Candidate {
  return {
    kind: 'delete',
    reason: 'delete_because_no_component',
    live: undefined,
    recorded: {
      key: { cluster: 'sandbox', group: '', kind: 'ConfigMap', namespace: 'shop', name },
      apiVersion: 'v1',
      address,
      desiredDigest: '',
      desired: {},
      ownedDigest: '',
      resourceVersion: '',
      uid: '',
      created: true,
      dependencies: [],
      protect: false,
    },
  }
}

const all = [
  recorded('resources.m["x"]', 'm-x'),
  recorded('resources.m["a/b"]', 'm-ab'),
  recorded('resources.n', 'n'),
  recorded('patterns.p.workloads.w', 'w'),
]
const [x, ab, n, w] = all

test.each([
  ['resources.m["x"]', [x]],
  ['resources.m[x]', [x]],
  ['resources.m["a/b"]', [ab]],
  ['resources.m', [x, ab]],
  ['resources.m[*]', [x, ab]],
  ['resources.*', [x, ab, n]],
  ['patterns.p', [w]],
  ['ConfigMap/m-*', [x, ab]],
  ['ConfigMap/shop/n', [n]],
  ['ConfigMap/?', [n, w]],
  ['!resources.*', [w]],
  ['*', all],
  ...['', '!', '[', '((', 'resources.{m,n}', 'Secret/*'].map((pattern): [string, typeof all] => [pattern, []]),
])('the pattern %s', (pattern, matching) => {
  const { candidates, diagnostics } = selectCandidates(all, { target: [], exclude: [pattern], replace: [], confirm: [] })
  expect(candidates).toEqual(all.filter((candidate) => !matching.includes(candidate)))
  expect(diagnostics.map(({ code }) => code)).toEqual(matching.length === 0 ? ['MF2012'] : ['MF2020'])
})
