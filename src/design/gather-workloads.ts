import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** A design whose resources with pods are workloads, and the manifests that these name, by path beside the design. */
export interface GatheredWorkloads {
  readonly value: JsonObject
  readonly manifests: ReadonlyMap<string, readonly JsonObject[]>
}

/** Kinds that run until they are stopped: what a mesh takes in and traffic goes to. */
const RUNNING = ['Deployment', 'StatefulSet', 'DaemonSet']

/**
 * Makes a workload of each resource with pods that stay, with the Services that select them and the ServiceAccount that they run as. The
 * objects go to files as they are, so what runs already stays the same. Resources are those of a converted design: a manifest each.
 */
export function gatherWorkloads(design: JsonObject): GatheredWorkloads {
  const resources = objectsIn(design.resources)
  const workloads: Record<string, JsonObject> = {}
  const manifests = new Map<string, readonly JsonObject[]>()
  const moved = new Map<string, string>()
  const members = new Map<string, readonly string[]>()
  for (const [name, resource] of Object.entries(resources)) {
    if (!RUNNING.includes(String(manifestOf(resource).kind))) continue
    const beside = Object.keys(resources).filter((other) => !moved.has(other) && belongs(resources[other], resource))
    members.set(name, [name, ...beside])
    for (const each of [name, ...beside]) moved.set(each, name)
  }
  const renamed = (address: JsonValue): JsonValue => {
    const home = typeof address === 'string' ? moved.get(address.replace(/^resources\./, '')) : undefined
    return home === undefined ? address : `workloads.${home}`
  }
  for (const [name, parts] of members) {
    const { cluster, lifecycle, manifest } = resources[name] ?? {}
    const path = `./manifests/${name}.yaml`
    const waits = parts.flatMap((part) => listOf(resources[part]?.dependsOn)).map(renamed)
    const dependsOn = [...new Set(waits)].filter((address) => address !== `workloads.${name}`)
    const namespace = objectIn(objectIn(manifest).metadata).namespace
    manifests.set(
      path,
      parts.map((part) => plainTexts(manifestOf(resources[part])) as JsonObject),
    )
    workloads[name] = {
      ...(cluster === undefined ? {} : { cluster }),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      ...(lifecycle === undefined ? {} : { lifecycle }),
      ...(namespace === undefined ? {} : { namespace }),
      manifests: [path],
    }
  }
  const others = Object.entries(resources).flatMap(([name, resource]) => {
    if (moved.has(name)) return []
    const { dependsOn, ...rest } = resource
    return [
      [
        name,
        { ...(dependsOn === undefined ? {} : { dependsOn: [...new Set(listOf(dependsOn).map(renamed))] }), ...rest },
      ] as const,
    ]
  })
  const { resources: _resources, ...head } = design
  const value: JsonObject = {
    ...head,
    ...(members.size === 0 ? {} : { workloads }),
    ...(others.length === 0 ? {} : { resources: Object.fromEntries(others) }),
  }
  return { value, manifests }
}

/** True for a Service that selects the pods of a workload, and for the ServiceAccount that they run as. */
function belongs(other: JsonObject | undefined, workload: JsonObject): boolean {
  if (other === undefined || other.cluster !== workload.cluster) return false
  const [manifest, own] = [manifestOf(other), manifestOf(workload)]
  const [metadata, ownMetadata] = [objectIn(manifest.metadata), objectIn(own.metadata)]
  if ((metadata.namespace ?? 'default') !== (ownMetadata.namespace ?? 'default')) return false
  const template = objectIn(objectIn(own.spec).template)
  if (manifest.kind === 'ServiceAccount') return objectIn(template.spec).serviceAccountName === metadata.name
  if (manifest.kind !== 'Service') return false
  const selector = Object.entries(objectIn(objectIn(manifest.spec).selector))
  const labels = objectIn(objectIn(template.metadata).labels)
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value)
}

/** Files of manifests hold no expressions, so that nothing in them is escaped. */
function plainTexts(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll('$${', () => '${')
  if (Array.isArray(value)) return value.map(plainTexts)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [String(plainTexts(key)), plainTexts(item)]))
}

function manifestOf(resource: JsonObject | undefined): JsonObject {
  return objectIn(resource?.manifest)
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function objectsIn(value: JsonValue | undefined): { readonly [name: string]: JsonObject } {
  return Object.fromEntries(Object.entries(objectIn(value)).map(([name, item]) => [name, objectIn(item)]))
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}
