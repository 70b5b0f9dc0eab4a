import Type from 'typebox'
import { closed, type Evaluated, flag, text } from './scalars.ts'

const whichFields = {
  paths: Type.Optional(
    Type.Array(Type.String(), { description: 'Field paths such as `webhooks[*].clientConfig.caBundle`; default: all fields.' }),
  ),
  managers: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Only while one of these field managers owns them, such as `kube-controller-manager`; see managedFields.',
    }),
  ),
  where: Type.Optional(
    text(
      'Only fields for which this CEL expression is true, over `field` (`path`, `name`, `value`, `managers`) and `object`, such as `field.name == "caBundle"`.',
    ),
  ),
  reason: Type.Optional(text('Who writes these fields, and why.')),
}

/** An item of `lifecycle.ignoreChanges`: a path, or which fields by more than their path. */
export const ignoredFields = Type.Union([
  Type.String({ description: 'A field path such as `spec.replicas` or `metadata.annotations.team`.' }),
  closed(whichFields, 'Fields that others may change: all that is said of them must hold.'),
])

/** A rule for fields that are not ours: changes in them are neither drift nor a reason to apply. */
export const ignoreRule = closed(
  {
    kinds: Type.Array(Type.String(), { description: 'Kinds it holds for, such as `ValidatingWebhookConfiguration`, or `*`.' }),
    group: Type.Optional(text('API group; default: any.')),
    ...whichFields,
    ours: Type.Optional(flag('Takes back what the provider ships for these fields: changes there are drift after all.')),
  },
  'Fields that others write.',
)

const howItFares = {
  healthy: Type.Optional(text('CEL over `object`: true when it is as it should be; default: what is known of its kind.')),
  failed: Type.Optional(text('CEL over `object`: true when it will not get healthy without a change.')),
  unblocks: Type.Optional(
    text('CEL over `object`: true when what depends on it may go on, while it is still waited for; default: when it is healthy.'),
  ),
}

/** `health` of a component: how its objects are waited for. */
export const componentHealth = Type.Array(
  closed(
    {
      kinds: Type.Optional(
        Type.Array(Type.String(), { description: 'Kinds it holds for; default: all that the component makes.' }),
      ),
      group: Type.Optional(text('API group; default: any.')),
      ...howItFares,
    },
    'When objects of these kinds are healthy, failed, or far enough.',
  ),
  {
    description:
      'When the objects of this component are healthy. The first rule that fits an object holds; those of `rules` come after.',
  },
)

/** A rule for the health of kinds, in a design. */
export const healthRule = closed(
  {
    kinds: Type.Array(Type.String(), { description: 'Kinds it holds for, or `*`.' }),
    group: Type.Optional(text('API group; default: any.')),
    ...howItFares,
  },
  'When objects of these kinds are healthy, failed, or far enough.',
)

/** `rules`: what holds for all objects of a design; those of a pattern for its own. */
export const rules = closed(
  {
    ignore: Type.Optional(
      Type.Array(ignoreRule, { description: 'Fields that others write, on whatever mesh; see also `ignore` of a mesh.' }),
    ),
    health: Type.Optional(
      Type.Array(healthRule, {
        description: 'When objects are healthy, beside what is built in. The first rule that fits an object holds.',
      }),
    ),
  },
  'Rules for objects by their kind; those of a pattern hold for its components.',
)

/** An evaluated rule for fields that others write. */
export type IgnoreRuleSpec = Evaluated<typeof ignoreRule>
/** An evaluated item of `lifecycle.ignoreChanges`. */
export type IgnoredFieldsSpec = Evaluated<typeof ignoredFields>
/** An evaluated rule for the health of objects. */
export type HealthRuleSpec = Evaluated<typeof healthRule>
/** An evaluated rule of a component. */
export type ComponentHealthSpec = Evaluated<typeof componentHealth>[number]
