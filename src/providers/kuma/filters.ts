import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { nativeFilter } from '../envoy-native-filter.ts'
import { moduleCluster, unverifiedModule, wasmFilter } from '../envoy-wasm-filter.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { behaviourAnnotations, filtersAt } from '../filter-order.ts'
import { findWorkload } from '../references.ts'
import { type Draft, from, plainValue, traceManifest } from '../traced-manifest.ts'
import { dataplanes, KUMA_API, policyLabels } from './api.ts'
import { chainPatch, patchValue } from './proxy-patch.ts'

/** A filter as MeshProxyPatch of each workload. */
export function kumaFilter(filter: ComponentOf<'filters'>, scope: Scope): Translation {
  const diagnostics: Diagnostic[] = [...filterMistakes(filter), ...unverifiedModule(filter)]
  const targets = (filter.spec.workloads ?? []).flatMap((name, index) => {
    const path = ['workloads', index]
    const found = findWorkload(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    return found.value === undefined ? [] : [{ workload: found.value, path }]
  })
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) return { manifests: [], diagnostics }
  return { manifests: targets.flatMap(({ workload, path }) => proxyPatch(filter, workload, path, scope)), diagnostics }
}

/** Where several filters share a workload, the first has one patch for all: between patches Kuma promises no order. */
function proxyPatch(
  filter: ComponentOf<'filters'>,
  workload: ResolvedWorkload,
  path: ValuePath,
  scope: Scope,
): readonly DesiredManifest[] {
  const all = filtersAt(workload.address, scope)
  if (all.length > 1 && all[0]?.address !== filter.address) return []
  // Those of phase authn are each put first, so the one that shall be first comes last.
  const chain = [...all.filter(isFirst).reverse(), ...all.filter((each) => !isFirst(each))]
  const name = all.length > 1 ? 'filters' : objectNameOf(filter)
  const patch = traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshProxyPatch',
      metadata: {
        name: workload.name === name ? name : joinName(workload.name, name),
        namespace: workload.namespace,
        labels: policyLabels(scope),
        annotations: behaviourAnnotations(all),
      },
      spec: {
        targetRef: from(path, dataplanes(workload)),
        default: {
          appendModifications: chain.flatMap((each) => modifications(each, each.address === filter.address)),
        },
      },
    },
    path,
  )
  return [patch]
}

function isFirst({ spec }: ComponentOf<'filters'>): boolean {
  return spec.phase === 'authn'
}

/** What puts one filter into the chain: each directly before the end of it, so the last of several stands nearest, or first. */
function modifications(filter: ComponentOf<'filters'>, own: boolean): readonly Draft[] {
  const { spec } = filter
  const wasm = filterKindOf(spec) === 'wasm'
  const { direction = 'inbound', protocol = 'http' } = spec
  const value = patchValue(plainValue(wasm ? wasmFilter(filter) : nativeFilter(filter)))
  const cluster = wasm ? moduleCluster(filter) : undefined
  const origins = direction === 'both' ? (['inbound', 'outbound'] as const) : [direction]
  const patches = origins.map((origin) => chainPatch({ origin, protocol, first: spec.phase === 'authn' }, value))
  return [
    ...(cluster === undefined ? [] : [{ cluster: { operation: 'Add', value: patchValue(plainValue(cluster)) } }]),
    ...patches.map((patch) => (own ? from(wasm ? ['source'] : ['kind'], patch) : patch)),
  ]
}
