import { joinName, slug } from '../../design/object-name.ts'
import type { DesiredManifest, Scope } from '../contract.ts'
import { accountsOf, type ResolvedCaller, resolveRules } from '../resolve-callers.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { linkerdIdentity, POLICY_API, trustDomainOf } from './api.ts'
import { type policiesFor, widePolicies } from './servers.ts'

type Kind = 'MeshTLSAuthentication' | 'NetworkAuthentication'

/** Callers as one object of Linkerd. Its name tells its content, so that policies can share it. */
export interface Authentication {
  readonly kind: Kind
  readonly name: string
  readonly manifest: DesiredManifest
}

/** The authentications of a rule's callers, any of which suffices; every network where the rule names no caller. */
export function authenticationsOf(
  callers: readonly ResolvedCaller[],
  namespace: string,
  scope: Scope,
): readonly Authentication[] {
  const networks = callers.filter((caller) => caller.kind === 'ipBlock')
  const others = callers.filter((caller) => caller.kind !== 'ipBlock')
  return [
    ...(others.length === 0 ? [] : [meshAuthentication(others, namespace, scope)]),
    ...(networks.length === 0 && others.length > 0 ? [] : [networkAuthentication(networks, namespace)]),
  ]
}

function meshAuthentication(callers: readonly ResolvedCaller[], namespace: string, scope: Scope): Authentication {
  const name = joinName(...[...new Set(callers.flatMap((caller) => namesOf(caller, namespace)))].sort())
  const accounts = callers.every((caller) => accountsOf(caller) !== undefined || caller.kind === 'namespace')
  const path = callers[0]?.path.slice(0, -1) ?? []
  return made(
    'MeshTLSAuthentication',
    name,
    namespace,
    accounts
      ? {
          identityRefs: from(
            path,
            callers.flatMap((caller) => referencesOf(caller, namespace)),
          ),
        }
      : {
          identities: from(
            path,
            callers.flatMap((caller) => identitiesOf(caller, scope)),
          ),
        },
    path,
  )
}

function networkAuthentication(callers: readonly ResolvedCaller[], namespace: string): Authentication {
  const path = callers[0]?.path.slice(0, -1) ?? ['allow']
  const blocks = callers.flatMap((caller) => (caller.kind === 'ipBlock' ? [caller] : []))
  const name = blocks.length === 0 ? 'anyone' : joinName('network', ...blocks.map((block) => slug(block.ipBlock)))
  const networks =
    blocks.length === 0
      ? [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }]
      : blocks.map((block) => from(block.path, { cidr: block.ipBlock }))
  return made('NetworkAuthentication', name, namespace, { networks: from(path, networks) }, path)
}

function made(
  kind: Kind,
  name: string,
  namespace: string,
  spec: { readonly [key: string]: Draft },
  path: readonly (string | number)[],
): Authentication {
  return { kind, name, manifest: traceManifest({ apiVersion: POLICY_API, kind, metadata: { name, namespace }, spec }, path) }
}

function namesOf(caller: ResolvedCaller, own: string): readonly string[] {
  const accounts = accountsOf(caller)
  if (accounts !== undefined)
    return accounts.map(({ namespace, name }) => (namespace === own ? name : joinName(name, 'of', namespace)))
  if (caller.kind === 'namespace') return [joinName('namespace', caller.namespace)]
  return [caller.kind === 'principal' ? slug(caller.principal) : 'authenticated']
}

function referencesOf(caller: ResolvedCaller, own: string): readonly Draft[] {
  if (caller.kind === 'namespace') return [from(caller.path, { kind: 'Namespace', name: caller.namespace })]
  return (accountsOf(caller) ?? []).map(({ namespace, name }) =>
    from(caller.path, { kind: 'ServiceAccount', name, namespace: namespace === own ? undefined : namespace }),
  )
}

function identitiesOf(caller: ResolvedCaller, scope: Scope): readonly Draft[] {
  const trust = trustDomainOf(scope)
  const accounts = accountsOf(caller)
  if (accounts !== undefined) {
    return accounts.map(({ namespace, name }) => from(caller.path, linkerdIdentity(trust, namespace, name)))
  }
  if (caller.kind === 'namespace') return [from(caller.path, linkerdIdentity(trust, caller.namespace, '*'))]
  if (caller.kind !== 'principal') return [from(caller.path, '*')]
  // Other meshes write an identity as a path; Linkerd's certificates hold it as a host name.
  const spiffe = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(caller.principal)
  const [, domain, namespace, account] = spiffe ?? []
  if (domain === undefined || namespace === undefined || account === undefined) return [from(caller.path, caller.principal)]
  return [from(caller.path, linkerdIdentity(domain, namespace, account))]
}

const owners = new WeakMap<Scope, ReadonlyMap<string, string>>()

/** True when this policy makes the authentication: the first of the policies that name it in this namespace. */
export function makesAuthentication(policy: string, authentication: Authentication, namespace: string, scope: Scope): boolean {
  let known = owners.get(scope)
  if (known === undefined) {
    known = ownersOf(scope)
    owners.set(scope, known)
  }
  return (known.get(keyOf(namespace, authentication)) ?? policy) === policy
}

function keyOf(namespace: string, { kind, name }: Authentication): string {
  return `${namespace}/${kind}/${name}`
}

function ownersOf(scope: Scope): ReadonlyMap<string, string> {
  const result = new Map<string, string>()
  const index = indexOf(scope)
  const note = (namespace: string, policies: ReturnType<typeof policiesFor>) => {
    for (const policy of policies) {
      for (const rule of resolveRules(policy, 'allow', scope).rules) {
        for (const authentication of authenticationsOf(rule.callers, namespace, scope)) {
          const key = keyOf(namespace, authentication)
          if (!result.has(key)) result.set(key, policy.address)
        }
      }
    }
  }
  for (const workload of scope.workloads.values()) note(workload.namespace, index.authorization.get(workload.address) ?? [])
  for (const namespace of index.byNamespace.keys()) note(namespace, widePolicies(namespace, scope))
  return result
}
