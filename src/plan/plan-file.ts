import { canonicalJson } from './canonical-json.ts'
import type { Action, ObjectChange } from './change.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { groupOf } from './manifest.ts'
import type { Plan } from './plan.ts'
import type { ValuePath } from './source.ts'

/** Version of the envelope that other tools read: Terraform's plan representation. */
export const ENVELOPE_VERSION = '1.2'
/** Version of what is ours in it. A new minor adds; a new major is refused by older readers. */
export const PLAN_VERSION = '1.1'

const ACTIONS: { readonly [A in Action]: readonly string[] } = {
  'no-op': ['no-op'],
  create: ['create'],
  update: ['update'],
  replace: ['delete', 'create'],
  delete: ['delete'],
  forget: ['forget'],
  import: ['no-op'],
}

/** Short names of API groups for the `type` of a change; other groups are spelled out. */
const GROUP_NAMES: { readonly [group: string]: string } = {
  '': 'kubernetes',
  apps: 'kubernetes',
  batch: 'kubernetes',
  'apiextensions.k8s.io': 'kubernetes',
  'rbac.authorization.k8s.io': 'kubernetes',
  'admissionregistration.k8s.io': 'kubernetes',
  'networking.k8s.io': 'kubernetes',
  'networking.istio.io': 'istio',
  'security.istio.io': 'istio',
  'telemetry.istio.io': 'istio',
  'extensions.istio.io': 'istio',
  'gateway.networking.k8s.io': 'gateway_api',
  'policy.linkerd.io': 'linkerd',
  'linkerd.io': 'linkerd',
  'consul.hashicorp.com': 'consul',
  'kuma.io': 'kuma',
  'cilium.io': 'cilium',
  'appmesh.k8s.aws': 'app_mesh',
}

/** The unique address of a change: its component, then the object as kubectl names it, then the cluster. */
export function changeAddress(change: Pick<ObjectChange, 'address' | 'key'>): string {
  const { key } = change
  const kind = key.group === '' ? key.kind : `${key.kind}.${key.group}`
  return `${change.address}/${kind}${key.namespace === '' ? '' : `/${key.namespace}`}/${key.name}@${key.cluster}`
}

/** The key of the forEach item that an address leads to; undefined where it is none. */
export function itemKey(address: string): string | undefined {
  return /\["(.*)"\]$/.exec(address)?.[1]
}

/** The type of a change in the words of the envelope, such as `istio_virtual_service`. */
export function changeType(change: Pick<ObjectChange, 'apiVersion' | 'key'>): string {
  const group = groupOf(change.apiVersion)
  const prefix = GROUP_NAMES[group] ?? group.replaceAll(/[^a-z0-9]+/g, '_')
  const kind = change.key.kind.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
  return `${prefix}_${kind.toLowerCase()}`
}

/** A plan as plain JSON in the envelope; the same plan gives the same bytes. */
export function planToJson(plan: Plan, version: string): JsonObject {
  const { changes, drift, outputs, checks, mode, ...own } = plan
  return plain({
    format_version: ENVELOPE_VERSION,
    terraform_version: '0.0.0',
    applyable: plan.diagnostics.every((diagnostic) => diagnostic.severity !== 'error'),
    complete: changes.every((change) => change.certainty !== 'deferred'),
    errored: plan.diagnostics.some((diagnostic) => diagnostic.severity === 'error'),
    resource_changes: changes.map(changeToJson),
    resource_drift: drift.map(changeToJson),
    output_changes: Object.fromEntries(
      outputs.map((output) => [
        output.name,
        {
          actions: [outputAction(output)],
          before: output.before ?? null,
          after: output.after ?? null,
          after_unknown: output.unknown,
          before_sensitive: output.sensitive,
          after_sensitive: output.sensitive,
        },
      ]),
    ),
    checks: checks.map((check) => ({
      address: { kind: 'check', name: check.address, to_display: check.address },
      status: 'unknown',
      meshform: check,
    })),
    meshform: { version: PLAN_VERSION, meshform_version: version, mode, ...own },
  }) as JsonObject
}

function outputAction(output: Plan['outputs'][number]): string {
  if (output.before === undefined) return 'create'
  if (output.after === undefined && !output.unknown) return 'delete'
  return !output.unknown && canonicalJson(output.before) === canonicalJson(output.after) ? 'no-op' : 'update'
}

function changeToJson(change: ObjectChange): unknown {
  const { before, after, fields, sensitivePaths, ...own } = change
  const sensitive = markTree(sensitivePaths)
  return {
    address: changeAddress(change),
    previous_address:
      change.previousAddress === undefined ? undefined : changeAddress({ ...change, address: change.previousAddress }),
    mode: 'managed',
    type: changeType(change),
    name: change.key.name,
    index: itemKey(change.address),
    provider_name: 'meshform.dev/meshform/kubernetes',
    change: {
      actions: ACTIONS[change.action],
      before: before ?? null,
      after: after ?? null,
      after_unknown: {},
      before_sensitive: before === undefined ? false : sensitive,
      after_sensitive: after === undefined ? false : sensitive,
      replace_paths: change.action === 'replace' ? fields.map((field) => field.path) : undefined,
      importing: change.action === 'import' ? { id: change.id } : undefined,
    },
    action_reason: change.reason,
    meshform: { ...own, fields, sensitivePaths },
  }
}

/** A tree with `true` at each path, as the envelope marks sensitive values. */
function markTree(paths: readonly ValuePath[]): JsonValue {
  const tree: Record<string, JsonValue> = {}
  for (const path of paths) {
    let at = tree
    path.forEach((step, index) => {
      const key = String(step)
      if (index === path.length - 1) at[key] = true
      else {
        const inner = at[key]
        const next = isJsonObject(inner) ? (inner as Record<string, JsonValue>) : {}
        at[key] = next
        at = next
      }
    })
  }
  return tree
}

/** Drops what is undefined, so that the result is JSON and equal plans are equal text. */
function plain(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    const copy: Record<string, JsonValue> = {}
    for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = plain(item)
    return copy
  }
  return value as JsonValue
}

/** A plan from the JSON that `planToJson` gave. The shape has been checked against the schema by then. */
export function planFromJson(json: JsonObject): Plan {
  const own = json.meshform as JsonObject
  const { version: _version, meshform_version: _writer, ...rest } = own
  const change = (entry: JsonValue): ObjectChange => {
    const item = entry as JsonObject
    const values = item.change as JsonObject
    return {
      ...CHANGE_DEFAULTS,
      ...(item.meshform as JsonObject),
      before: values.before ?? undefined,
      after: values.after ?? undefined,
    } as unknown as ObjectChange
  }
  return {
    ...PLAN_DEFAULTS,
    ...(rest as unknown as Omit<Plan, 'changes' | 'drift' | 'outputs' | 'checks'>),
    changes: (json.resource_changes as readonly JsonValue[]).map(change),
    drift: (json.resource_drift as readonly JsonValue[]).map(change),
    outputs: Object.entries(json.output_changes as JsonObject).map(([name, value]) => {
      const output = value as JsonObject
      return {
        name,
        before: (output.before ?? undefined) as JsonValue | undefined,
        after: (output.after ?? undefined) as JsonValue | undefined,
        unknown: output.after_unknown === true,
        sensitive: output.after_sensitive === true,
      }
    }),
    checks: (json.checks as readonly JsonValue[]).map(
      (check) => (check as JsonObject).meshform as unknown as Plan['checks'][number],
    ),
  }
}

/** Fields that JSON leaves out when they are undefined. */
const CHANGE_DEFAULTS = {
  previousAddress: undefined,
  reason: undefined,
  certaintyReason: undefined,
  desired: undefined,
  desiredDigest: undefined,
  liveDigest: undefined,
  uid: undefined,
  origin: undefined,
  conflicts: [],
  takesFrom: [],
}
const PLAN_DEFAULTS = { diagnostics: [] }
