import type { Component, ComponentOf } from '../../design/component.ts'
import { filterKindOf } from '../../providers/filter-kind.ts'

/** A Wasm filter of a design that proxies fetch from an address. */
export type RemoteFilter = ComponentOf<'filters'> & { readonly spec: { readonly source: string } }

/** True for a Wasm filter whose source is an address that could stand for other bytes tomorrow. */
export function isRemoteFilter(component: Component): component is RemoteFilter {
  return (
    component.section === 'filters' &&
    filterKindOf(component.spec) === 'wasm' &&
    /^(oci|https?):\/\//.test(component.spec.source ?? '')
  )
}
