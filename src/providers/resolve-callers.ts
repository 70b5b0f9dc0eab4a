import type { ComponentOf } from '../design/component.ts'
import type { AuthorizationRuleSpec } from '../design/schema/authorization.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { ResolvedWorkload, Scope } from './contract.ts'
import { gatewayIdentity } from './gateway-caller.ts'
import { mistake } from './mistake.ts'
import { addressIn, findGateway, findWorkload } from './references.ts'

/** Who calls, found. */
export type ResolvedCaller = { readonly path: ValuePath } & (
  | { readonly kind: 'anyone' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'workload'; readonly workload: ResolvedWorkload }
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'principal'; readonly principal: string }
  | { readonly kind: 'ipBlock'; readonly ipBlock: string }
  /** Whatever comes in at the mesh's own gateways, where the mesh tells them apart by no account. */
  | { readonly kind: 'ingress' }
)

/** A rule with its callers found; no callers when anyone may call. */
export interface ResolvedRule {
  readonly spec: AuthorizationRuleSpec
  readonly path: ValuePath
  readonly callers: readonly ResolvedCaller[]
}

/** Rules with their callers, and what could not be found. */
export interface RulesResolution {
  readonly rules: readonly ResolvedRule[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds the callers of the allow or deny rules of a policy. */
export function resolveRules(policy: ComponentOf<'authorization'>, action: 'allow' | 'deny', scope: Scope): RulesResolution {
  const diagnostics: Diagnostic[] = []
  const rules = (policy.spec[action] ?? []).map((spec, index): ResolvedRule => {
    const path: ValuePath = [action, index]
    const callers = (spec.from ?? []).flatMap((caller, position) => {
      const resolved = resolveCaller(policy, caller, [...path, 'from', position], scope)
      diagnostics.push(...resolved.diagnostics)
      return resolved.caller === undefined ? [] : [resolved.caller]
    })
    // Anyone among the callers makes the others moot.
    return { spec, path, callers: callers.some((caller) => caller.kind === 'anyone') ? [] : callers }
  })
  return { rules, diagnostics }
}

interface CallerResolution {
  readonly caller: ResolvedCaller | undefined
  readonly diagnostics: readonly Diagnostic[]
}

function resolveCaller(
  policy: ComponentOf<'authorization'>,
  caller: NonNullable<AuthorizationRuleSpec['from']>[number],
  path: ValuePath,
  scope: Scope,
): CallerResolution {
  const given = (value: ResolvedCaller): CallerResolution => ({ caller: value, diagnostics: [] })
  if (typeof caller !== 'string') {
    if (caller.principal !== undefined) {
      return given({ kind: 'principal', principal: caller.principal.replace(/^spiffe:\/\//, ''), path })
    }
    if (caller.namespace !== undefined) return given({ kind: 'namespace', namespace: caller.namespace, path })
    if (caller.ipBlock !== undefined) return given({ kind: 'ipBlock', ipBlock: caller.ipBlock, path })
    const [namespace, name] = (caller.serviceAccount ?? '').split('/')
    if (namespace !== undefined && namespace !== '' && name !== undefined && name !== '') {
      return given({ kind: 'serviceAccount', namespace, name, path })
    }
    return {
      caller: undefined,
      diagnostics: [
        mistake(policy, path, 'MF3006', {
          summary: 'The caller is not clear',
          hint: 'Say one of `principal`, `namespace`, `ipBlock` or `serviceAccount: <namespace>/<name>`.',
        }),
      ],
    }
  }
  if (caller === '*') return given({ kind: 'anyone', path })
  if (caller === 'authenticated') return given({ kind: 'authenticated', path })
  if (caller.startsWith('namespace/')) return given({ kind: 'namespace', namespace: caller.slice('namespace/'.length), path })
  if (caller.startsWith('gateways.')) return gatewayCaller(policy, caller, path, scope)
  const workload = findWorkload(caller, policy, path, scope)
  if (workload.value === undefined) return { caller: undefined, diagnostics: workload.diagnostics }
  return workloadCaller(policy, workload.value, path, scope)
}

function gatewayCaller(policy: ComponentOf<'authorization'>, name: string, path: ValuePath, scope: Scope): CallerResolution {
  const { value, diagnostics } = findGateway(name, policy, path, scope)
  if (value === undefined) return { caller: undefined, diagnostics }
  const identity =
    addressIn('meshes', value.spec.mesh, value.scope) === scope.mesh.address ? gatewayIdentity(value, scope) : undefined
  if (identity !== undefined) return { caller: { ...identity, path }, diagnostics: [] }
  return {
    caller: undefined,
    diagnostics: [
      mistake(policy, path, 'MF3007', {
        summary: `${value.address} has no identity that ${scope.mesh.address} could be asked about`,
        detail: 'Its pods are none of the mesh, or run under an account that the design does not tell.',
        hint: 'Name who calls by `serviceAccount`, `principal` or `ipBlock`; where the mesh is Istio, say `settings: {serviceAccount: ...}` in the gateway.',
      }),
    ],
  }
}

function workloadCaller(
  policy: ComponentOf<'authorization'>,
  workload: ResolvedWorkload,
  path: ValuePath,
  scope: Scope,
): CallerResolution {
  if (workload.mesh === scope.mesh.address && workload.component.spec.onboard !== 'off') {
    return { caller: { kind: 'workload', workload, path }, diagnostics: [] }
  }
  return {
    caller: undefined,
    diagnostics: [
      mistake(policy, path, 'MF3007', {
        summary: `${workload.address} is not in ${scope.mesh.address}, so it has no identity there`,
        hint: 'Take it into the mesh, or name it by `ipBlock` or `principal`.',
      }),
    ],
  }
}

/** The identity of a ServiceAccount as SPIFFE writes it without its scheme. */
export function identityOf(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

/** The ServiceAccounts behind callers that have one, as namespace and name; undefined for other callers. */
export function accountsOf(caller: ResolvedCaller): readonly { readonly namespace: string; readonly name: string }[] | undefined {
  switch (caller.kind) {
    case 'workload':
      return caller.workload.serviceAccounts.map((name) => ({ namespace: caller.workload.namespace, name }))
    case 'serviceAccount':
      return [{ namespace: caller.namespace, name: caller.name }]
    default:
      return undefined
  }
}
