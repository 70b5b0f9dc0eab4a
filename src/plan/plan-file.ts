import { canonicalJson } from './canonical-json.ts'
import type { ObjectChange } from './change.ts'
import { hasErrors } from './diagnostic.ts'
import {
  conditionChecks,
  ENVELOPE_ACTIONS,
  ENVELOPE_REASONS,
  envelopeVariables,
  moduleAddress,
  relevantAttributes,
  replacePaths,
  sensitiveTree,
  sidesOf,
  unknownTree,
} from './envelope.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { groupOf } from './manifest.ts'
import { hasChanges, type Plan } from './plan.ts'

/** Version of the envelope that other tools read: Terraform's plan representation. */
export const ENVELOPE_VERSION = '1.2'
/** No Terraform made it; tools want the name to be there. */
export const TERRAFORM_VERSION = '0.0.0'
/** Who provides every type, in the words of the envelope. */
export const PROVIDER = 'meshform.dev/meshform/kubernetes'
/** Version of what is ours in it. A new minor adds; a new major is refused by older readers. */
export const PLAN_VERSION = '1.4'

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

/**
 * A plan as plain JSON in the envelope; the same plan gives the same bytes. What the envelope has twice (`planned_values`,
 * `prior_state`) is left to `showPlan`.
 */
export function planToJson(plan: Plan, version: string): JsonObject {
  const { changes, drift, outputs, checks, mode, ...own } = plan
  return plain({
    format_version: ENVELOPE_VERSION,
    terraform_version: TERRAFORM_VERSION,
    applyable: (mode === 'refresh-only' ? drift.length > 0 : hasChanges(plan)) && !hasErrors(plan.diagnostics),
    complete: changes.every((change) => change.certainty !== 'deferred'),
    errored: hasErrors(plan.diagnostics),
    variables: envelopeVariables(plan),
    resource_changes: changes.map(changeToJson),
    resource_drift: drift.map(changeToJson),
    relevant_attributes: relevantAttributes(drift, changeAddress),
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
    checks: [
      ...checks.map((check) => ({
        address: { kind: 'check', name: check.address, to_display: check.address },
        status: 'unknown',
        instances: [{ address: { to_display: check.address }, status: 'unknown' }],
        meshform: check,
      })),
      ...conditionChecks(plan.conditions),
    ],
    meshform: { version: PLAN_VERSION, meshform_version: version, mode, ...own },
  }) as JsonObject
}

/** What names a resource, wherever the envelope speaks of it. */
export function resourceOf(change: ObjectChange) {
  return {
    address: changeAddress(change),
    mode: 'managed',
    type: changeType(change),
    name: change.key.name,
    index: itemKey(change.address),
    provider_name: PROVIDER,
  }
}

function outputAction(output: Plan['outputs'][number]): string {
  if (output.before === undefined) return 'create'
  if (output.after === undefined && !output.unknown) return 'delete'
  return !output.unknown && canonicalJson(output.before) === canonicalJson(output.after) ? 'no-op' : 'update'
}

function changeToJson(change: ObjectChange): unknown {
  const { fields, sensitivePaths, before: _before, after: _after, ...own } = change
  const { before, after } = sidesOf(change)
  return {
    ...resourceOf(change),
    previous_address:
      change.previousAddress === undefined ? undefined : changeAddress({ ...change, address: change.previousAddress }),
    module_address: moduleAddress(change.address),
    change: {
      actions: ENVELOPE_ACTIONS[change.action],
      before: before ?? null,
      after: after ?? null,
      after_unknown: unknownTree(change),
      before_sensitive: sensitiveTree(before),
      after_sensitive: sensitiveTree(after),
      replace_paths: change.action === 'replace' ? replacePaths(change) : undefined,
      importing: change.action === 'import' ? { id: change.id } : undefined,
    },
    action_reason: change.reason === undefined ? undefined : ENVELOPE_REASONS[change.reason],
    meshform: { ...own, fields, sensitivePaths },
  }
}

/** Drops what is undefined, so that the result is JSON and equal plans are equal text. */
export function plain(value: unknown): JsonValue {
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
  const { version: _version, meshform_version: _writer, checksum: _checksum, ...rest } = own
  const change = (entry: JsonValue): ObjectChange => {
    const item = entry as JsonObject
    const ours = item.meshform as JsonObject
    const values = item.change as JsonObject
    const sides = ours.action === 'no-op' ? NO_SIDES : { before: values.before ?? undefined, after: values.after ?? undefined }
    return {
      ...CHANGE_DEFAULTS,
      ...ours,
      ...sides,
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
    checks: (json.checks as readonly JsonValue[]).flatMap((check) => {
      const own = (check as JsonObject).meshform
      return own === undefined ? [] : [own as unknown as Plan['checks'][number]]
    }),
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
/** An object that stays as it is says in `desired` what is known of it. */
const NO_SIDES = { before: undefined, after: undefined }
const PLAN_DEFAULTS = { diagnostics: [], conditions: [] }
