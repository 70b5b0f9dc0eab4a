import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout, objectNameOf } from '../../design/object-name.ts'
import type { StringMatchSpec } from '../../design/schema/traffic.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { GATEWAY_GROUP } from '../gateway-api/api.ts'
import { mistake } from '../mistake.ts'
import { podPort } from '../pod-port.ts'
import { isClosedAround } from '../policy-layers.ts'
import { findWorkload } from '../references.ts'
import { accountsOf, identityOf, type ResolvedCaller, type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { type IstioApi, ROOT_NAMESPACE, WAYPOINT_CLASS } from './api.ts'

/** What a policy is attached to: pods, Services behind a waypoint, or everything in the namespace. */
export type PolicyTarget =
  | { readonly by: 'selector'; readonly workload: ResolvedWorkload }
  | { readonly by: 'services'; readonly services: readonly string[] }
  | { readonly by: 'waypoint'; readonly waypoint: string }
  | { readonly by: 'waypointClass' }
  | { readonly by: 'namespace' }

/** The AuthorizationPolicies of a policy: one that denies, one that allows; an ALLOW policy denies whatever it doesn't name. */
export function authorizationPolicies(
  policy: ComponentOf<'authorization'>,
  scope: Scope,
  api: IstioApi,
  targetOf: (workload: ResolvedWorkload | undefined) => PolicyTarget,
): Translation {
  const { spec } = policy
  const found = spec.workload === undefined ? undefined : findWorkload(spec.workload, policy, ['workload'], scope)
  if (found !== undefined && found.value === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const workload = found?.value
  const allow = resolveRules(policy, 'allow', scope)
  const deny = resolveRules(policy, 'deny', scope)
  const diagnostics: Diagnostic[] = [...allow.diagnostics, ...deny.diagnostics]
  const namespace = workload?.namespace ?? spec.namespace ?? scope.mesh.spec.namespace ?? ROOT_NAMESPACE
  const attached = targetOf(workload)
  const target = targetDraft(attached)
  const subject = workload?.name ?? ''
  const make = (action: 'allow' | 'deny', rules: readonly ResolvedRule[]): DesiredManifest =>
    traceManifest(
      {
        apiVersion: api.security,
        kind: 'AuthorizationPolicy',
        metadata: { name: policyName(policy, subject, action), namespace },
        spec: {
          ...target,
          action: action === 'allow' ? 'ALLOW' : 'DENY',
          rules: from(
            [action],
            rules.map((rule) => from(rule.path, ruleOf(rule, scope, attached))),
          ),
        },
      },
      [action],
    )
  const manifests: DesiredManifest[] = []
  if (deny.rules.length > 0) manifests.push(make('deny', deny.rules))
  if (allow.rules.length > 0 && spec.default !== 'allow') manifests.push(make('allow', allow.rules))
  if (allow.rules.length > 0 && spec.default === 'allow') {
    diagnostics.push(
      mistake(policy, ['allow'], 'MF3008', {
        severity: 'warning',
        summary: 'The allow rules have no effect, since whatever no rule names is allowed',
        hint: 'Remove `default: allow`, or the allow rules.',
      }),
    )
  }
  if (allow.rules.length === 0 && spec.default === 'deny') {
    manifests.push(
      traceManifest(
        {
          apiVersion: api.security,
          kind: 'AuthorizationPolicy',
          metadata: { name: policyName(policy, subject, 'deny-all'), namespace },
          // An ALLOW policy without rules matches nothing, so everything is denied.
          spec: { ...target },
        },
        ['default'],
      ),
    )
  }
  if (spec.default === 'allow' && isClosedAround(policy, workload, scope)) {
    manifests.push(
      traceManifest(
        {
          apiVersion: api.security,
          kind: 'AuthorizationPolicy',
          metadata: { name: policyName(policy, subject, 'allow'), namespace },
          // What the whole namespace or mesh denies is allowed here all the same.
          spec: { ...target, action: 'ALLOW', rules: from(['default'], [{}]) },
        },
        ['default'],
      ),
    )
  }
  return { manifests, diagnostics }
}

/** `<workload>-<component>` where that tells the action already, else with the action in it. */
export function policyName(
  policy: ComponentOf<'authorization'>,
  workload: string,
  action: 'allow' | 'deny' | 'deny-all',
): string {
  const name = workload === '' ? objectNameOf(policy) : nameAbout(workload, policy)
  return name.split('-').includes(action === 'deny-all' ? 'deny' : action) ? name : joinName(name, action)
}

function targetDraft(target: PolicyTarget): { readonly [key: string]: Draft } {
  switch (target.by) {
    case 'selector':
      return { selector: from(['workload'], { matchLabels: target.workload.selector }) }
    case 'services':
      return {
        targetRefs: from(
          ['workload'],
          target.services.map((name) => ({ group: '', kind: 'Service', name })),
        ),
      }
    case 'waypoint':
      return { targetRefs: [{ group: GATEWAY_GROUP, kind: 'Gateway', name: target.waypoint }] }
    case 'waypointClass':
      return { targetRefs: [{ group: GATEWAY_GROUP, kind: 'GatewayClass', name: WAYPOINT_CLASS }] }
    case 'namespace':
      return {}
  }
}

function ruleOf({ spec, path, callers }: ResolvedRule, scope: Scope, target: PolicyTarget): Draft {
  const operation = {
    methods: from([...path, 'methods'], spec.methods),
    paths: from([...path, 'paths'], spec.paths),
    hosts: from([...path, 'hosts'], spec.hosts),
    ports: from(
      [...path, 'ports'],
      spec.ports?.map((port) => portSeen(port, target)),
    ),
  }
  const anyOperation = Object.values(operation).some((value) => value !== undefined)
  const headers = Object.entries(spec.headers ?? {})
  return {
    from:
      callers.length === 0
        ? undefined
        : from(
            [...path, 'from'],
            callers.map((caller) => ({ source: sourceOf(caller, scope) })),
          ),
    to: anyOperation ? [{ operation }] : undefined,
    when:
      headers.length === 0
        ? undefined
        : headers.map(([name, how]) =>
            from([...path, 'headers', name], { key: `request.headers[${name}]`, ...headerValues(how) }),
          ),
  }
}

/** A port of the Service as the proxy sees it: a sidecar stands before the pod and sees the pod's, a waypoint the Service's. */
function portSeen(port: number, target: PolicyTarget): string {
  const known = target.by === 'selector' ? target.workload.ports.find((candidate) => candidate.port === port) : undefined
  return known === undefined || target.by !== 'selector' ? String(port) : podPort(target.workload, known)
}

function sourceOf(caller: ResolvedCaller, scope: Scope): Draft {
  const trustDomain = scope.mesh.spec.trustDomain ?? 'cluster.local'
  switch (caller.kind) {
    case 'namespace':
      return from(caller.path, { namespaces: [caller.namespace] })
    case 'principal':
      return from(caller.path, { principals: [caller.principal] })
    case 'ipBlock':
      return from(caller.path, { ipBlocks: [caller.ipBlock] })
    case 'ingress':
      throw new Error('gateways of Istio have accounts')
    case 'authenticated':
    case 'anyone':
      return from(caller.path, { principals: ['*'] })
    case 'workload':
    case 'serviceAccount': {
      const accounts = accountsOf(caller) ?? []
      return from(caller.path, { principals: accounts.map(({ namespace, name }) => identityOf(trustDomain, namespace, name)) })
    }
  }
}

/** Values of a condition on a header; a trailing star is Istio's prefix match. */
function headerValues(how: StringMatchSpec): { readonly [key: string]: Draft } {
  if ('exact' in how) return { values: [how.exact] }
  if ('prefix' in how) return { values: [`${how.prefix}*`] }
  if ('present' in how) return how.present ? { values: ['*'] } : { notValues: ['*'] }
  return { values: [how.regex] }
}
