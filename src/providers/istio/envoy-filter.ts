import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { DesiredManifest } from '../contract.ts'
import { nativeFilter } from '../envoy-native-filter.ts'
import { wasmConfig } from '../envoy-wasm-filter.ts'
import { filterKindOf } from '../filter-kind.ts'
import { type Draft, type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { ENVOY_FILTER_API } from './api.ts'
import { discoveredFilter, httpFilterPatch, networkFilterPatch, type PatchPlace } from './envoy-patch.ts'
import type { FilterTarget } from './filter-target.ts'

type Filter = ComponentOf<'filters'>

/** A filter as EnvoyFilter: one of Envoy's own, Lua, or a module that a WasmPlugin has no words for. */
export function envoyFilter(filter: Filter, target: FilterTarget, name: string, priority: number): DesiredManifest {
  const { spec } = filter
  const { attachment } = target
  const first = spec.phase === 'authn'
  // A patch that comes later puts its filter nearer the router, or before those put first; patches go from low to high.
  const order = first ? priority : 0 - priority
  return traceManifest(
    {
      apiVersion: ENVOY_FILTER_API,
      kind: 'EnvoyFilter',
      metadata: { name, namespace: target.namespace },
      spec: {
        ...('labels' in attachment ? { workloadSelector: { labels: attachment.labels } } : attachment),
        priority: spec.priority === undefined && order === 0 ? undefined : from(['priority'], order),
        configPatches: patches(filter, target),
      },
    },
    target.path,
  )
}

function patches(filter: Filter, target: FilterTarget): readonly Draft[] {
  const { spec } = filter
  const where = spec.phase === 'authn' ? 'first' : 'last'
  const put = spec.protocol === 'tcp' ? networkFilterPatch : httpFilterPatch
  const places = target.contexts.flatMap((context): readonly PatchPlace[] =>
    spec.ports === undefined ? [{ context }] : spec.ports.map((port) => ({ context, port })),
  )
  if (filterKindOf(spec) !== 'wasm') return places.map((place) => put(place, nativeFilter(filter), where))
  const { filter: discovered, extension } = discoveredFilter(
    `meshform.${target.namespace}.${target.name}.${objectNameOf(filter)}`,
    wasmConfig(filter, moduleCode(filter)),
  )
  return [extension, ...places.map((place) => put(place, discovered, where))]
}

/** Where Istio's agent gets the module from: it fetches http(s):// and oci:// addresses and hands Envoy a file. */
function moduleCode({ spec }: Filter): DraftObject {
  const { source = '', sha256 } = spec
  if (source.startsWith('file://')) return { local: { filename: from(['source'], source.slice('file://'.length)) } }
  return {
    remote: { http_uri: { uri: from(['source'], source), timeout: '30s', cluster: '_' }, sha256: from(['sha256'], sha256) },
  }
}
