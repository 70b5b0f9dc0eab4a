import { dirname, resolve } from 'node:path'
import type { Component, ComponentOf } from '../../design/component.ts'
import type { Design } from '../../design/design.ts'
import { filterKindOf } from '../../providers/filter-kind.ts'
import type { CommandIo } from '../command-io.ts'

/** A Wasm filter of a design that proxies fetch from an address. */
export type RemoteFilter = ComponentOf<'filters'> & { readonly spec: { readonly source: string } }

/** The folder of a design, whose lock file speaks for it. */
export function designFolder(io: CommandIo, design: Design): string {
  const path = resolve(io.cwd, design.directory)
  return /\.(ya?ml|json)$/i.test(path) ? dirname(path) : path // one file was named, not the folder it stands in
}

/** True for a Wasm filter whose source is an address that could stand for other bytes tomorrow. */
export function isRemoteFilter(component: Component): component is RemoteFilter {
  return (
    component.section === 'filters' &&
    filterKindOf(component.spec) === 'wasm' &&
    /^(oci|https?):\/\//.test(component.spec.source ?? '')
  )
}
