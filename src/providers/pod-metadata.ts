import { isJsonObject, type JsonObject } from '../plan/json.ts'
import type { Manifest, StringMap } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { DesiredManifest } from './contract.ts'
import { podTemplateOf } from './workload-manifests.ts'

/** Labels and annotations to be set on pods. */
export interface PodMetadata {
  readonly labels?: StringMap
  readonly annotations?: StringMap
}

/** The objects with these marks on the pods they make; `origin` is where the design asks for them. */
export function withPodMetadata(
  objects: readonly DesiredManifest[],
  metadata: PodMetadata,
  origin: ValuePath,
): readonly DesiredManifest[] {
  return objects.map((object) => {
    const place = templatePath(object.manifest)
    if (place === undefined) return object
    const template = podTemplateOf(object.manifest)
    const own = isJsonObject(template?.metadata) ? template.metadata : {}
    const changed: JsonObject = {
      ...own,
      ...(metadata.labels === undefined ? {} : { labels: { ...objectOf(own.labels), ...metadata.labels } }),
      ...(metadata.annotations === undefined ? {} : { annotations: { ...objectOf(own.annotations), ...metadata.annotations } }),
    }
    const pointer = [...place, 'metadata'].map((step) => `/${step}`).join('')
    const origins: Record<string, ValuePath> = { ...object.origins }
    for (const key of ['labels', 'annotations'] as const) {
      for (const name of Object.keys(metadata[key] ?? {})) {
        origins[`${pointer}/${key}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`] = origin
      }
    }
    return { manifest: replaceAt(object.manifest, [...place, 'metadata'], changed) as Manifest, origins }
  })
}

/** Sets labels or annotations on objects themselves, where `wanted` says so. */
export function withObjectMetadata(
  object: DesiredManifest,
  key: 'labels' | 'annotations',
  values: StringMap,
  origin: ValuePath,
): DesiredManifest {
  const { metadata } = object.manifest
  const origins: Record<string, ValuePath> = { ...object.origins }
  for (const name of Object.keys(values)) {
    origins[`/metadata/${key}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`] = origin
  }
  return {
    manifest: { ...object.manifest, metadata: { ...metadata, [key]: { ...metadata[key], ...values } } },
    origins,
  }
}

function templatePath(manifest: Manifest): readonly string[] | undefined {
  if (podTemplateOf(manifest) === undefined) return undefined
  if (manifest.kind === 'Pod') return []
  return manifest.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template']
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

function replaceAt(object: JsonObject, path: readonly string[], value: JsonObject): JsonObject {
  const [key, ...rest] = path
  if (key === undefined) return value
  return { ...object, [key]: replaceAt(objectOf(object[key]), rest, value) }
}
