import type { ComponentOf } from '../design/component.ts'
import { filterKindOf } from './filter-kind.ts'
import { type Draft, type DraftObject, from } from './traced-manifest.ts'

/** Envoy's HTTP filters by the kinds of the language, with the type of their configuration. */
const NATIVE_FILTERS = {
  'local-rate-limit': {
    name: 'envoy.filters.http.local_ratelimit',
    type: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  },
  'ext-authz': { name: 'envoy.filters.http.ext_authz', type: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz' },
  cors: { name: 'envoy.filters.http.cors', type: 'envoy.extensions.filters.http.cors.v3.Cors' },
  compression: { name: 'envoy.filters.http.compressor', type: 'envoy.extensions.filters.http.compressor.v3.Compressor' },
} as const

/** The filter as Envoy configures it: Lua source, or a native filter with the configuration of the design. */
export function envoyHttpFilter(filter: ComponentOf<'filters'>): Draft {
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
  const native = NATIVE_FILTERS[kind]
  const config = typeof spec.config === 'object' ? (spec.config as DraftObject) : {}
  return {
    name: native.name,
    typed_config: from(['config'], { '@type': `type.googleapis.com/${native.type}`, ...config }),
  }
}
