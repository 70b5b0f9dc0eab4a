import type { Component, Section } from '../component.ts'
import { SECTIONS } from '../module/module-source.ts'

/** Components by address, and the addresses of all items of those that have forEach. */
export interface ComponentIndex {
  readonly byAddress: ReadonlyMap<string, Component>
  /** Address without key -> addresses with keys. */
  readonly items: ReadonlyMap<string, readonly string[]>
}

/** Indexes the components of a design. */
export function indexComponents(components: readonly Component[]): ComponentIndex {
  const byAddress = new Map<string, Component>()
  const items = new Map<string, string[]>()
  for (const component of components) {
    byAddress.set(component.address, component)
    if (component.key === undefined) continue
    const base = component.address.slice(0, component.address.length - JSON.stringify(component.key).length - 2)
    const known = items.get(base)
    if (known === undefined) items.set(base, [component.address])
    else known.push(component.address)
  }
  return { byAddress, items }
}

/** What a name leads to. */
export type FoundComponents =
  | { readonly kind: 'found'; readonly addresses: readonly string[] }
  /** It stands for several items, where one is wanted. */
  | { readonly kind: 'several'; readonly addresses: readonly string[] }
  /** It leads to a component, but of another section than is wanted. */
  | { readonly kind: 'wrong-section'; readonly address: string }
  | { readonly kind: 'missing' }

/**
 * Looks a name up as the place where it stands means it: inside its pattern first, then as a whole address, since a pattern may be
 * given the address of a component outside.
 */
export function findComponents(
  name: string,
  sections: readonly Section[],
  scope: string,
  all: boolean,
  index: ComponentIndex,
): FoundComponents {
  const [first] = sections
  const written = SECTIONS.some((section) => name.startsWith(`${section}.`)) || name.includes('.')
  const address = written || first === undefined ? name : `${first}.${name}`
  for (const candidate of scope === '' ? [address] : [`${scope}.${address}`, address]) {
    const component = index.byAddress.get(candidate)
    if (component !== undefined) {
      const fits = sections.length === 0 || sections.includes(component.section)
      return fits ? { kind: 'found', addresses: [candidate] } : { kind: 'wrong-section', address: candidate }
    }
    const items = index.items.get(candidate)
    if (items !== undefined) return { kind: all ? 'found' : 'several', addresses: items }
  }
  return { kind: 'missing' }
}
