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
    changeOf(`map-${index}`, { fields: [fieldOf(['data', 'a'], 'é'.repeat(400), '🎉'.repeat(400))] }),
  )
  for (const limit of Object.values(MARKDOWN_LIMITS).filter(({ most }) => most !== Number.POSITIVE_INFINITY)) {
    const text = planToMarkdown(planOf(changes), limit)
    expect(limit.unit === 'bytes' ? Buffer.byteLength(text) : text.length).toBeLessThanOrEqual(limit.most)
    expect(text).toMatch(/\*\*\d+ more sections do not fit here\.\*\*/)
  }
  expect(planToMarkdown(planOf(changes), MARKDOWN_LIMITS.none)).not.toContain('do not fit')
})

test('deletes are told even when nothing else fits', () => {
  const many = Array.from({ length: 2000 }, (_, index) =>
    changeOf(`map-${index}`, { fields: [fieldOf(['data', 'a'], 'x', 'y')] }),
  )
  const text = planToMarkdown(planOf([changeOf('gone', { action: 'delete' }), ...many]), { most: 2000, unit: 'characters' })
  expect(text).toContain('ConfigMap shop/gone')
  expect(text.length).toBeLessThanOrEqual(2000)
})

test('a component, a list or an object that is too large alone is cut short, and what is left of it is counted', () => {
  const limit = { most: 3000, unit: 'characters' } as const
  const many = Array.from({ length: 500 }, (_, index) => ({
    ...changeOf(`map-${index}`, { fields: [fieldOf(['data', 'a'], 'x', 'y')] }),
    address: 'resources.all',
  }))
  const component = planToMarkdown(planOf(many), limit)
  expect(component).toMatch(/^! ConfigMap shop\/map-0$/m)
  expect(component).toMatch(/^# \d+ more objects\n```\n\n<\/details>$/m)
  const long = Array.from({ length: 90 }, (_, index) => changeOf(`${'n'.repeat(200)}-${index}`, { action: 'delete' }))
  const deletes = planToMarkdown(planOf(long), limit)
  expect(deletes).toContain('90 objects will be **DELETED**')
  expect(deletes).toMatch(/^- and 8\d more$/m)
  const lines = (word: string) => Array.from({ length: 900 }, (_, index) => `${word} ${index}`).join('\n')
  const text = planToMarkdown(planOf([changeOf('big', { fields: [fieldOf(['data', 'a'], lines('old'), lines('new'))] })]), limit)
  expect(text).toContain('-       old 0\n')
  expect(text).toMatch(/^# \d+ more lines\n```\n\n<\/details>$/m)
  for (const one of [component, deletes, text]) expect(one.length).toBeLessThanOrEqual(limit.most)
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
