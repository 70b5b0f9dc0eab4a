import type { Diagnostic } from '../../plan/diagnostic.ts'
import { topologicalOrder } from '../../plan/topological-order.ts'
import type { Component } from '../component.ts'

/** The components that no error concerns, neither themselves nor anything they depend on. */
export function soundComponents(components: readonly Component[], diagnostics: readonly Diagnostic[]): readonly Component[] {
  const wrong = new Set(
    diagnostics.flatMap(({ severity, address }) => (severity === 'error' && address !== undefined ? [address] : [])),
  )
  const byAddress = new Map(components.map((component) => [component.address, component]))
  const sorted = topologicalOrder([...byAddress.keys()], (address) => byAddress.get(address)?.dependencies ?? [])
  if (!('order' in sorted)) return []
  const sound = new Set<string>()
  for (const address of sorted.order) {
    const component = byAddress.get(address)
    if (component === undefined || wrong.has(address) || wrong.has(`${component.section}.${component.name}`)) continue
    if (component.dependencies.every((dependency) => sound.has(dependency))) sound.add(address)
  }
  return components.filter(({ address }) => sound.has(address))
}
