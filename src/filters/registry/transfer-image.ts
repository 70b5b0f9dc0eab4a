import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { ImageReference } from '../../registry/artifact-reference.ts'
import { type Descriptor, layersOf, manifestsOf, parseBlob } from '../../registry/image-manifest.ts'
import { digestOf } from '../../registry/read-response.ts'
import { type RegistryAccess, RegistryClient } from '../../registry/registry-client.ts'
import { RegistryError } from '../../registry/registry-error.ts'
import { readTarEntry } from '../../registry/tar-entry.ts'
import { maximumModuleSize } from '../inspect/inspect-filter.ts'
import { type FilterMetadata, metadataOf } from './filter-metadata.ts'
import { buildImage, type ImageVariant, MEDIA } from './image-layout.ts'

/** A module that came out of a registry. */
export interface PulledModule {
  readonly module: Buffer
  readonly metadata: FilterMetadata
  /** The manifest's digest: what a mesh is told to check. */
  readonly digest: string
  readonly variant: ImageVariant
}

const largestConfig = 1024 * 1024

/** Fetches a module the way meshes do (Istio's pkg/wasm/imagefetcher.go): Docker layers, then the compat layout, then oci. */
export async function pullImage(image: ImageReference, access: RegistryAccess): Promise<PulledModule> {
  const client = new RegistryClient(access, image)
  const first = await client.manifest(image.digest ?? image.tag ?? 'latest')
  let manifest = parseBlob(first.bytes)
  const index = manifestsOf(manifest)
  if (index !== undefined) {
    const chosen = index.find((entry) => entry.mediaType === MEDIA.ociManifest) ?? index[0]
    if (chosen === undefined) throw new RegistryError('wrong-content', 'the image is an index of nothing')
    manifest = parseBlob((await client.manifest(chosen.digest)).bytes)
  }
  const layers = layersOf(manifest)
  if (layers === undefined || layers.length === 0) throw new RegistryError('wrong-content', 'the image has no layers')
  const config = layers.find((layer) => layer.mediaType === MEDIA.moduleConfig)
  const plain = layers.find((layer) => layer.mediaType === MEDIA.moduleContent || layer.mediaType === MEDIA.wasm)
  if (plain !== undefined) {
    const module = await client.blob(plain.digest, maximumModuleSize)
    const told = config === undefined ? undefined : parseBlob(await client.blob(config.digest, largestConfig))
    return { module, metadata: runtimeMetadata(told), digest: first.digest, variant: 'oci' }
  }
  const last = layers.at(-1)
  if (last !== undefined && isArchive(last)) {
    const archive = await client.blob(last.digest, maximumModuleSize)
    const module = readTarEntry(archive, 'plugin.wasm', maximumModuleSize)
    if (module === undefined) throw new RegistryError('wrong-content', 'the last layer of the image holds no plugin.wasm')
    const told = readTarEntry(archive, 'runtime-config.json', maximumModuleSize)
    const metadata = runtimeMetadata(told === undefined ? undefined : parseBlob(told))
    return { module: Buffer.from(module), metadata, digest: first.digest, variant: 'compat' }
  }
  const types = [...new Set(layers.map((layer) => layer.mediaType))].join(', ')
  throw new RegistryError('wrong-content', `the image carries no module in a layout that meshes read; its layers are ${types}`)
}

/** Puts a module into a registry under the reference's tag. Answers the manifest's digest and size. */
export async function pushImage(
  image: ImageReference,
  access: RegistryAccess,
  parts: { readonly module: Buffer; readonly metadata: FilterMetadata; readonly abi: string; readonly variant: ImageVariant },
): Promise<{ readonly digest: string; readonly size: number }> {
  const client = new RegistryClient(access, image)
  const built = buildImage(parts.variant, parts.module, parts.metadata, parts.abi)
  for (const blob of built.blobs) await client.putBlob(blob)
  const digest = digestOf(built.manifest)
  await client.putManifest(image.tag ?? digest, MEDIA.ociManifest, built.manifest)
  return { digest, size: built.manifest.length }
}

function isArchive(layer: Descriptor): boolean {
  return layer.mediaType === MEDIA.tarGzip || layer.mediaType === MEDIA.dockerLayer || layer.mediaType.endsWith('.tar')
}

/** What runtime-config.json says: our own metadata, and the root ids under either of the names that tools write. */
function runtimeMetadata(config: JsonValue | undefined): FilterMetadata {
  if (!isJsonObject(config)) return {}
  const inner = isJsonObject(config.config) ? config.config : {}
  const rootIds = inner.rootIds ?? inner.root_ids
  return metadataOf({ ...(isJsonObject(config.metadata) ? config.metadata : {}), ...(rootIds === undefined ? {} : { rootIds }) })
}
