import { expect, test } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { planToHtml } from '../../src/views/html/plan.ts'
import { MARKDOWN_LIMITS, planToMarkdown } from '../../src/views/markdown/plan.ts'
import { changeOf, EVERY_ACTION, fieldOf, planOf } from './sample-plan.ts'

test('every action, deletes first, nothing that breaks the page', async () => {
  await expect(planToMarkdown(EVERY_ACTION, MARKDOWN_LIMITS['github-comment'])).toMatchFileSnapshot(
    'goldens/every-action.golden.md',
  )
})

test('a plan of any size keeps to the limit, and says how much it leaves out', () => {
  const changes = Array.from({ length: 6000 }, (_, index) =>
    changeOf(`map-${index}`, { fields: [fieldOf(['data', 'a'], 'x'.repeat(80), 'y'.repeat(80))] }),
  )
  for (const limit of [65_536, 1_048_576]) {
    const text = planToMarkdown(planOf(changes), limit)
    expect(text.length).toBeLessThanOrEqual(limit)
    expect(text).toMatch(/\*\*\d+ more sections do not fit here\.\*\*/)
  }
  expect(planToMarkdown(planOf(changes), MARKDOWN_LIMITS.none)).not.toContain('do not fit')
})

test('deletes are told even when nothing else fits', () => {
  const many = Array.from({ length: 2000 }, (_, index) =>
    changeOf(`map-${index}`, { fields: [fieldOf(['data', 'a'], 'x', 'y')] }),
  )
  const text = planToMarkdown(planOf([changeOf('gone', { action: 'delete' }), ...many]), 2000)
  expect(text).toContain('ConfigMap shop/gone')
  expect(text.length).toBeLessThanOrEqual(2000)
})

test('objects of several clusters are told with theirs, on a page too', () => {
  const on = (cluster: string) => {
    const change = changeOf('web', { action: 'delete' })
    return { ...change, id: `${cluster}/web`, key: { ...change.key, cluster } }
  }
  for (const render of [planToHtml, (plan: Plan) => planToMarkdown(plan, MARKDOWN_LIMITS.none)]) {
    const text = render(planOf([on('east'), on('west')]))
    for (const cluster of ['east', 'west']) expect(text).toContain(`ConfigMap shop/web on ${cluster}`)
    expect(render(planOf([on('east')]))).not.toContain(' on east')
  }
})
