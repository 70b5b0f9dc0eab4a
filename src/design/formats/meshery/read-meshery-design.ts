import { isJsonObject } from '../../../plan/json.ts'
import type { SourceDocument } from '../../source/yaml-source.ts'
import type { Conversion } from '../conversion.ts'
import { readComponents } from './read-components.ts'
import { readServices } from './read-services.ts'

/** True for a design of Meshery, of the older form with `services` or the newer one with `components`. */
export function isMesheryDesign({ value }: SourceDocument): boolean {
  if (!isJsonObject(value) || value.kind !== undefined) return false
  if (typeof value.schemaVersion === 'string' && value.schemaVersion.startsWith('designs.meshery.io/')) return true
  if (Array.isArray(value.components)) return typeof value.name === 'string' && Array.isArray(value.relationships)
  if (typeof value.name !== 'string' || !isJsonObject(value.services)) return false
  const services = Object.values(value.services).filter(isJsonObject)
  // Services of Compose files and the like say other things of themselves.
  return services.some(({ type }) => typeof type === 'string') && !services.some((each) => 'image' in each || 'build' in each)
}

/** A design of Meshery as one of ours. */
export function readMesheryDesign(document: SourceDocument): Conversion {
  return isJsonObject(document.value) && isJsonObject(document.value.services) ? readServices(document) : readComponents(document)
}
