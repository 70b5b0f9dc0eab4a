import type { Design } from '../design/design.ts'
import type { ProviderCatalog } from '../engine/make-plan.ts'
import { findProvider, meshProviders } from '../providers/registry.ts'
import { requireCapabilities } from '../providers/require-capability.ts'
import { resolveWorkload } from '../providers/resolve-workload.ts'

/** The mesh providers as the planner takes them. */
export const providerCatalog: ProviderCatalog = {
  providers: meshProviders,
  resolveWorkload,
  refuse: requireCapabilities,
  nearestProvider: (name) => findProvider(name).nearest,
}

/** The mesh providers with the fields of kinds, which are read only where the design has settings to be held against them. */
export async function catalogFor(design: Design): Promise<ProviderCatalog> {
  const settings = design.components.some(({ section, spec }) => section !== 'meshes' && 'settings' in spec)
  if (!settings) return providerCatalog
  const { fieldsOfKind } = await import('../providers/fields-of-kind.ts')
  return { ...providerCatalog, fieldsOf: fieldsOfKind }
}
