import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { behaviourAnnotations, filtersAt } from '../filter-order.ts'
import { mistake } from '../mistake.ts'
import { findGateway, findWorkload } from '../references.ts'
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
  const diagnostics: Diagnostic[] = [...filterMistakes(filter)]
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
      })
    }
  }
  for (const [index, name] of (filter.spec.workloads ?? []).entries()) {
    const path = ['workloads', index]
    const { value, diagnostics: unknown } = findWorkload(name, filter, path, scope)
    diagnostics.push(...unknown)
    if (value === undefined) continue
    const known = routesFromGateways(value, scope)
    const routes = known.length === 0 ? [value.service ?? value.name] : known
    const { namespace, address } = value
    targets.push(...routes.map((route): Target => ({ kind: 'HTTPRoute', name: route, namespace, path, address })))
    if (known.length === 0) diagnostics.push(unreachable(filter, value, path))
  }
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { manifests: [], diagnostics }
  const alone = targets.filter((target) => filtersAt(target.address, scope).length < 2)
  const namespaces = [...new Set(alone.map((target) => target.namespace))]
  const own = namespaces.map((namespace) => {
    const here = alone.filter((target) => target.namespace === namespace)
    return policy(objectNameOf(filter), [filter], namespace, here)
  })
  return { manifests: [...own, ...shared(filter, targets, scope)], diagnostics }
}

/** Of several policies on one target Envoy Gateway takes only the oldest: the first filter there has one policy for all, in order. */
function shared(filter: ComponentOf<'filters'>, targets: readonly Target[], scope: Scope): readonly DesiredManifest[] {
  return targets.flatMap((target) => {
    const all = filtersAt(target.address, scope)
    if (all.length < 2 || all[0]?.address !== filter.address) return []
    return [policy(joinName(target.name, 'filters'), all, target.namespace, [target])]
  })
}

function routesFromGateways(workload: ResolvedWorkload, scope: Scope): readonly string[] {
  return (indexOf(scope).traffic.get(workload.address) ?? [])
    .filter((policy) => (policy.spec.gateways ?? []).length > 0 && policy.spec.routes !== undefined)
    .map((policy) => routeName(policy, workload))
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
  return {
    name: joinName(objectNameOf(filter)),
    rootID: from(['rootId'], spec.rootId),
    code: image
      ? {
          type: 'Image',
          image: {
            ...source,
            pullSecretRef: spec.pullSecret === undefined ? undefined : { name: from(['pullSecret'], spec.pullSecret) },
          },
        }
      : { type: 'HTTP', http: source },
    config: from(['config'], spec.config as Draft),
    failOpen: from(['failOpen'], spec.failOpen),
  }
}
