import { expect, test } from 'vitest'
import { planToHtml } from '../../src/views/html/plan.ts'
import { EVERY_ACTION } from './sample-plan.ts'

test('every action on one page that runs nothing and fetches nothing', async () => {
  const html = planToHtml(EVERY_ACTION)
  expect(html).not.toContain('<script')
  expect(html).not.toMatch(/\b(src|href)=/)
  await expect(html).toMatchFileSnapshot('goldens/every-action.golden.html')
})
