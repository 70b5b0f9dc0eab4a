import type { ComponentOf } from '../../design/component.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ResolvedWorkload, Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from } from '../traced-manifest.ts'
import type { ConsulEntry, Entries } from './entry.ts'
import { consulService, subsetFilter } from './subsets.ts'

const POLICIES = {
  'round-robin': 'round_robin',
  'least-request': 'least_request',
  random: 'random',
  'ring-hash': 'ring_hash',
  maglev: 'maglev',
  passthrough: undefined,
} as const

function hasSettings({ spec }: ComponentOf<'traffic'>): boolean {
  return spec.loadBalancing !== undefined || spec.circuitBreaker?.connectTimeout !== undefined
}

/** The component that makes a workload's ServiceResolver, since a service has one; undefined when it needs none. */
function resolverOwner(workload: ResolvedWorkload, scope: Scope): string | undefined {
  const index = indexOf(scope)
  const policies = index.traffic.get(workload.address) ?? []
  const withSettings = policies.find(hasSettings)
  if (withSettings !== undefined) return withSettings.address
  if (!index.splitWorkloads.has(workload.address)) return undefined
  return policies[0]?.address ?? workload.address
}

/** The ServiceResolver of a workload, made by the policy that owns it. */
export function resolverEntries(policy: ComponentOf<'traffic'>, workload: ResolvedWorkload, scope: Scope): Entries {
  const policies = indexOf(scope).traffic.get(workload.address) ?? []
  const rival = hasSettings(policy) ? policies.find(hasSettings) : undefined
  if (rival !== undefined && rival !== policy) {
    const path = policy.spec.loadBalancing === undefined ? ['circuitBreaker', 'connectTimeout'] : ['loadBalancing']
    return {
      entries: [],
      diagnostics: [
        mistake(policy, path, 'MF3004', {
          summary: `${policy.address} and ${rival.address} both say how endpoints of ${workload.address} are reached`,
          detail: 'Consul keeps one ServiceResolver for a service.',
          hint: 'Move them into one policy.',
        }),
      ],
    }
  }
  if (resolverOwner(workload, scope) !== policy.address) return { entries: [], diagnostics: [] }
  const balancing = balancingOf(policy)
  const spec = {
    ...subsetsOf(workload, scope),
    connectTimeout: from(['circuitBreaker', 'connectTimeout'], policy.spec.circuitBreaker?.connectTimeout),
    loadBalancer: balancing.draft,
    failover: failoverOf(policy),
  }
  const origin = policy.spec.loadBalancing === undefined ? ['routes'] : ['loadBalancing']
  return { entries: [resolver(workload, spec, origin)], diagnostics: balancing.diagnostics }
}

/** The ServiceResolver that a workload makes itself because only other components' routes name its versions. */
export function subsetEntries(workload: ResolvedWorkload, scope: Scope): readonly ConsulEntry[] {
  if (resolverOwner(workload, scope) !== workload.address) return []
  return [resolver(workload, subsetsOf(workload, scope), ['versions'])]
}

function resolver(workload: ResolvedWorkload, spec: ConsulEntry['spec'], origin: readonly string[]): ConsulEntry {
  return { kind: 'ServiceResolver', name: consulService(workload), namespace: workload.namespace, spec, origin }
}

function subsetsOf(workload: ResolvedWorkload, scope: Scope): { readonly [key: string]: Draft } {
  const index = indexOf(scope)
  const [first] = workload.versions
  if (first === undefined || !index.splitWorkloads.has(workload.address)) return {}
  const names = new Set(workload.versions.map((version) => version.name))
  const routed = (index.traffic.get(workload.address) ?? []).some((policy) =>
    (policy.spec.routes ?? []).some((route) => Object.keys(route.to ?? {}).some((name) => names.has(name))),
  )
  return {
    // Where its own routes name every version, nothing is left to the default; elsewhere all instances stay meant.
    defaultSubset: routed ? first.name : undefined,
    subsets: Object.fromEntries(
      workload.versions.map((version) => [version.name, { filter: subsetFilter(version), onlyPassing: true }]),
    ),
  }
}

function balancingOf(policy: ComponentOf<'traffic'>): { readonly draft: Draft; readonly diagnostics: readonly Diagnostic[] } {
  const balancing = policy.spec.loadBalancing
  if (balancing === undefined || (balancing.policy === undefined && balancing.hashOn === undefined)) {
    return { draft: undefined, diagnostics: [] }
  }
  const { hashOn } = balancing
  const chosen = balancing.policy ?? 'ring-hash'
  const hashing = chosen === 'ring-hash' || chosen === 'maglev'
  const path = ['loadBalancing']
  const diagnostics: Diagnostic[] = []
  const refuse = (key: string, summary: string, hint: string) =>
    diagnostics.push(mistake(policy, [...path, key], 'MF3020', { summary, hint }))
  if (chosen === 'passthrough') refuse('policy', 'Consul has no passthrough', 'Leave the policy out.')
  if (hashing && hashOn === undefined) refuse('policy', `${chosen} needs something to hash`, 'Say `hashOn: {header: ...}`.')
  if (!hashing && hashOn !== undefined) refuse('hashOn', `${chosen} hashes nothing`, 'Use policy ring-hash or maglev.')
  return {
    draft: from(path, {
      policy: from([...path, 'policy'], POLICIES[chosen]),
      hashPolicies: hashOn === undefined ? undefined : from([...path, 'hashOn'], hashPolicies(hashOn)),
    }),
    diagnostics,
  }
}

type HashOn = NonNullable<NonNullable<ComponentOf<'traffic'>['spec']['loadBalancing']>['hashOn']>

function hashPolicies(hashOn: HashOn): Draft {
  return [
    hashOn.header === undefined ? undefined : { field: 'header', fieldValue: hashOn.header },
    hashOn.cookie === undefined
      ? undefined
      : {
          field: 'cookie',
          fieldValue: hashOn.cookie,
          cookieConfig: hashOn.cookieTtl === undefined ? { session: true } : { ttl: hashOn.cookieTtl },
        },
    hashOn.query === undefined ? undefined : { field: 'query_parameter', fieldValue: hashOn.query },
    hashOn.sourceIp === true ? { sourceIP: true } : undefined,
  ]
}

/** Other datacenters, or peers written as `peer/<name>`, in the order they are tried. */
function failoverOf(policy: ComponentOf<'traffic'>): Draft {
  const failover = policy.spec.loadBalancing?.failover
  if (failover === undefined) return undefined
  const path = ['loadBalancing', 'failover']
  if (!failover.some(({ to }) => to.startsWith('peer/'))) {
    return from(path, { '*': { datacenters: failover.map(({ to }, index) => from([...path, index, 'to'], to)) } })
  }
  const targets = failover.map(({ to }, index) =>
    from([...path, index, 'to'], to.startsWith('peer/') ? { peer: to.slice('peer/'.length) } : { datacenter: to }),
  )
  return from(path, { '*': { targets } })
}
