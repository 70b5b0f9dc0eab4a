import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { GATEWAY_API } from '../gateway-api/api.ts'
import { mistake } from '../mistake.ts'
import { findWorkload } from '../references.ts'
import { type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { POLICY_API, POLICY_GROUP } from './api.ts'
import { authenticationsOf, makesAuthentication } from './authentication.ts'
import { probeAccess } from './probes.ts'
import { canMeet, conditionKey, conditionMatches, covers, looksIntoRequests } from './request-match.ts'
import { denies, policiesFor, serverBy, serverName, serverPorts } from './servers.ts'

type Policy = ComponentOf<'authorization'>

/**
 * A policy as Linkerd says it: a Server for each port, which denies; an AuthorizationPolicy for each rule, on the Server, or on an
 * HTTPRoute of it where the rule looks into requests; the callers as authentications.
 */
export function linkerdAuthorization(policy: Policy, scope: Scope): Translation {
  const { spec } = policy
  const { rules, diagnostics } = resolveRules(policy, 'allow', scope)
  const own: Diagnostic[] = [...diagnostics, ...absentHeaders(policy, rules), ...withoutEffect(policy)]
  const used = spec.default === 'allow' ? [] : rules
  if (spec.workload === undefined) return wide(policy, used, own, scope)
  const found = findWorkload(spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const ports = serverPorts(workload)
  if (ports.length === 0) return { manifests: [], diagnostics: [...own, servesNoPort(policy, workload)] }
  const grants = ports.flatMap((port) => portGrants(used, workload, port, scope))
  return {
    manifests: [
      ...authentications(policy, used, workload.namespace, scope),
      ...ports.flatMap((port) => portRoutes(policy, workload, port, scope)),
      ...authorizationPolicies(policy, grants, workload.namespace, scope),
      ...ports.flatMap((port) => serverBy(policy, workload, port, scope, ['workload']) ?? []),
    ],
    diagnostics: [...own, ...overlaps(policy, used)],
  }
}

interface Grant {
  readonly target: DraftObject
  readonly rule: ResolvedRule
}

interface PortRoute {
  readonly name: string
  readonly rule: ResolvedRule
  readonly owner: Policy
}

/** The HTTPRoutes of a port's Server: one for each condition that some rule of some policy has. */
function routesOf(workload: ResolvedWorkload, port: ServicePort, scope: Scope): readonly PortRoute[] {
  const routes = new Map<string, PortRoute>()
  for (const policy of indexOf(scope).authorization.get(workload.address) ?? []) {
    for (const rule of holdingOn(resolveRules(policy, 'allow', scope).rules, port)) {
      const key = conditionKey(rule.spec)
      if (!looksIntoRequests(rule.spec) || routes.has(key)) continue
      routes.set(key, { name: joinName(serverName(workload, port), 'route', String(routes.size + 1)), rule, owner: policy })
    }
  }
  return [...routes.values()]
}

function holdingOn(rules: readonly ResolvedRule[], port: ServicePort): readonly ResolvedRule[] {
  return rules.filter(({ spec }) => spec.ports === undefined || spec.ports.includes(port.port))
}

/** What each rule opens: the Server, or every route whose requests it matches, since the most specific route alone decides. */
function portGrants(
  rules: readonly ResolvedRule[],
  workload: ResolvedWorkload,
  port: ServicePort,
  scope: Scope,
): readonly Grant[] {
  const server = { group: POLICY_GROUP, kind: 'Server', name: serverName(workload, port) }
  const routes = routesOf(workload, port, scope)
  return holdingOn(rules, port).flatMap((rule): readonly Grant[] => {
    if (!looksIntoRequests(rule.spec)) return [{ target: server, rule }]
    return routes
      .filter((route) => covers(rule.spec, route.rule.spec))
      .map((route) => ({ target: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: route.name }, rule }))
  })
}

/**
 * The HTTPRoutes that this policy makes; with them one for everything else, where some rule opens the whole Server, and what lets
 * the kubelet's probes in.
 */
function portRoutes(policy: Policy, workload: ResolvedWorkload, port: ServicePort, scope: Scope): readonly DesiredManifest[] {
  const routes = routesOf(workload, port, scope)
  const own = routes.filter((route) => route.owner === policy)
  const policies = policiesFor(workload, scope)
  const whole = policies.some((other) =>
    holdingOn(resolveRules(other, 'allow', scope).rules, port).some((rule) => !looksIntoRequests(rule.spec)),
  )
  const server = serverName(workload, port)
  const make = (name: string, more: DraftObject, path: ValuePath): DesiredManifest =>
    traceManifest(
      {
        apiVersion: GATEWAY_API,
        kind: 'HTTPRoute',
        metadata: { name, namespace: workload.namespace },
        spec: { parentRefs: [{ group: POLICY_GROUP, kind: 'Server', name: server }], ...more },
      },
      path,
    )
  const everything = whole && routes[0]?.owner === policy
  return [
    ...own.map(({ name, rule }) =>
      make(
        name,
        {
          hostnames: from([...rule.path, 'hosts'], rule.spec.hosts),
          rules: [{ matches: from(rule.path, conditionMatches(rule.spec, rule.path)) }],
        },
        rule.path,
      ),
    ),
    ...(everything
      ? [make(joinName(server, 'rest'), { rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }] }, ['allow'])]
      : []),
    ...(routes[0]?.owner === policy ? probeAccess(workload, port) : []),
  ]
}

function authentications(
  policy: Policy,
  rules: readonly ResolvedRule[],
  namespace: string,
  scope: Scope,
): readonly DesiredManifest[] {
  const made = new Map<string, DesiredManifest>()
  for (const rule of rules) {
    for (const authentication of authenticationsOf(rule.callers, namespace, scope)) {
      const key = `${authentication.kind}/${authentication.name}`
      if (!made.has(key) && makesAuthentication(policy.address, authentication, namespace, scope)) {
        made.set(key, authentication.manifest)
      }
    }
  }
  return [...made.values()]
}

/** An AuthorizationPolicy takes one authentication of a kind and wants all it names, so each way in is its own object. */
function authorizationPolicies(
  policy: Policy,
  grants: readonly Grant[],
  namespace: string,
  scope: Scope,
): readonly DesiredManifest[] {
  const ways = grants.flatMap(({ target, rule }) =>
    authenticationsOf(rule.callers, namespace, scope).map(({ kind, name }) => ({ target, rule, kind, name })),
  )
  const base = objectNameOf(policy)
  return ways.map(({ target, rule, kind, name }, index) =>
    traceManifest(
      {
        apiVersion: POLICY_API,
        kind: 'AuthorizationPolicy',
        metadata: { name: index === 0 ? base : joinName(base, String(index + 1)), namespace },
        spec: {
          targetRef: target,
          requiredAuthenticationRefs: from([...rule.path, 'from'], [{ group: POLICY_GROUP, kind, name }]),
        },
      },
      rule.path,
    ),
  )
}

/** A policy of whole namespaces: on the Namespace, with Servers that deny for the workloads in it. */
function wide(policy: Policy, rules: readonly ResolvedRule[], own: readonly Diagnostic[], scope: Scope): Translation {
  const narrow = rules.filter(({ spec }) => looksIntoRequests(spec) || spec.ports !== undefined)
  const byNamespace = indexOf(scope).byNamespace
  const namespaces = policy.spec.namespace === undefined ? [...byNamespace.keys()] : [policy.spec.namespace]
  const manifests = namespaces.flatMap((namespace) => {
    const grants = rules.map((rule) => ({ target: { kind: 'Namespace', name: namespace }, rule }))
    const servers = (byNamespace.get(namespace) ?? []).flatMap((workload) =>
      serverPorts(workload).flatMap((port) => (denies(policy) ? (serverBy(policy, workload, port, scope, []) ?? []) : [])),
    )
    return [
      ...authentications(policy, rules, namespace, scope),
      ...authorizationPolicies(policy, grants, namespace, scope),
      ...servers,
    ]
  })
  return {
    manifests,
    diagnostics: [
      ...own,
      ...narrow.map(({ path }) =>
        mistake(policy, path, 'MF3020', {
          summary: 'A policy of a whole namespace tells callers apart, not requests or ports',
          hint: 'Write a policy for each workload: `workload: <name>`.',
        }),
      ),
    ],
  }
}

function servesNoPort(policy: Policy, workload: ResolvedWorkload): Diagnostic {
  return mistake(policy, ['workload'], 'MF3013', {
    summary: `${workload.address} serves no port, so there is nothing to call`,
    hint: 'Give it `ports`, or a Service among its manifests.',
  })
}

function withoutEffect(policy: Policy): readonly Diagnostic[] {
  if (policy.spec.default !== 'allow' || (policy.spec.allow ?? []).length === 0) return []
  return [
    mistake(policy, ['allow'], 'MF3008', {
      severity: 'warning',
      summary: 'The allow rules have no effect, since whatever no rule names is allowed',
      hint: 'Remove `default: allow`, or the allow rules.',
    }),
  ]
}

function absentHeaders(policy: Policy, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  return rules.flatMap(({ spec, path }) =>
    Object.entries(spec.headers ?? {})
      .filter(([, how]) => 'present' in how && !how.present)
      .map(([name]) =>
        mistake(policy, [...path, 'headers', name], 'MF3020', {
          summary: 'An HTTPRoute has no match for an absent header',
          hint: 'Allow the requests that have the header with a rule of their own.',
        }),
      ),
  )
}

/** Of routes that match one request the most specific decides alone, so rules that meet without containment may deny too much. */
function overlaps(policy: Policy, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  const narrow = rules.filter(({ spec }) => looksIntoRequests(spec))
  return narrow.flatMap((rule, index) => {
    const rival = narrow
      .slice(0, index)
      .find((other) => canMeet(rule.spec, other.spec) && !covers(rule.spec, other.spec) && !covers(other.spec, rule.spec))
    if (rival === undefined) return []
    return [
      mistake(policy, rule.path, 'MF3022', {
        severity: 'warning',
        summary: `Requests that this rule and ${rival.path.join('.')} both match are decided by the more specific alone`,
        detail: 'Linkerd takes the most specific HTTPRoute and the policies on it.',
        hint: 'Let the rules match different requests, or write the requests that both match as a rule for all its callers.',
      }),
    ]
  })
}
