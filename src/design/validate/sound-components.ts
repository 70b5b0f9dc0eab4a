import type { Diagnostic } from '../../plan/diagnostic.ts'
import { topologicalOrder } from '../../plan/topological-order.ts'
import type { Component } from '../component.ts'

/** The components that no error concerns, neither themselves nor anything they depend on. */
export function soundComponents(components: readonly Component[], diagnostics: readonly Diagnostic[]): readonly Component[] {
  const wrong = new Set(
    diagnostics.flatMap(({ severity, address }) => (severity === 'error' && address !== undefined ? [address] : [])),
  )
  const byAddress = new Map(components.map((component) => [component.address, component]))
  const sound = new Set<string>()
  for (const address of orderWithoutCycles(byAddress)) {
    const component = byAddress.get(address)
    if (component === undefined || wrong.has(address) || wrong.has(`${component.section}.${component.name}`)) continue
    if (component.dependencies.every((dependency) => sound.has(dependency))) sound.add(address)
  }
  return components.filter(({ address }) => sound.has(address))
}

/** Addresses, each after those it depends on. Those of a circle are left out, so that whoever depends on them finds them missing. */
function orderWithoutCycles(components: ReadonlyMap<string, Component>): readonly string[] {
  let left = [...components.keys()]
  for (;;) {
    const sorted = topologicalOrder(left, (address) => components.get(address)?.dependencies ?? [])
    if ('order' in sorted) return sorted.order
    const circle = new Set(sorted.cycle)
    left = left.filter((address) => !circle.has(address))
  }
}
