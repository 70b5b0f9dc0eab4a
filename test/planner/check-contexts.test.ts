import { expect, test } from 'vitest'
import { emptyState } from '../../src/plan/recorded-state.ts'
import { checkContexts } from '../../src/planner/check-contexts.ts'
import { renderDiagnostics } from '../../src/views/terminal/diagnostics.ts'
import { styleFor } from '../../src/views/terminal/style.ts'
import { sampleObject } from '../state/sample-state.ts'

const { context: _none, ...sample } = sampleObject(0)

/** What is said of one object that was applied to `was` when `now` is asked. */
function told(was: string | undefined, now: string) {
  const object = { ...sample, ...(was === undefined ? {} : { context: was }) }
  const state = { ...emptyState('shop'), objects: new Map([['one', object]]) }
  return checkContexts(state, new Map([[object.key.cluster, now]])).map(({ summary, hint }) => ({ summary, hint }))
}

test('a run about another cluster than the recorded one says so, and how to go on', () => {
  const own = sample.key.cluster
  expect(told(undefined, own)).toEqual([])
  expect(told('kind-east', 'kind-east')).toEqual([])
  expect(told('kind-east', own)).toEqual([
    {
      summary: `1 object was applied to kind-east, and this run is about ${own}`,
      hint: 'Pass --context kind-east to go on there, or keep the other cluster apart: --workspace NAME.',
    },
  ])
  expect(told(undefined, 'kind-east')).toHaveLength(1)
  expect(checkContexts({ ...emptyState('shop'), objects: new Map([['one', sample]]) }, new Map())).toEqual([])
})

test('it is told in full', () => {
  const { key } = sample
  const state = { ...emptyState('shop'), objects: new Map([['one', { ...sample, context: 'kind-east' }]]) }
  const found = checkContexts(state, new Map([[key.cluster, 'kind-west']]))
  expect(renderDiagnostics(found, styleFor({}, { NO_COLOR: '1' }), () => undefined)).toMatchInlineSnapshot(`
    "warning 1 object was applied to kind-east, and this run is about kind-west [MF2031]
    │ Unless kind-east and kind-west are the same cluster, what is on kind-east stays there and is forgotten once it is made
    │ on kind-west.
    │ → Pass --context kind-east to go on there, or keep the other cluster apart: --workspace NAME.
    "
  `)
})
