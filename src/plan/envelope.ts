import type { Action, ActionReason, ObjectChange } from './change.ts'
import { matchesFieldPath } from './field-path.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { serverMadeTree } from './made-by-server.ts'
import type { Plan, PlannedCondition } from './plan.ts'
import type { ValuePath } from './source.ts'

/** Actions in the words of the envelope. */
export const ENVELOPE_ACTIONS: { readonly [A in Action]: readonly string[] } = {
  'no-op': ['no-op'],
  create: ['create'],
  update: ['update'],
  replace: ['delete', 'create'],
  delete: ['delete'],
  forget: ['forget'],
  import: ['no-op'],
}

/** Reasons that the envelope has a word for; others are ours alone. */
export const ENVELOPE_REASONS: { readonly [R in ActionReason]?: string } = {
  delete_because_no_component: 'delete_because_no_resource_config',
  delete_because_not_made: 'delete_because_no_resource_config',
  delete_because_each_key: 'delete_because_each_key',
  delete_because_no_pattern: 'delete_because_no_module',
  replace_because_cannot_update: 'replace_because_cannot_update',
  replace_by_request: 'replace_by_request',
  replace_by_triggers: 'replace_by_triggers',
}

/** What only the server can tell of an object that it makes. */
const MADE_BY_SERVER: JsonObject = { metadata: { creationTimestamp: true, resourceVersion: true, uid: true } }

/** The tree of what is known only after apply: `true` at each leaf. */
export function unknownTree({ action, after }: Pick<ObjectChange, 'action' | 'after'>): JsonObject {
  if (after === undefined || action === 'no-op' || action === 'import') return {}
  const made = serverMadeTree(after)
  return action === 'create' || action === 'replace' ? { ...made, ...MADE_BY_SERVER } : made
}

/** An object on both sides of its change. One that stays as it is is on both what the design says. */
export function sidesOf({ action, before, after, desired }: Pick<ObjectChange, 'action' | 'before' | 'after' | 'desired'>): {
  readonly before: JsonObject | undefined
  readonly after: JsonObject | undefined
} {
  return action === 'no-op' ? { before: desired, after: desired } : { before, after }
}

/** What servers say of a field that can't be changed: `spec.clusterIP: Invalid value`, `data: Forbidden`. */
const REFUSED_FIELD = /(?:^|[\s[,])([a-z]\w*(?:[.[][^\s:]*)?): (?:Invalid value|Forbidden)/g

/** Fields for which an object is made anew: those that the server named, or whatever the design has otherwise where it named none. */
export function replacePaths({ reason, certaintyReason, fields }: ObjectChange): readonly ValuePath[] {
  if (reason !== 'replace_because_cannot_update') return []
  const named = [...(certaintyReason ?? '').matchAll(REFUSED_FIELD)].map(([, path]) => path ?? '')
  const paths = fields.filter(({ origin }) => origin !== undefined).map(({ path }) => path)
  const refused = paths.filter((path) => named.some((field) => matchesFieldPath(field, path)))
  return refused.length > 0 ? refused : paths
}

/** The tree of what is covered in a value: `true` at each covered leaf, lists with a place for each item; false where nothing is. */
export function sensitiveTree(value: JsonValue | undefined): JsonValue {
  if (typeof value === 'string') return /^\(sensitive\b.*\)$/.test(value)
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(sensitiveTree)
    return items.some((item) => item !== false) ? items : false
  }
  if (!isJsonObject(value)) return false
  const marked = Object.entries(value)
    .map(([key, item]): [string, JsonValue] => [key, sensitiveTree(item)])
    .filter(([, tree]) => tree !== false)
  return marked.length === 0 ? false : Object.fromEntries(marked)
}

/** The pattern that a component came from, as an address; undefined for those of the design itself. */
export function moduleAddress(address: string): string | undefined {
  return /^(?:.*\.)?patterns\.[^.[]+(?:\["[^"]*"\])?(?=\.)/.exec(address)?.[0]
}

/** Fields whose drift the plan does something about. */
export function relevantAttributes(
  drift: readonly ObjectChange[],
  addressOf: (change: ObjectChange) => string,
): readonly JsonObject[] {
  return drift.flatMap((change) => change.fields.map(({ path }) => ({ resource: addressOf(change), attribute: path })))
}

/** Values of inputs; those of sensitive ones are not in a plan. */
export function envelopeVariables(plan: Pick<Plan, 'design' | 'content'>): JsonObject {
  const sensitive = Object.entries(plan.content?.inputs ?? {}).filter(([, input]) => input.sensitive)
  return {
    ...Object.fromEntries(Object.entries(plan.design.inputs).map(([name, value]) => [name, { value }])),
    ...Object.fromEntries(sensitive.map(([name]) => [name, { sensitive: true }])),
  }
}

/** What others call a component with conditions, or a rule over the plan. */
const CHECKED = { component: 'resource', policy: 'check' } as const
/** The worst of several decides, in this order. */
const WORST_FIRST: readonly PlannedCondition['status'][] = ['fail', 'error', 'unknown', 'pass']

/** Conditions and policies as checks of the envelope: one for each component, with an instance for each item of its forEach. */
export function conditionChecks(conditions: readonly PlannedCondition[]): readonly JsonObject[] {
  const groups = new Map<string, PlannedCondition[]>()
  for (const condition of conditions) {
    const address = condition.address.replace(/\["[^"]*"\]$/, '')
    const known = groups.get(address)
    if (known === undefined) groups.set(address, [condition])
    else known.push(condition)
  }
  return [...groups].map(([address, instances]) => ({
    address: {
      kind: CHECKED[instances[0]?.kind ?? 'policy'],
      name: address.slice(address.lastIndexOf('.') + 1),
      to_display: address,
      ...(moduleAddress(address) === undefined ? {} : { module: moduleAddress(address) as string }),
    },
    status: WORST_FIRST.find((status) => instances.some((instance) => instance.status === status)) ?? 'unknown',
    instances: instances.map(({ address: instance, status, problems }) => ({
      address: {
        to_display: instance,
        ...(instance === address ? {} : { instance_key: instance.slice(address.length + 2, -2) }),
      },
      status,
      ...(problems.length === 0 ? {} : { problems: problems.map((message) => ({ message })) }),
    })),
  }))
}
