import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { isClosedAround } from '../policy-layers.ts'
import { findWorkload } from '../references.ts'
import { accountsOf, type ResolvedCaller, type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { dataplanes, KUMA_API, type KumaFlavor, policyLabels, spiffeId, systemNamespace, trustDomainOf } from './api.ts'

type Policy = ComponentOf<'authorization'>

/** A policy as MeshTrafficPermissions: one for all ports, and one for each port that rules name. */
export function kumaAuthorization(policy: Policy, scope: Scope, flavor: KumaFlavor): Translation {
  const { spec } = policy
  const found = spec.workload === undefined ? undefined : findWorkload(spec.workload, policy, ['workload'], scope)
  if (found !== undefined && found.value === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const workload = found?.value
  const allow = resolveRules(policy, 'allow', scope)
  const deny = resolveRules(policy, 'deny', scope)
  const diagnostics = [
    ...allow.diagnostics,
    ...deny.diagnostics,
    ...withoutIdentity(policy, scope),
    ...(workload === undefined
      ? namedPorts(policy, [...allow.rules, ...deny.rules])
      : unknownPorts(policy, workload, [...allow.rules, ...deny.rules])),
  ]
  const silent = spec.default === undefined && allow.rules.length === 0
  const open = spec.default === 'allow' || (silent && !isClosedAround(policy, workload, scope))
  const places = portsOf(workload, [...allow.rules, ...deny.rules])
  const manifests = places.flatMap((port): readonly DesiredManifest[] => {
    const holds = ({ spec: rule }: ResolvedRule) =>
      port === undefined ? rule.ports === undefined : rule.ports?.includes(port.port) === true
    const allowed = allow.rules
      .filter(holds)
      .flatMap((rule) => (rule.callers.length === 0 ? [anyone(scope)] : rule.callers.map((caller) => matchOf(caller, scope))))
    const denied = deny.rules
      .filter(holds)
      .flatMap((rule) => (rule.callers.length === 0 ? [anyone(scope)] : rule.callers.map((caller) => matchOf(caller, scope))))
    const whole = open && port === undefined ? [from(['default'], anyone(scope))] : []
    const conf = { allow: listOf([...whole, ...allowed.flat()]), deny: listOf(denied.flat()) }
    if (conf.allow === undefined && conf.deny === undefined) return []
    return [permission(policy, workload, port, conf, scope, flavor)]
  })
  return { manifests, diagnostics }
}

/** Everywhere, then each port that some rule names. */
function portsOf(workload: ResolvedWorkload | undefined, rules: readonly ResolvedRule[]): readonly (ServicePort | undefined)[] {
  const named = new Set(rules.flatMap(({ spec }) => spec.ports ?? []))
  return [undefined, ...(workload?.ports ?? []).filter((port) => named.has(port.port))]
}

function permission(
  policy: Policy,
  workload: ResolvedWorkload | undefined,
  port: ServicePort | undefined,
  conf: DraftObject,
  scope: Scope,
  flavor: KumaFlavor,
): DesiredManifest {
  const name = objectNameOf(policy)
  const path = policy.spec.allow === undefined ? (policy.spec.deny === undefined ? ['default'] : ['deny']) : ['allow']
  return traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshTrafficPermission',
      metadata: {
        name: port === undefined ? name : joinName(name, String(port.port)),
        namespace: workload?.namespace ?? policy.spec.namespace ?? systemNamespace(scope, flavor),
        labels: policyLabels(scope),
      },
      spec: {
        targetRef: from(['workload'], workload === undefined ? { kind: 'Mesh' } : dataplanes(workload, port)),
        rules: [{ default: conf }],
      },
    },
    path,
  )
}

function listOf(items: readonly Draft[]): Draft {
  return items.length === 0 ? undefined : items
}

function anyone(scope: Scope): Draft {
  return { spiffeID: { type: 'Prefix', value: `spiffe://${trustDomainOf(scope)}/` } }
}

function matchOf(caller: ResolvedCaller, scope: Scope): readonly Draft[] {
  const exact = (value: string) => from(caller.path, { spiffeID: { type: 'Exact', value } })
  const accounts = accountsOf(caller)
  if (accounts !== undefined) return accounts.map(({ namespace, name }) => exact(spiffeId(scope, namespace, name)))
  if (caller.kind === 'principal') return [exact(`spiffe://${caller.principal}`)]
  if (caller.kind === 'namespace') {
    const value = `spiffe://${trustDomainOf(scope)}/ns/${caller.namespace}/`
    return [from(caller.path, { spiffeID: { type: 'Prefix', value } })]
  }
  return [from(caller.path, anyone(scope))]
}

function withoutIdentity(policy: Policy, scope: Scope): readonly Diagnostic[] {
  if (scope.mesh.spec.mtls !== 'disable') return []
  return [
    mistake(policy, [], 'MF3007', {
      summary: 'Without mutual TLS callers have no identity that a policy could name',
      hint: 'Say `mtls: strict` or `permissive` in the mesh.',
    }),
  ]
}

function namedPorts(policy: Policy, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  return rules
    .filter(({ spec }) => spec.ports !== undefined)
    .map(({ path }) =>
      mistake(policy, [...path, 'ports'], 'MF3020', {
        summary: 'A policy of a whole namespace or mesh holds for all ports',
        hint: 'Name the workload whose ports these are.',
      }),
    )
}

function unknownPorts(policy: Policy, workload: ResolvedWorkload, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  return rules.flatMap(({ spec, path }) =>
    (spec.ports ?? [])
      .filter((port) => !workload.ports.some((candidate) => candidate.port === port))
      .map((port) =>
        mistake(policy, [...path, 'ports'], 'MF3005', {
          summary: `${workload.address} serves no port ${port}`,
          hint: `Its ports are ${workload.ports.map((candidate) => candidate.port).join(', ') || 'none'}.`,
        }),
      ),
  )
}
