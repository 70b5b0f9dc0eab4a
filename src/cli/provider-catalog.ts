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
