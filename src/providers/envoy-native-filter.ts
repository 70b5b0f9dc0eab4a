import type { ComponentOf } from '../design/component.ts'
import { objectNameOf } from '../design/object-name.ts'
import { type FilterKind, filterKindOf } from './filter-kind.ts'
import { type Draft, type DraftObject, from } from './traced-manifest.ts'

/** A filter that Envoy brings along: its name, and the type of its configuration. */
interface NativeFilter {
  readonly name: string
  readonly type: string
}

type NativeKind = Exclude<FilterKind, 'wasm' | 'lua'>

/** Envoy's filters by the kinds of the language: those of requests, and those of connections where there is one. */
const NATIVE_FILTERS: { readonly [Kind in NativeKind]: { readonly http: NativeFilter; readonly tcp?: NativeFilter } } = {
  'local-rate-limit': {
    http: {
      name: 'envoy.filters.http.local_ratelimit',
      type: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
    },
    tcp: {
      name: 'envoy.filters.network.local_ratelimit',
      type: 'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit',
    },
  },
  'ext-authz': {
    http: { name: 'envoy.filters.http.ext_authz', type: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz' },
    tcp: { name: 'envoy.filters.network.ext_authz', type: 'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz' },
  },
  rbac: {
    http: { name: 'envoy.filters.http.rbac', type: 'envoy.extensions.filters.http.rbac.v3.RBAC' },
    tcp: { name: 'envoy.filters.network.rbac', type: 'envoy.extensions.filters.network.rbac.v3.RBAC' },
  },
  cors: { http: { name: 'envoy.filters.http.cors', type: 'envoy.extensions.filters.http.cors.v3.Cors' } },
  compression: {
    http: { name: 'envoy.filters.http.compressor', type: 'envoy.extensions.filters.http.compressor.v3.Compressor' },
  },
}

/** The filter as Envoy configures it: Lua source, or a native filter with the configuration of the design. */
export function nativeFilter(filter: ComponentOf<'filters'>): Draft {
  const { spec } = filter
  const kind = filterKindOf(spec)
  if (kind === 'lua' || kind === 'wasm') {
    return {
      name: 'envoy.filters.http.lua',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
        default_source_code: { inline_string: from(['code'], spec.code) },
      },
    }
  }
  const { http, tcp } = NATIVE_FILTERS[kind]
  const native = (spec.protocol === 'tcp' ? tcp : undefined) ?? http
  const config = typeof spec.config === 'object' ? (spec.config as DraftObject) : {}
  // Network filters count under a name that they must be given.
  const statistics = native === tcp ? { stat_prefix: objectNameOf(filter) } : {}
  const open =
    kind === 'ext-authz' && spec.failOpen !== undefined ? { failure_mode_allow: from(['failOpen'], spec.failOpen) } : {}
  return {
    name: native.name,
    typed_config: from(['config'], { '@type': `type.googleapis.com/${native.type}`, ...statistics, ...open, ...config }),
  }
}
