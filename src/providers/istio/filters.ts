import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { envoyHttpFilter } from '../envoy-http-filter.ts'
import { filterKindOf } from '../filter-kind.ts'
import { filterMistakes } from '../filter-mistakes.ts'
import { findGateway, findWorkload } from '../references.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { ENVOY_FILTER_API, WASM_PLUGIN_API } from './api.ts'
import { httpFilterPatch, type PatchContext } from './envoy-patch.ts'
import { gatewaySelector } from './gateway.ts'
import { gatewayNamespace } from './gateway-place.ts'

/** What a filter is attached to in one object: a resource carries one selector, so each target has its own object. */
export interface FilterTarget {
  readonly name: string
  readonly namespace: string
  readonly context: PatchContext
  readonly attachment: DraftObject
  readonly path: ValuePath
}

const PHASES = { authn: 'AUTHN', authz: 'AUTHZ', stats: 'STATS', unspecified: undefined } as const

/** The sidecars and gateway pods a filter is attached to. */
export function sidecarTargets(
  filter: ComponentOf<'filters'>,
  scope: Scope,
): { readonly targets: readonly FilterTarget[]; readonly diagnostics: readonly Diagnostic[] } {
  const context: PatchContext = filter.spec.direction === 'outbound' ? 'SIDECAR_OUTBOUND' : 'SIDECAR_INBOUND'
  const selected = (labels: StringMap, kind: 'selector' | 'workloadSelector'): DraftObject => ({
    [kind]: kind === 'selector' ? { matchLabels: labels } : { labels },
  })
  const kind = filterKindOf(filter.spec) === 'wasm' ? 'selector' : 'workloadSelector'
  const diagnostics: Diagnostic[] = []
  const workloads = (filter.spec.workloads ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['workloads', index]
    const found = findWorkload(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    const { name: workload, namespace, selector } = found.value
    return [{ name: workload, namespace, context, attachment: selected(selector, kind), path }]
  })
  const gateways = (filter.spec.gateways ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['gateways', index]
    const found = findGateway(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    return [
      {
        name: objectNameOf(found.value),
        namespace: gatewayNamespace(found.value, scope),
        context: 'GATEWAY',
        attachment: selected(gatewaySelector(found.value), kind),
        path,
      },
    ]
  })
  return { targets: [...workloads, ...gateways], diagnostics }
}

/** A filter as WasmPlugin or EnvoyFilter, one for each target. */
export function istioFilter(filter: ComponentOf<'filters'>, targets: readonly FilterTarget[]): Translation {
  const incomplete = filterMistakes(filter)
  if (incomplete.length > 0) return { manifests: [], diagnostics: incomplete }
  const wasm = filterKindOf(filter.spec) === 'wasm'
  return {
    manifests: targets.map((target) => (wasm ? wasmPlugin(filter, target) : envoyFilter(filter, target))),
    diagnostics: [],
  }
}

function filterName(filter: ComponentOf<'filters'>, target: FilterTarget): string {
  const name = objectNameOf(filter)
  return target.name === name ? name : joinName(target.name, name)
}

function wasmPlugin(filter: ComponentOf<'filters'>, target: FilterTarget): DesiredManifest {
  const { spec } = filter
  const { config } = spec
  const environment = Object.entries(spec.environment ?? {})
  return traceManifest(
    {
      apiVersion: WASM_PLUGIN_API,
      kind: 'WasmPlugin',
      metadata: { name: filterName(filter, target), namespace: target.namespace },
      spec: {
        ...target.attachment,
        url: from(['source'], spec.source),
        sha256: from(['sha256'], spec.sha256),
        imagePullSecret: from(['pullSecret'], spec.pullSecret),
        phase: spec.phase === undefined ? undefined : from(['phase'], PHASES[spec.phase]),
        priority: from(['priority'], spec.priority),
        pluginName: from(['rootId'], spec.rootId),
        // A string is not an object, so Istio hands it over under this key of its own Struct.
        pluginConfig: from(['config'], typeof config === 'string' ? { value: config } : (config as Draft)),
        failStrategy: spec.failOpen === undefined ? undefined : from(['failOpen'], spec.failOpen ? 'FAIL_OPEN' : 'FAIL_CLOSE'),
        match: spec.direction === 'outbound' ? from(['direction'], [{ mode: 'CLIENT' }]) : undefined,
        vmConfig:
          environment.length === 0
            ? undefined
            : from(['environment'], {
                env: environment.map(([name, value]) => from(['environment', name], { name, value, valueFrom: 'INLINE' })),
              }),
      },
    },
    target.path,
  )
}

function envoyFilter(filter: ComponentOf<'filters'>, target: FilterTarget): DesiredManifest {
  return traceManifest(
    {
      apiVersion: ENVOY_FILTER_API,
      kind: 'EnvoyFilter',
      metadata: { name: filterName(filter, target), namespace: target.namespace },
      spec: {
        ...target.attachment,
        // A filter patched in later stands nearer the router, and patches go from low to high: the other way round than plugins.
        priority: from(['priority'], filter.spec.priority === undefined ? undefined : 0 - filter.spec.priority),
        configPatches: [httpFilterPatch(target.context, envoyHttpFilter(filter))],
      },
    },
    target.path,
  )
}
