import type { ImageReference } from '../registry/artifact-reference.ts'
import { descriptorOf, type Image, jsonBytes, layersOf, manifestsOf, OCI_TYPES, parseBlob } from '../registry/image-manifest.ts'
import { digestOf } from '../registry/read-response.ts'
import { type RegistryAccess, RegistryClient } from '../registry/registry-client.ts'
import { RegistryError } from '../registry/registry-error.ts'
import { PATTERN_LIMITS, type PatternFiles, packArchive, readArchive } from './pattern-archive.ts'

/** What a pattern in a registry calls itself: an artifact of its own type, with the files in one layer. */
export const PATTERN_TYPES = {
  artifact: 'application/vnd.meshform.pattern.v1',
  layer: 'application/vnd.meshform.pattern.layer.v1.tar+gzip',
} as const

/** What a pattern says of itself in its metadata. */
export interface PatternMetadata {
  readonly name: string
  readonly version?: string
  readonly description?: string
}

/** Builds the image of a pattern. The same files and metadata give the same bytes, so the same digest. */
export function buildPatternImage(files: PatternFiles, metadata: PatternMetadata): Image {
  const layer = packArchive(files)
  const config = jsonBytes({})
  const annotations = Object.fromEntries(
    Object.entries({ title: metadata.name, version: metadata.version, description: metadata.description }).flatMap(
      ([key, text]) => (text === undefined ? [] : [[`org.opencontainers.image.${key}`, text]]),
    ),
  )
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: OCI_TYPES.manifest,
    artifactType: PATTERN_TYPES.artifact,
    config: descriptorOf(OCI_TYPES.empty, config),
    layers: [descriptorOf(PATTERN_TYPES.layer, layer, 'pattern.tar.gz')],
    annotations,
  })
  return { manifest, blobs: [config, layer] }
}

/** Puts a pattern into a registry; answers the manifest's digest. Throws RegistryError. */
export async function pushPattern(
  image: ImageReference,
  access: RegistryAccess,
  files: PatternFiles,
  metadata: PatternMetadata,
): Promise<string> {
  const client = new RegistryClient(access, image)
  const built = buildPatternImage(files, metadata)
  for (const blob of built.blobs) await client.putBlob(blob)
  const digest = digestOf(built.manifest)
  await client.putManifest(image.tag ?? digest, OCI_TYPES.manifest, built.manifest)
  return digest
}

/** Fetches a pattern. An archive that another tool pushed as the only layer is one too. Throws RegistryError. */
export async function pullPattern(
  image: ImageReference,
  access: RegistryAccess,
): Promise<{ readonly files: PatternFiles; readonly digest: string }> {
  const client = new RegistryClient(access, image)
  const first = await client.manifest(image.digest ?? image.tag ?? 'latest')
  let manifest = parseBlob(first.bytes)
  const [inner] = manifestsOf(manifest) ?? []
  if (inner !== undefined) manifest = parseBlob((await client.manifest(inner.digest)).bytes)
  const layers = layersOf(manifest) ?? []
  const archives = layers.filter(({ mediaType }) => /[.+]tar(\+gzip|\.gzip)?$/.test(mediaType))
  const [layer] = archives
  if (layer === undefined || archives.length > 1) {
    const types = [...new Set(layers.map(({ mediaType }) => mediaType))].join(', ')
    throw new RegistryError('wrong-content', `the image carries no pattern; its layers are ${types === '' ? 'none' : types}`)
  }
  return { files: await readArchive(await client.blob(layer.digest, PATTERN_LIMITS.archive)), digest: first.digest }
}
