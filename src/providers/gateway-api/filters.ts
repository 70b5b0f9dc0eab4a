import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { FilterSpec } from '../../design/schema/filter.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { behaviourAnnotations, filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { addressIn, findGateway, findWorkload } from '../references.ts'
import { routeName } from '../route-conflicts.ts'
import { indexOf } from '../scope-index.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { GATEWAY_GROUP } from './api.ts'

const EXTENSION_POLICY_API = 'gateway.envoyproxy.io/v1alpha1'

interface Target {
  readonly kind: 'Gateway' | 'HTTPRoute'
  readonly name: string
  readonly namespace: string
  readonly path: ValuePath
  /** Of the workload or gateway that the design names. */
  readonly address: string
  /** Of the gateways that lead to the route. */
  readonly gateways: readonly string[]
}

/**
 * A filter as EnvoyExtensionPolicy of Envoy Gateway, one for each namespace it is needed in: on gateways, and on the routes by
 * which gateways lead to workloads (gateway.envoyproxy.io/docs/api/extension_types).
 */
export function extensionPolicies(
  filter: ComponentOf<'filters'>,
  scope: Scope,
  gatewayNamespace: (gateway: ComponentOf<'gateways'>, scope: Scope) => string,
): Translation {
  const diagnostics: Diagnostic[] = [...filterMistakes(filter), ...configMistakes(filter)]
  const targets: Target[] = []
  for (const [index, name] of (filter.spec.gateways ?? []).entries()) {
    const path = ['gateways', index]
    const { value, diagnostics: unknown } = findGateway(name, filter, path, scope)
    diagnostics.push(...unknown)
    if (value !== undefined) {
      targets.push({
        kind: 'Gateway',
        name: objectNameOf(value),
        namespace: gatewayNamespace(value, scope),
        path,
        address: value.address,
        gateways: [],
      })
    }
  }
  for (const [index, name] of (filter.spec.workloads ?? []).entries()) {
    const path = ['workloads', index]
    const { value, diagnostics: unknown } = findWorkload(name, filter, path, scope)
    diagnostics.push(...unknown)
    if (value === undefined) continue
    const known = routesFromGateways(value, scope)
    const routes = known.length === 0 ? [{ name: value.service ?? value.name, gateways: [] }] : known
    const { namespace, address } = value
    targets.push(...routes.map((route): Target => ({ ...route, kind: 'HTTPRoute', namespace, path, address })))
    if (known.length === 0) diagnostics.push(unreachable(filter, value, path))
  }
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { manifests: [], diagnostics }
  const alone = targets.filter((target) => chainAt(target, scope).length < 2)
  diagnostics.push(...targets.flatMap((target) => outOfOrder(filter, target, scope)).slice(0, 1))
  const namespaces = [...new Set(alone.map((target) => target.namespace))]
  const own = namespaces.map((namespace) => {
    const here = alone.filter((target) => target.namespace === namespace)
    return policy(objectNameOf(filter), [filter], namespace, here)
  })
  return { manifests: [...own, ...shared(filter, targets, scope)], diagnostics }
}

/** The filters of a target. A route's policy takes the place of its gateway's, so it holds the filters of the gateway too, first. */
function chainAt(target: Target, scope: Scope): readonly ComponentOf<'filters'>[] {
  const before = target.gateways.flatMap((gateway) => filtersAt(gateway, scope))
  return [...new Set([...before, ...filtersAt(target.address, scope)])]
}

/** Of several policies on one target Envoy Gateway takes only the oldest: the first filter there has one policy for all, in order. */
function shared(filter: ComponentOf<'filters'>, targets: readonly Target[], scope: Scope): readonly DesiredManifest[] {
  return targets.flatMap((target) => {
    const chain = chainAt(target, scope)
    if (chain.length < 2 || filtersAt(target.address, scope)[0]?.address !== filter.address) return []
    return [policy(joinName(target.name, 'filters'), chain, target.namespace, [target])]
  })
}

function routesFromGateways(
  workload: ResolvedWorkload,
  scope: Scope,
): readonly { readonly name: string; readonly gateways: readonly string[] }[] {
  return (indexOf(scope).traffic.get(workload.address) ?? [])
    .filter((policy) => (policy.spec.gateways ?? []).length > 0 && policy.spec.routes !== undefined)
    .map((policy) => ({
      name: routeName(policy, workload),
      gateways: (policy.spec.gateways ?? []).map((name) => addressIn('gateways', name, policy.scope)),
    }))
}

function unreachable(filter: ComponentOf<'filters'>, workload: ResolvedWorkload, path: ValuePath): Diagnostic {
  return mistake(filter, path, 'MF3008', {
    severity: 'warning',
    summary: `No route of this design leads from a gateway to ${workload.address}`,
    detail: `Envoy Gateway puts filters into gateways: this one waits for an HTTPRoute named ${workload.service ?? workload.name}.`,
    hint: 'Give its traffic policy `gateways: [...]`, or attach the filter to a gateway.',
  })
}

function policy(
  name: string,
  filters: readonly ComponentOf<'filters'>[],
  namespace: string,
  targets: readonly Target[],
): DesiredManifest {
  const [first] = targets
  const wasm = filters.filter(({ spec }) => filterKindOf(spec) === 'wasm')
  const lua = filters.filter(({ spec }) => filterKindOf(spec) === 'lua')
  return traceManifest(
    {
      apiVersion: EXTENSION_POLICY_API,
      kind: 'EnvoyExtensionPolicy',
      metadata: { name, namespace, annotations: behaviourAnnotations(filters) },
      spec: {
        targetRefs: targets.map(({ kind, name, path }) => from(path, { group: GATEWAY_GROUP, kind, name })),
        ...(wasm.length === 0 ? {} : { wasm: wasm.map(wasmExtension) }),
        ...(lua.length === 0 ? {} : { lua: lua.map(luaExtension) }),
      },
    },
    first?.path ?? [],
  )
}

/** A configuration as the value whose JSON the module is handed; undefined where its text is no JSON. */
function configValue(config: FilterSpec['config']): Draft {
  if (typeof config !== 'string') return config as Draft
  try {
    return JSON.parse(config) as Draft
  } catch {
    return undefined
  }
}

function configMistakes(filter: ComponentOf<'filters'>): readonly Diagnostic[] {
  const { config } = filter.spec
  if (filterKindOf(filter.spec) !== 'wasm' || config === undefined || configValue(config) !== undefined) return []
  return [
    mistake(filter, ['config'], 'MF3020', {
      summary: 'Envoy Gateway hands a module its configuration as JSON, and this text is none',
      hint: 'Write the configuration as an object, or use a module that reads JSON.',
    }),
  ]
}

/** Envoy Gateway runs Lua before Wasm, whichever the design has first. */
function outOfOrder(filter: ComponentOf<'filters'>, target: Target, scope: Scope): readonly Diagnostic[] {
  if (filterKindOf(filter.spec) !== 'lua') return []
  const chain = chainAt(target, scope)
  const before = chain.slice(
    0,
    chain.findIndex(({ address }) => address === filter.address),
  )
  const module = before.find(({ spec }) => filterKindOf(spec) === 'wasm')
  if (module === undefined) return []
  return [
    mistake(filter, ['kind'], 'MF3002', {
      severity: 'warning',
      summary: `Envoy Gateway runs ${filter.address}, which is Lua, before ${module.address}`,
      detail: 'The design has them the other way round; filters of each kind keep their order.',
      hint: 'Put Lua filters first, or set filterOrder of your EnvoyProxy.',
    }),
  ]
}

function luaExtension({ spec }: ComponentOf<'filters'>): Draft {
  return { type: 'Inline', inline: from(['code'], spec.code) }
}

function wasmExtension(filter: ComponentOf<'filters'>): Draft {
  const { spec } = filter
  const image = spec.source?.startsWith('oci://') === true
  const source = {
    url: from(['source'], image ? spec.source?.slice('oci://'.length) : spec.source),
    sha256: from(['sha256'], spec.sha256),
  }
  const pullPolicy =
    spec.pullPolicy === undefined ? undefined : from(['pullPolicy'], spec.pullPolicy === 'always' ? 'Always' : 'IfNotPresent')
  return {
    name: joinName(objectNameOf(filter)),
    rootID: from(['rootId'], spec.rootId),
    code: image
      ? {
          type: 'Image',
          pullPolicy,
          image: {
            ...source,
            pullSecretRef: spec.pullSecret === undefined ? undefined : { name: from(['pullSecret'], spec.pullSecret) },
          },
        }
      : { type: 'HTTP', pullPolicy, http: source },
    config: from(['config'], configValue(spec.config)),
    failOpen: from(['failOpen'], spec.failOpen),
    env: spec.hostEnvironment === undefined ? undefined : { hostKeys: from(['hostEnvironment'], spec.hostEnvironment) },
  }
}
