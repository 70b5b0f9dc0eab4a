import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { isClosed, policyLayers } from '../policy-layers.ts'
import { accountsOf, type ResolvedCaller, resolveRules } from '../resolve-callers.ts'
import { spiffe } from './names.ts'

/** An identity that nobody has: a list of names may not be empty. */
const NOBODY = 'nobody'

/** The names that may stand in a caller's certificate, as all policies about a workload say; undefined: any of the mesh. */
export function allowedIdentities(workload: ResolvedWorkload, scope: Scope): readonly string[] | undefined {
  const layers = policyLayers(workload, undefined, scope)
  if (!isClosed(layers)) return undefined
  const policies = layers.flat().filter(({ spec }) => spec.default !== 'allow')
  const rules = policies.flatMap((policy) => resolveRules(policy, 'allow', scope).rules)
  const open = rules.some(({ callers }) => callers.length === 0 || callers.some(({ kind }) => kind === 'authenticated'))
  if (open) return undefined
  const names = new Set(rules.flatMap((rule) => rule.callers.flatMap((caller) => identitiesOf(caller, scope))))
  return names.size === 0 ? [spiffe(scope, NOBODY)] : [...names]
}

function identitiesOf(caller: ResolvedCaller, scope: Scope): readonly string[] {
  if (caller.kind === 'principal') return [`spiffe://${caller.principal}`]
  return (accountsOf(caller) ?? []).map(({ name }) => spiffe(scope, name))
}

/** Policies make no objects of their own: the listeners of the workload carry the names. What cannot be is told here. */
export function authorizationMistakes(policy: ComponentOf<'authorization'>, scope: Scope): Translation {
  const { diagnostics } = resolveRules(policy, 'allow', scope)
  const found: Diagnostic[] = [...diagnostics]
  if (scope.mesh.spec.mtls !== 'strict') {
    found.push(
      mistake(policy, [], 'MF3020', {
        summary: 'App Mesh knows callers by their certificates, which only strict mutual TLS asks for',
        hint: 'Say `mtls: strict` on the mesh.',
      }),
    )
  }
  return { manifests: [], diagnostics: found }
}
