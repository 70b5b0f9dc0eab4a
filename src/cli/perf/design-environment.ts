import type { Design } from '../../design/design.ts'
import type { RunEnvironment } from '../../perf/load/load-result.ts'

/**
 * Where a check of a design measures: the mesh of what it depends on, with its version and mutual TLS, and the cluster. Empty for a
 * check that no mesh is found for.
 */
export function designEnvironment(design: Design | undefined, address: string): RunEnvironment {
  if (design === undefined) return {}
  const byAddress = new Map(design.components.map((component) => [component.address, component]))
  const check = byAddress.get(address)
  if (check === undefined) return {}
  const seen = new Set<string>([address])
  const open = [...check.dependencies]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (seen.has(next)) continue
    seen.add(next)
    const component = byAddress.get(next)
    if (component === undefined) continue
    if (component.section === 'meshes') {
      const { provider, version, mtls } = component.spec
      return {
        mesh: provider,
        cluster: component.cluster,
        ...(version === undefined ? {} : { meshVersion: version }),
        ...(mtls === undefined ? {} : { mtls }),
      }
    }
    open.push(...component.dependencies)
  }
  return { cluster: check.cluster }
}
