import jsonPatch, { type Operation } from 'fast-json-patch'
import Type from 'typebox'
import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { closed, text } from '../../schema/scalars.ts'
import { CONTAINER_TRAITS } from './container-traits.ts'
import { given } from './given.ts'
import { NETWORK_TRAITS } from './network-traits.ts'
import { changePods } from './patch.ts'
import { firstOf, flagOr, open, texts } from './pod-parameters.ts'
import { POD_TRAITS } from './pod-traits.ts'
import type { Rendered, RenderScope } from './render-scope.ts'
import { SCALING_TRAITS } from './scaling-traits.ts'
import { STORAGE_TRAITS } from './storage-traits.ts'
import { applied, beside, changed, type TraitType, WITH_PODS } from './trait-type.ts'

const RBAC = 'rbac.authorization.k8s.io'

const privilege = closed(
  {
    verbs: texts('Verbs.'),
    apiGroups: Type.Optional(texts('Groups.')),
    resources: Type.Optional(texts('Resources.')),
    resourceNames: Type.Optional(texts('Names.')),
    nonResourceURLs: Type.Optional(texts('Paths.')),
    scope: firstOf(['namespace', 'cluster'], 'Where they hold.'),
  },
  'Rights.',
)

const SHIFTS = "It shifts traffic between revisions that KubeVela's controller counts."
const SHIFT_HINT = 'Take it out, convert the file, and add `meshes`, `versions` of the workload and `traffic` with weights.'

/** The traits that KubeVela defines. Others are said to be unknown. */
export const TRAIT_TYPES: { readonly [type: string]: TraitType } = {
  ...SCALING_TRAITS,
  ...NETWORK_TRAITS,
  ...STORAGE_TRAITS,
  ...CONTAINER_TRAITS,
  ...POD_TRAITS,
  'service-account': applied(
    'the ServiceAccount of the pods, and its roles',
    WITH_PODS,
    closed(
      {
        name: text('Name of the ServiceAccount.'),
        create: flagOr(false, 'Make it.'),
        privileges: Type.Optional(Type.Array(privilege, { description: 'What it may do.' })),
      },
      'The ServiceAccount.',
    ),
    ({ name, create, privileges = [] }, before, scope) => {
      const output = changePods(before.output, scope.places, (spec) =>
        scope.places.copy({ ...spec, serviceAccountName: name }, spec),
      )
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }
      const clusterName = `${scope.namespace}:${name}`
      return beside(changed(before, output), {
        ...(create ? { 'service-account': account } : {}),
        ...roles('Role', name, privileges.filter((each) => each.scope === 'namespace').map(ruleOf), { name }),
        ...roles('ClusterRole', clusterName, privileges.filter((each) => each.scope === 'cluster').map(ruleOf), {
          name,
          namespace: scope.namespace,
        }),
      })
    },
  ),
  'json-patch': applied(
    'a JSON patch of the workload',
    undefined,
    closed(
      {
        operations: Type.Array(open({ op: text('What is done.'), path: text('Where.') }, 'A step.'), {
          description: 'The steps.',
        }),
      },
      'The patch.',
    ),
    ({ operations }, before, scope) => changed(before, patched(before, operations as unknown as readonly Operation[], scope)),
  ),
  rollout: { kind: 'refused', why: SHIFTS, hint: SHIFT_HINT },
  'canary-traffic': { kind: 'refused', why: SHIFTS, hint: SHIFT_HINT },
  'istio-gateway': {
    kind: 'refused',
    why: 'It makes objects of Istio for every mesh.',
    hint: 'Take the trait out, convert the file, and add `meshes` and `gateways`.',
  },
  nocalhost: {
    kind: 'refused',
    why: 'It puts a container of developers in the place of the workload.',
    hint: 'Leave it to the applications of developers.',
  },
}

function patched({ output }: Rendered, operations: readonly Operation[], scope: RenderScope): JsonObject {
  try {
    const made: unknown = jsonPatch.applyPatch(structuredClone(output), structuredClone(operations), true).newDocument
    if (isJsonObject(made)) return scope.places.copy(made, output)
    scope.refuse(['operations'], { summary: 'The patch leaves no object' })
  } catch (error) {
    if (!(error instanceof jsonPatch.JsonPatchError)) throw error
    scope.refuse(['operations', error.index ?? 0], {
      summary: 'The patch cannot be applied',
      detail: error.message.split('\n')[0],
    })
  }
  return output
}

function ruleOf({ scope: _scope, ...rule }: { readonly scope: string; readonly verbs: readonly string[] }): JsonObject {
  return given(rule)
}

function roles(
  kind: 'Role' | 'ClusterRole',
  name: string,
  rules: readonly JsonObject[],
  account: { readonly name: string; readonly namespace?: string },
): Rendered['outputs'] {
  if (rules.length === 0) return {}
  const key = kind === 'Role' ? 'role' : 'cluster-role'
  return {
    [key]: { apiVersion: `${RBAC}/v1`, kind, metadata: { name }, rules },
    [`${key}-binding`]: {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  }
}
