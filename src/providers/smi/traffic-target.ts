import type { ComponentOf } from '../../design/component.ts'
import { joinName, nameAbout } from '../../design/object-name.ts'
import type { AuthorizationRuleSpec } from '../../design/schema/authorization.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { podPortNumber } from '../pod-port.ts'
import { policyLayers } from '../policy-layers.ts'
import { findWorkload } from '../references.ts'
import { accountsOf, type ResolvedCaller, type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { accessApi, hasSpec, type SmiDialect, specsApi } from './dialect.ts'
import { starExpression } from './expressions.ts'
import { EVERY_REQUEST, type GroupMatch, groupMatch, headersOf, routeGroup } from './route-group.ts'

/**
 * The allow rules of a policy as TrafficTargets, one for each rule and identity of the workload, with the HTTPRouteGroup or
 * TCPRoute that says which requests they are about. Whoever no TrafficTarget names is refused by the mesh itself.
 */
export function trafficTargets(policy: ComponentOf<'authorization'>, scope: Scope, dialect: SmiDialect): Translation {
  const { spec } = policy
  const found = spec.workload === undefined ? undefined : findWorkload(spec.workload, policy, ['workload'], scope)
  if (found !== undefined && found.value === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const { rules, diagnostics } = resolveRules(policy, 'allow', scope)
  const workloads = found === undefined ? workloadsIn(spec.namespace, scope) : [found.value]
  return {
    manifests: workloads.flatMap((workload) => targetsFor(policy, rules, workload, scope, dialect)),
    diagnostics: [
      ...diagnostics,
      ...unnamedCallers(policy, rules),
      ...manyPorts(policy, rules),
      ...(found === undefined ? [] : noPort(policy, rules, found.value, dialect)),
      ...openDefault(policy),
    ],
  }
}

/** The workloads that a policy of a whole namespace or mesh protects: no TrafficTarget does more than one of them. */
function workloadsIn(namespace: string | undefined, scope: Scope): readonly ResolvedWorkload[] {
  const { workloads, byNamespace } = indexOf(scope)
  return namespace === undefined ? workloads : (byNamespace.get(namespace) ?? [])
}

function targetsFor(
  policy: ComponentOf<'authorization'>,
  rules: readonly ResolvedRule[],
  workload: ResolvedWorkload,
  scope: Scope,
  dialect: SmiDialect,
): readonly DesiredManifest[] {
  const stream = workload.ports.length > 0 && workload.ports.every(({ protocol }) => protocol === 'tcp' || protocol === 'tls')
  const name = nameAbout(workload.name, policy)
  const groups = groupsOf(policy, rules, workload, name, stream, scope, dialect)
  const targets = rules.flatMap((rule, index) =>
    (needsPort(rule, workload, dialect) ? [] : workload.serviceAccounts).map((account, position) =>
      targetOf(rule, workload, account, {
        name: joinName(name, index === 0 ? '' : String(index + 1), position === 0 ? '' : account),
        routes: from(rule.path, routesOf(rule, index, workload, name, stream)),
        dialect,
      }),
    ),
  )
  return [...groups, ...targets]
}

/** True where v1alpha1, which cannot do without a port, finds none: what offers no port is called by nobody. */
function needsPort(rule: ResolvedRule, workload: ResolvedWorkload, dialect: SmiDialect): boolean {
  return dialect.access === 'v1alpha1' && workload.ports.length === 0 && (rule.spec.ports ?? []).length === 0
}

/** True for a rule about every request. */
function isWhole({ methods, paths, headers }: AuthorizationRuleSpec): boolean {
  return methods === undefined && paths === undefined && Object.keys(headers ?? {}).length === 0
}

function wholeName(workload: ResolvedWorkload): string {
  return joinName(workload.name, EVERY_REQUEST.name)
}

/** What the rules are about: the workload's group for every request, made by the first policy that needs it, and their own. */
function groupsOf(
  policy: ComponentOf<'authorization'>,
  rules: readonly ResolvedRule[],
  workload: ResolvedWorkload,
  name: string,
  stream: boolean,
  scope: Scope,
  dialect: SmiDialect,
): readonly DesiredManifest[] {
  const { namespace } = workload
  const first = policyLayers(workload, undefined, scope)
    .flat()
    .find(({ spec: { allow = [] } }) => (stream ? allow.length > 0 : allow.some(isWhole)))
  const whole = first === policy && rules.length > 0
  const own = stream ? [] : rules.flatMap((rule, index) => (isWhole(rule.spec) ? [] : [{ rule, index }]))
  const wholeObject = stream
    ? tcpRoute(workload, dialect)
    : routeGroup(wholeName(workload), namespace, [groupMatch(EVERY_REQUEST, dialect)], dialect, ['allow'])
  return [
    ...(whole ? [wholeObject] : []),
    ...(own.length === 0
      ? []
      : [
          routeGroup(
            name,
            namespace,
            own.flatMap(({ rule, index }) => matchesOf(rule, index, dialect).map((match) => groupMatch(match, dialect))),
            dialect,
            ['allow'],
          ),
        ]),
  ]
}

/** One match for each path of a rule, since a match takes one expression. */
function matchesOf({ spec, path }: ResolvedRule, index: number, dialect: SmiDialect): readonly GroupMatch[] {
  const common = {
    methods: spec.methods === undefined ? ['*'] : from([...path, 'methods'], spec.methods),
    headers: headersOf(spec.headers, path, dialect),
  }
  if (spec.paths === undefined) return [{ name: matchName(index, 0), pathRegex: '.*', ...common }]
  return spec.paths.map((text, position) => ({
    name: matchName(index, position),
    pathRegex: from([...path, 'paths', position], starExpression(text, dialect)),
    ...common,
  }))
}

function matchName(rule: number, position: number): string {
  return position === 0 ? `rule-${rule + 1}` : `rule-${rule + 1}-${position + 1}`
}

function tcpRoute(workload: ResolvedWorkload, dialect: SmiDialect): DesiredManifest {
  const ports = workload.ports.map((port) => podPortNumber(workload, port))
  const spec: Draft = dialect.specs === 'v1alpha4' ? { matches: { ports } } : {}
  return traceManifest(
    {
      apiVersion: specsApi(dialect),
      kind: 'TCPRoute',
      metadata: { name: wholeName(workload), namespace: workload.namespace },
      spec,
    },
    ['allow'],
  )
}

function routesOf(rule: ResolvedRule, index: number, workload: ResolvedWorkload, name: string, stream: boolean): Draft {
  if (stream) return [{ kind: 'TCPRoute', name: wholeName(workload) }]
  if (isWhole(rule.spec)) return [{ kind: 'HTTPRouteGroup', name: wholeName(workload), matches: [EVERY_REQUEST.name] }]
  const count = rule.spec.paths?.length ?? 1
  const matches = Array.from({ length: count }, (_, position) => matchName(index, position))
  return [{ kind: 'HTTPRouteGroup', name, matches }]
}

function targetOf(
  rule: ResolvedRule,
  workload: ResolvedWorkload,
  account: string,
  { name, routes, dialect }: { readonly name: string; readonly routes: Draft; readonly dialect: SmiDialect },
): DesiredManifest {
  const { namespace } = workload
  // v1alpha1 cannot do without a port.
  const [port = dialect.access === 'v1alpha1' ? workload.ports[0]?.port : undefined] = rule.spec.ports ?? []
  const destination = {
    kind: 'ServiceAccount',
    name: account,
    namespace,
    port: dialect.access === 'v1alpha3' ? undefined : from([...rule.path, 'ports'], destinationPort(workload, port)),
  }
  const sources = rule.callers.flatMap((caller) =>
    identitiesOf(caller).map((identity) =>
      from(caller.path, { kind: 'ServiceAccount', name: identity.name, namespace: identity.namespace }),
    ),
  )
  const body = {
    destination: from(['workload'], destination),
    [dialect.access === 'v1alpha1' ? 'specs' : 'rules']: routes,
    sources: from([...rule.path, 'from'], sources),
  }
  return traceManifest(
    {
      apiVersion: accessApi(dialect),
      kind: 'TrafficTarget',
      metadata: { name, namespace },
      ...(hasSpec(dialect.access, 'access') ? { spec: body } : body),
    },
    rule.path,
  )
}

/** The port of the pods, since a destination is pods, behind a port of the Service. */
function destinationPort(workload: ResolvedWorkload, port: number | undefined): number | undefined {
  const served = workload.ports.find((candidate) => candidate.port === port)
  return served === undefined ? port : podPortNumber(workload, served)
}

/** The ServiceAccounts of a caller; an identity as meshes write it names one too. */
function identitiesOf(caller: ResolvedCaller): readonly { readonly namespace: string; readonly name: string }[] {
  if (caller.kind !== 'principal') return accountsOf(caller) ?? []
  const [, namespace, name] = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(caller.principal) ?? []
  return namespace === undefined || name === undefined ? [] : [{ namespace, name }]
}

/** Rules whose callers have no ServiceAccount: TrafficTargets know callers by that alone. */
function unnamedCallers(policy: ComponentOf<'authorization'>, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  const hint = 'Name the callers: workloads, or `serviceAccount: <namespace>/<name>`.'
  return rules.flatMap((rule): readonly Diagnostic[] => {
    if (rule.callers.length === 0 && (rule.spec.from ?? []).every((caller) => caller === '*')) {
      return [
        mistake(policy, rule.path, 'MF3020', { summary: 'A TrafficTarget names who may call; it cannot let everyone in', hint }),
      ]
    }
    return rule.callers
      .filter((caller) => caller.kind === 'principal' && identitiesOf(caller).length === 0)
      .map((caller) =>
        mistake(policy, caller.path, 'MF3020', { summary: 'The identity names no ServiceAccount of a namespace', hint }),
      )
  })
}

/** Who is named as protected, and could not be. */
function noPort(
  policy: ComponentOf<'authorization'>,
  rules: readonly ResolvedRule[],
  workload: ResolvedWorkload,
  dialect: SmiDialect,
): readonly Diagnostic[] {
  if (!rules.some((rule) => needsPort(rule, workload, dialect))) return []
  return [
    mistake(policy, ['workload'], 'MF3020', {
      summary: `A TrafficTarget of v1alpha1 needs a port, and ${workload.address} has none`,
      hint: 'Declare its `ports`, or let `settings.access` of the mesh be v1alpha3.',
    }),
  ]
}

/** A TrafficTarget's destination has one port. */
function manyPorts(policy: ComponentOf<'authorization'>, rules: readonly ResolvedRule[]): readonly Diagnostic[] {
  return rules
    .filter((rule) => (rule.spec.ports?.length ?? 0) > 1)
    .map((rule) =>
      mistake(policy, [...rule.path, 'ports'], 'MF3020', {
        summary: 'A TrafficTarget takes one port',
        hint: 'Write a rule for each port.',
      }),
    )
}

/** What no TrafficTarget lets in is refused everywhere, once some policy decides. */
function openDefault(policy: ComponentOf<'authorization'>): readonly Diagnostic[] {
  if (policy.spec.default !== 'allow') return []
  return [
    mistake(policy, ['default'], 'MF3020', {
      summary: 'Once TrafficTargets decide who may call, everybody they do not name is refused',
      hint: 'Remove `default: allow`, and name the callers in `allow`.',
    }),
  ]
}
