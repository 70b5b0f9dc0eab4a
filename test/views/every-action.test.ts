import { expect, test } from 'vitest'
import type { Action, ActionReason, Certainty } from '../../src/plan/change.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planToJson } from '../../src/plan/plan-file.ts'
import { planToHtml } from '../../src/views/html/plan.ts'
import { MARKDOWN_LIMITS, planToMarkdown } from '../../src/views/markdown/plan.ts'
import { renderPlan } from '../../src/views/terminal/plan.ts'
import { styleFor } from '../../src/views/terminal/style.ts'
import { changeOf, fieldOf, planOf } from './sample-plan.ts'

/** Every action with the reasons it can have; the type asks for a new one as soon as there is a new action. */
const ACTIONS: { readonly [A in Action]: readonly (ActionReason | undefined)[] } = {
  'no-op': [undefined],
  create: [undefined, 'create_because_missing'],
  update: [undefined, 'update_because_drift', 'adopt_unowned', 'take_from_other_design', 'moved'],
  replace: ['replace_because_cannot_update', 'replace_by_request', 'replace_by_triggers', 'replace_with_container'],
  delete: [
    'delete_because_no_component',
    'delete_because_not_made',
    'delete_because_each_key',
    'delete_because_no_pattern',
    'delete_because_destroy',
  ],
  forget: ['forget_because_removed', 'forget_because_kept', 'forget_because_occupied'],
  import: [undefined, 'adopt_unowned'],
}
const REASONS: { readonly [R in ActionReason]: true } = {
  delete_because_no_component: true,
  delete_because_not_made: true,
  delete_because_each_key: true,
  delete_because_no_pattern: true,
  delete_because_destroy: true,
  replace_because_cannot_update: true,
  replace_by_request: true,
  replace_by_triggers: true,
  replace_with_container: true,
  update_because_drift: true,
  create_because_missing: true,
  adopt_unowned: true,
  take_from_other_design: true,
  forget_because_removed: true,
  forget_because_kept: true,
  forget_because_occupied: true,
  moved: true,
}
const CERTAINTIES: { readonly [C in Certainty]: string | undefined } = {
  exact: undefined,
  approximate: 'planned offline',
  deferred: 'Widget (example.org/v1) is not served',
}

const changes = [
  ...Object.entries(ACTIONS).flatMap(([action, reasons]) =>
    reasons.map((reason) =>
      changeOf(`${action}-${reason ?? 'plain'}`.replaceAll('_', '-'), {
        action: action as Action,
        reason,
        previousAddress: reason === 'moved' ? 'resources.before' : undefined,
        before: action === 'create' ? undefined : { data: { a: 'zero' } },
        after: action === 'delete' || action === 'forget' ? undefined : { data: { a: 'one' } },
        fields: action === 'update' || action === 'replace' || action === 'create' ? [fieldOf(['data', 'a'], 'zero', 'one')] : [],
      }),
    ),
  ),
  ...Object.entries(CERTAINTIES).map(([certainty, certaintyReason]) =>
    changeOf(`certainty-${certainty}`, { action: 'create', certainty: certainty as Certainty, certaintyReason }),
  ),
]
const drift = [
  changeOf('touched', { fields: [fieldOf(['data', 'a'], 'one', 'zero')] }),
  changeOf('gone', { action: 'delete', before: { data: { a: 'one' } } }),
]
const plan: Plan = planOf(changes, { drift })

test('every reason is one of some action', () => {
  const told = new Set(Object.values(ACTIONS).flat())
  expect(Object.keys(REASONS).filter((reason) => !told.has(reason as ActionReason))).toEqual([])
})

test('in a terminal', () => {
  expect(renderPlan(plan, styleFor({}, {}), { full: false })).toMatchSnapshot()
})

test('in Markdown and HTML', () => {
  expect(planToMarkdown(plan, MARKDOWN_LIMITS['github-comment'])).toMatchSnapshot()
  expect(planToHtml(plan).replace(/<style>.*?<\/style>/s, '')).toMatchSnapshot()
})

test('in the envelope that other tools read', () => {
  const json = planToJson(plan, '0.0.0')
  const short = (entries: unknown) =>
    (entries as { address: string; change: { actions: string[] }; action_reason?: string }[]).map(
      ({ address, change, action_reason }) => `${address}  ${change.actions.join(',')}  ${action_reason ?? ''}`.trimEnd(),
    )
  expect([short(json.resource_changes), short(json.resource_drift)]).toMatchSnapshot()
})
