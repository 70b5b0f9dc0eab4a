import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import type { Places } from '../places.ts'
import { asObject } from './application.ts'
import { mergeNamed, mergePatch } from './patch.ts'
import type { Rendered } from './render-scope.ts'

/**
 * Services of one name as one: a component that exposes its ports and has a trait that does so too makes two, and in a cluster of KubeVela
 * the later one would be written over the earlier. Ports are joined by their numbers; what else the later one says holds.
 */
export function mergeServices(
  { output, outputs }: Rendered,
  places: Places,
): { readonly rendered: Rendered; readonly merged: boolean } {
  const made: Record<string, JsonObject> = {}
  let merged = false
  for (const [key, object] of Object.entries(outputs)) {
    const [same] =
      Object.entries(made).find(([, each]) => serviceName(each) !== undefined && serviceName(each) === serviceName(object)) ?? []
    const earlier = same === undefined ? undefined : made[same]
    if (same === undefined || earlier === undefined) {
      made[key] = object
      continue
    }
    merged = true
    const ports = asObject(object.spec).ports
    const joined = mergeNamed(
      asObject(earlier.spec).ports,
      Array.isArray(ports) ? ports.filter(isJsonObject) : [],
      places,
      'port',
    )
    made[same] = mergePatch(earlier, { ...object, spec: { ...asObject(object.spec), ports: joined } }, places) as JsonObject
  }
  return { rendered: { output, outputs: made }, merged }
}

function serviceName({ kind, metadata }: JsonObject): string | undefined {
  const { name, namespace = '' } = asObject(metadata)
  return kind === 'Service' && typeof name === 'string' ? `${String(namespace)}/${name}` : undefined
}
