import type { FilterSpec } from '../design/schema/filter.ts'

/** What a filter is. */
export type FilterKind = NonNullable<FilterSpec['kind']>

/** The kind of a filter: told, or Lua by its code or the ending of its source, else Wasm. */
export function filterKindOf(spec: FilterSpec): FilterKind {
  if (spec.kind !== undefined) return spec.kind
  return spec.code !== undefined || spec.source?.endsWith('.lua') === true ? 'lua' : 'wasm'
}
