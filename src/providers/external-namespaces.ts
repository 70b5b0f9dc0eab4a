import type { ComponentOf } from '../design/component.ts'
import type { Scope } from './contract.ts'
import { addressIn } from './references.ts'
import { indexOf } from './scope-index.ts'

type External = ComponentOf<'external'>

/**
 * Namespaces whose workloads call a host outside: the one that the design names, else each that the mesh has workloads in, sorted.
 * For meshes whose objects hold for their own namespace alone.
 */
export function callingNamespaces({ spec }: External, scope: Scope): readonly string[] {
  if (spec.namespace !== undefined) return [spec.namespace]
  const all = [...indexOf(scope).byNamespace.keys()].sort()
  return all.length === 0 ? ['default'] : all
}

/** Where the object of a host outside stands in meshes that look for it only in namespaces of their own. */
export function meshedNamespace(external: External, scope: Scope): string {
  const [first = 'default'] = callingNamespaces(external, scope)
  return first
}

/** The hosts outside that this mesh lets through, in the order of the design. */
export function externalsOf(scope: Scope): readonly External[] {
  return [...scope.external.values()].filter(
    (external) => addressIn('meshes', external.spec.mesh, external.scope) === scope.mesh.address,
  )
}
