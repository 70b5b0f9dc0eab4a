import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort, Translation } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { isClosedAround } from '../policy-layers.ts'
import { findWorkload } from '../references.ts'
import { type ResolvedCaller, type ResolvedRule, resolveRules } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { authenticates, CILIUM_API } from './api.ts'
import { endpointPorts, speaksHttp } from './endpoint-ports.ts'
import { type Peer, peersOf } from './peers.ts'
import { cannotLeaveOut, httpRules, looksIntoRequests } from './request-rules.ts'

type Policy = ComponentOf<'authorization'>

const ANYONE: Peer = { key: 'fromEntities', value: 'all', path: ['allow'], caller: undefined }

/** A policy as CiliumNetworkPolicy, in the namespace it is about; in each of the mesh's where it names none. */
export function networkPolicies(policy: Policy, scope: Scope): Translation {
  const { spec } = policy
  const found = spec.workload === undefined ? undefined : findWorkload(spec.workload, policy, ['workload'], scope)
  if (found !== undefined && found.value === undefined) return { manifests: [], diagnostics: found.diagnostics }
  const workload = found?.value
  const allow = resolveRules(policy, 'allow', scope)
  const deny = resolveRules(policy, 'deny', scope)
  const rules = { allow: spec.default === 'allow' ? [] : allow.rules, deny: deny.rules }
  const diagnostics = [
    ...allow.diagnostics,
    ...deny.diagnostics,
    ...withoutEffect(policy),
    ...unsaidRequests(policy, rules.allow, rules.deny),
    ...[...rules.allow, ...rules.deny].flatMap((rule) => unknownPeers(policy, rule)),
    ...(workload === undefined ? wideMistakes(policy, rules) : portMistakes(policy, workload, rules)),
  ]
  const namespaces =
    workload !== undefined
      ? [workload.namespace]
      : spec.namespace === undefined
        ? [...indexOf(scope).byNamespace.keys()]
        : [spec.namespace]
  const opens = spec.default === 'allow' && isClosedAround(policy, workload, scope)
  // A policy that neither denies nor lets in says nothing.
  const says = rules.allow.length > 0 || rules.deny.length > 0 || spec.default === 'deny' || opens
  const manifests = says ? namespaces.map((namespace) => networkPolicy(policy, workload, namespace, rules, scope)) : []
  return { manifests, diagnostics }
}

interface Rules {
  readonly allow: readonly ResolvedRule[]
  readonly deny: readonly ResolvedRule[]
}

function networkPolicy(
  policy: Policy,
  workload: ResolvedWorkload | undefined,
  namespace: string,
  rules: Rules,
  scope: Scope,
): DesiredManifest {
  const place: Place = { workload, namespace, strict: authenticates(scope) }
  const requests = rules.deny.filter(({ spec }) => looksIntoRequests(spec))
  const whole = rules.deny.filter(({ spec }) => !looksIntoRequests(spec))
  const around = isClosedAround(policy, workload, scope)
  const open = rules.allow.length === 0 && policy.spec.default !== 'deny'
  // Where policies of the whole namespace deny whoever they do not name, one of no such word opens nothing.
  const opens = open && (around ? policy.spec.default === 'allow' : requests.length > 0)
  const ingress = open
    ? !opens
      ? []
      : [entry([ANYONE], { path: ['deny'], spec: {}, callers: [] }, requests, place)]
    : rules.allow.flatMap((rule) => allowEntries(rule, requests, place))
  const ingressDeny = whole.flatMap((rule) =>
    grouped(rule.callers.length === 0 ? [ANYONE] : peers(rule, place)).map((peer) =>
      entry(peer, rule, [], { ...place, denies: true }),
    ),
  )
  return traceManifest(
    {
      apiVersion: CILIUM_API,
      kind: 'CiliumNetworkPolicy',
      metadata: { name: objectNameOf(policy), namespace },
      spec: {
        endpointSelector: from(['workload'], workload === undefined ? {} : { matchLabels: workload.selector }),
        // A rule without peers selects nobody, and with it everybody else is denied.
        ingress: ingress.length > 0 ? ingress : open ? undefined : [{}],
        ingressDeny: ingressDeny.length === 0 ? undefined : ingressDeny,
        enableDefaultDeny: open && !opens ? { ingress: false } : undefined,
      },
    },
    policy.spec.allow === undefined ? (policy.spec.deny === undefined ? ['default'] : ['deny']) : ['allow'],
  )
}

interface Place {
  readonly workload: ResolvedWorkload | undefined
  readonly namespace: string
  /** Callers must have authenticated themselves. */
  readonly strict: boolean
  /** The entry is one of those that deny, which asks for no authentication. */
  readonly denies?: boolean
}

function peers(rule: ResolvedRule, { namespace }: Place): readonly Peer[] {
  return rule.callers.flatMap((caller) => peersOf(caller, namespace) ?? [])
}

/** Callers of one rule that the same deny rules concern, and that one field can hold, share an entry. */
function allowEntries(rule: ResolvedRule, denied: readonly ResolvedRule[], place: Place): readonly Draft[] {
  const all = rule.callers.length === 0 ? [{ ...ANYONE, path: rule.path }] : peers(rule, place)
  const byDenies = new Map<string, { readonly peers: Peer[]; readonly denied: readonly ResolvedRule[] }>()
  for (const peer of all) {
    const concerned = denied.filter((deny) => concerns(deny, peer.caller))
    const key = concerned.map((deny) => deny.path.join('.')).join(' ')
    const group = byDenies.get(key)
    if (group === undefined) byDenies.set(key, { peers: [peer], denied: concerned })
    else group.peers.push(peer)
  }
  return [...byDenies.values()].flatMap((group) => grouped(group.peers).map((peer) => entry(peer, rule, group.denied, place)))
}

function grouped(all: readonly Peer[]): readonly (readonly Peer[])[] {
  const groups = new Map<string, Peer[]>()
  for (const peer of all) {
    const key = `${peer.key} ${peer.caller?.kind === 'authenticated'} ${peer.caller?.kind === 'ingress'}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [peer])
    else group.push(peer)
  }
  return [...groups.values()]
}

/** True when a deny rule may be about this caller: it names nobody, the same caller, or the namespace of it. */
function concerns(deny: ResolvedRule, caller: ResolvedCaller | undefined): boolean {
  if (deny.callers.length === 0 || caller === undefined) return true
  return deny.callers.some((denied) => {
    if (denied.kind === 'authenticated') return true
    const place =
      caller.kind === 'workload'
        ? caller.workload.namespace
        : caller.kind === 'namespace' || caller.kind === 'serviceAccount'
          ? caller.namespace
          : undefined
    if (denied.kind === 'namespace') return denied.namespace === place
    return JSON.stringify(peersOf(denied, '')) === JSON.stringify(peersOf({ ...caller, path: denied.path }, ''))
  })
}

function entry(group: readonly Peer[], rule: ResolvedRule, denied: readonly ResolvedRule[], place: Place): Draft {
  const key = group[0]?.key ?? 'fromEntities'
  // What a gateway hands on bears its proxy's identity, which no pod has.
  const handedOn = group.some((peer) => peer.caller?.kind === 'ingress')
  const authenticated =
    !handedOn && place.denies !== true && (place.strict || group.some((peer) => peer.caller?.kind === 'authenticated'))
  const ports = portsOf(rule, denied, place)
  const http =
    looksIntoRequests(rule.spec) || denied.length > 0
      ? httpRules(
          rule.spec,
          denied.map(({ spec }) => spec),
        )
      : undefined
  return from(rule.path, {
    [key]: group.map((peer) => from(peer.path, peer.value)),
    authentication: authenticated && key !== 'fromCIDR' ? { mode: 'required' } : undefined,
    toPorts:
      ports.length === 0
        ? undefined
        : [{ ports: from([...rule.path, 'ports'], ports), rules: http === undefined ? undefined : { http } }],
  })
}

function portsOf(rule: ResolvedRule, denied: readonly ResolvedRule[], { workload }: Place): readonly DraftObject[] {
  if (workload === undefined) return []
  const wanted = workload.ports.filter(({ port }) => rule.spec.ports === undefined || rule.spec.ports.includes(port))
  const narrow = looksIntoRequests(rule.spec) || denied.length > 0
  return endpointPorts(workload, narrow ? wanted.filter((port: ServicePort) => speaksHttp(port)) : wanted)
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

function unsaidRequests(policy: Policy, allow: readonly ResolvedRule[], deny: readonly ResolvedRule[]): readonly Diagnostic[] {
  const refuse = (path: ValuePath, summary: string, hint: string) => mistake(policy, path, 'MF3020', { summary, hint })
  const headers = allow.flatMap(({ spec, path }) =>
    Object.entries(spec.headers ?? {})
      .filter(([, how]) => 'prefix' in how || ('present' in how && !how.present))
      .map(([name]) =>
        refuse(
          [...path, 'headers', name],
          'Cilium compares a header with one value, or asks that it is there',
          'Use exact or `present: true`.',
        ),
      ),
  )
  const denied = deny
    .filter(({ spec }) => looksIntoRequests(spec))
    .flatMap(({ spec, path, callers }) => [
      ...(cannotLeaveOut(spec)
        ? [
            refuse(
              path,
              'Cilium denies requests by leaving them out of what it allows, which hosts, headers and endings of paths cannot be',
              'Deny by method and by the beginning of the path, or allow what may be asked.',
            ),
          ]
        : []),
      ...(allow.length === 0 && callers.length > 0
        ? [
            refuse(
              [...path, 'from'],
              'Requests of one caller cannot be denied while everybody else may ask anything',
              'Allow the callers by name, and deny beside that.',
            ),
          ]
        : []),
    ])
  return [...headers, ...denied]
}

function unknownPeers(policy: Policy, rule: ResolvedRule): readonly Diagnostic[] {
  return rule.callers
    .filter((caller) => peersOf(caller, '') === undefined)
    .map((caller) =>
      mistake(policy, caller.path, 'MF3020', {
        summary: 'Cilium knows callers by their pods, so an identity must name a ServiceAccount',
        hint: 'Write it as <trust domain>/ns/<namespace>/sa/<name>.',
      }),
    )
}

function wideMistakes(policy: Policy, { allow, deny }: Rules): readonly Diagnostic[] {
  return [...allow, ...deny]
    .filter(({ spec }) => spec.ports !== undefined || looksIntoRequests(spec))
    .map(({ path }) =>
      mistake(policy, path, 'MF3020', {
        summary: 'A policy of a whole namespace tells callers apart, not ports or requests, since each workload has its own',
        hint: 'Write a policy for each workload: `workload: <name>`.',
      }),
    )
}

function portMistakes(policy: Policy, workload: ResolvedWorkload, { allow, deny }: Rules): readonly Diagnostic[] {
  return [...allow, ...deny].flatMap(({ spec, path }) => {
    const ports = workload.ports.filter(({ port }) => spec.ports === undefined || spec.ports.includes(port))
    if (spec.ports !== undefined && ports.length < new Set(spec.ports).size) {
      return [
        mistake(policy, [...path, 'ports'], 'MF3005', {
          summary: `${workload.address} does not serve all of these ports`,
          hint: `Its ports are ${workload.ports.map(({ port }) => port).join(', ') || 'none'}.`,
        }),
      ]
    }
    if (!looksIntoRequests(spec) || ports.some(speaksHttp)) return []
    return [
      mistake(policy, path, 'MF3005', {
        summary: `${workload.address} serves no HTTP, so there are no requests to look into`,
        hint: 'Say the protocol of its port, or remove methods, paths, hosts and headers.',
      }),
    ]
  })
}
