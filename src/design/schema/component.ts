import Type from 'typebox'
import { componentHealth, ignoredFields } from './rules.ts'
import { closed, duration, flag, oneOf, text } from './scalars.ts'

const condition = closed(
  {
    condition: Type.Union([Type.Boolean(), Type.String()], {
      description:
        'A CEL expression that must be true; it sees inputs, locals, components and `each`, after the apply `self` and `objects` too.',
    }),
    message: text('What is shown when it is not.'),
  },
  'A condition that must hold.',
)

/** How a component lives and dies. */
export const lifecycle = closed(
  {
    protect: Type.Optional(
      Type.Union([Type.Boolean(), Type.Literal('confirm')], {
        description: 'Refuse any plan that would delete or replace this component; with `confirm`, unless `--confirm` names it.',
      }),
    ),
    ignoreChanges: Type.Optional(
      Type.Union([Type.Literal('all'), Type.Array(ignoredFields)], {
        description:
          'What others may change: field paths such as `spec.replicas`, fields by their managers or an expression, or `all`: then it is made, and deleted, and never changed.',
      }),
    ),
    replaceTriggeredBy: Type.Optional(
      Type.Array(Type.String(), { description: 'Addresses whose change replaces the objects of this component.' }),
    ),
    createBeforeDestroy: Type.Optional(flag('When an object must be replaced, create the new one before deleting the old one.')),
    versioned: Type.Optional(
      flag(
        'ConfigMaps and Secrets get a name that tells their content, and what uses them follows: a new content is made first, the old one goes last.',
      ),
    ),
    preconditions: Type.Optional(Type.Array(condition, { description: 'Checked before this component is planned.' })),
    postconditions: Type.Optional(Type.Array(condition, { description: 'Checked after this component is applied.' })),
  },
  'How this component lives and dies.',
)

/** How long an operation on a component's objects may take. */
export const timeouts = closed(
  {
    apply: Type.Optional(duration('How long to wait until the objects are healthy; default 5m.')),
    delete: Type.Optional(duration('How long to wait until the objects are gone; default 5m.')),
  },
  'How long operations may take.',
)

/** The fields that every component of the language takes. Spread them into a component's schema. */
export const componentFields = {
  description: Type.Optional(text('What this is for, shown in plans and reports.')),
  dependsOn: Type.Optional(
    Type.Array(Type.String(), { description: 'Addresses that must be applied before this, such as `workloads.database`.' }),
  ),
  forEach: Type.Optional(
    Type.Union([Type.Array(Type.Unknown()), Type.Record(Type.String(), Type.Unknown())], {
      description: 'Makes one component for each item; `each.key` and `each.value` are in scope.',
    }),
  ),
  when: Type.Optional(flag('Leaves the component out when false.')),
  cluster: Type.Optional(text('The cluster it lives on, one of `clusters`; default: that of its mesh, else the only one.')),
  lifecycle: Type.Optional(lifecycle),
  timeouts: Type.Optional(timeouts),
  health: Type.Optional(componentHealth),
  conflict: Type.Optional(
    oneOf(
      ['fail', 'force', 'leave'],
      'What to do where another manager owns a field: fail (default), force (take it) or leave (let it be).',
    ),
  ),
  adoption: Type.Optional(
    oneOf(
      ['refuse', 'adopt', 'take'],
      'What to do with an object that exists already: refuse, adopt if nobody owns it (default), or take it from another design.',
    ),
  ),
}
