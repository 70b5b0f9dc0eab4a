import type { FieldChange, ObjectChange } from '../../src/plan/change.ts'
import type { Plan } from '../../src/plan/plan.ts'

/** A change of a ConfigMap, with whatever matters said on top. */
export function changeOf(name: string, more: Partial<ObjectChange>): ObjectChange {
  return {
    id: `sandbox//ConfigMap/shop/${name}`,
    key: { cluster: 'sandbox', group: '', kind: 'ConfigMap', namespace: 'shop', name },
    apiVersion: 'v1',
    address: `resources.${name}`,
    previousAddress: undefined,
    action: 'update',
    reason: undefined,
    certainty: 'exact',
    certaintyReason: undefined,
    before: undefined,
    after: undefined,
    fields: [],
    desired: undefined,
    desiredDigest: undefined,
    liveDigest: undefined,
    uid: undefined,
    dependencies: [],
    origin: { file: 'design.yaml', line: 7, column: 3 },
    wait: true,
    applyTimeout: 300_000,
    deleteTimeout: 300_000,
    conflict: 'fail',
    conflicts: [],
    takesFrom: [],
    protect: false,
    implicit: false,
    createBeforeDestroy: false,
    sensitivePaths: [],
    ...more,
  }
}

/** A field that goes from one value to another. */
export function fieldOf(path: FieldChange['path'], before: FieldChange['before'], after: FieldChange['after']): FieldChange {
  return { path, before, after, origin: { file: 'design.yaml', line: 9, column: 7 }, sensitive: false }
}

/** A plan of these changes. */
export function planOf(changes: readonly ObjectChange[], more: Partial<Plan> = {}): Plan {
  return {
    mode: 'apply',
    design: { name: 'shop', version: '1.0.0', digest: 'd', directory: '.', inputs: {} },
    options: {
      workspace: 'default',
      context: undefined,
      state: undefined,
      selection: { target: [], exclude: [], replace: [], confirm: [] },
    },
    state: { lineage: 'l', serial: 1 },
    clusters: [{ name: 'sandbox', kind: 'sandbox', context: undefined, server: undefined, version: undefined }],
    changes,
    drift: [],
    barriers: {},
    outputs: [],
    checks: [],
    conditions: [],
    diagnostics: [],
    ...more,
  }
}

/** One change of each kind, with text that would break a careless view. */
export const EVERY_ACTION: Plan = planOf(
  [
    changeOf('gone', { action: 'delete', reason: 'delete_because_no_component' }),
    changeOf('new', {
      action: 'create',
      fields: [fieldOf(['data', 'html'], undefined, '<script>alert(1)</script> | ```')],
      certainty: 'approximate',
      certaintyReason: 'its namespace comes with this plan',
    }),
    changeOf('changed', { fields: [fieldOf(['data', 'a'], 'one', 'two'), fieldOf(['data', 'b'], 'x', undefined)] }),
    changeOf('anew', {
      action: 'replace',
      reason: 'replace_because_cannot_update',
      fields: [fieldOf(['immutable'], true, false)],
    }),
    changeOf('taken', { action: 'import', reason: 'adopt_unowned' }),
    changeOf('left', { action: 'forget', reason: 'forget_because_removed' }),
    changeOf('same', { action: 'no-op' }),
  ],
  {
    drift: [changeOf('changed', { fields: [fieldOf(['data', 'a'], 'one', 'zero')] })],
    outputs: [{ name: 'host', before: undefined, after: 'web|1', unknown: false, sensitive: false }],
  },
)
