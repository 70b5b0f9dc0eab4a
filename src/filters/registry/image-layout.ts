import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { digestOf } from '../../registry/read-response.ts'
import { plainTar, writeTar } from '../../registry/tar-entry.ts'
import type { FilterMetadata } from './filter-metadata.ts'

/** Media types of the two ways to carry a module (solo-io/wasm, spec/spec.md and spec-compat.md), and of today's others. */
export const MEDIA = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  moduleConfig: 'application/vnd.module.wasm.config.v1+json',
  moduleContent: 'application/vnd.module.wasm.content.layer.v1+wasm',
  wasm: 'application/wasm',
  tarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

/** How an image carries its module: two layers of their own types, or an archive in the last layer as images of containers do. */
export type ImageVariant = 'oci' | 'compat'

/** A descriptor as far as it is read. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
}

/** An image ready to be pushed: its manifest and the blobs that it names, in order. */
export interface Image {
  readonly manifest: Buffer
  readonly blobs: readonly Buffer[]
}

function descriptor(mediaType: string, bytes: Buffer, title?: string): JsonObject {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    ...(title === undefined ? {} : { annotations: { 'org.opencontainers.image.title': title } }),
  }
}

function json(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** Builds the image of a module. The same module and metadata give the same bytes, so the same digest. */
export function buildImage(variant: ImageVariant, module: Buffer, metadata: FilterMetadata, abi: string): Image {
  const { rootIds, ...told } = metadata
  const runtime = json({
    type: 'envoy_proxy',
    abiVersions: [abi],
    config: { rootIds: [...(rootIds ?? [])] },
    metadata: { ...told },
  })
  const { name, version, description, licence, source } = metadata
  const standard = { title: name, version, description, licenses: licence, source }
  const annotations: Record<string, string> = {}
  for (const [key, text] of Object.entries(standard)) {
    if (text !== undefined) annotations[`org.opencontainers.image.${key}`] = text
  }
  if (variant === 'oci') {
    const config = json({})
    return {
      manifest: json({
        schemaVersion: 2,
        mediaType: MEDIA.ociManifest,
        config: descriptor(MEDIA.ociConfig, config),
        layers: [
          descriptor(MEDIA.moduleConfig, runtime, 'runtime-config.json'),
          descriptor(MEDIA.moduleContent, module, 'filter.wasm'),
        ],
        annotations,
      }),
      blobs: [config, runtime, module],
    }
  }
  const files = [
    { name: 'plugin.wasm', content: module },
    { name: 'runtime-config.json', content: runtime },
  ]
  const layer = writeTar(files)
  // Runtimes that unpack the image compare this with the archive as it is unpacked.
  const unpacked = digestOf(plainTar(files))
  const config = json({ architecture: 'wasm', os: 'wasi', rootfs: { type: 'layers', diff_ids: [unpacked] }, config: {} })
  return {
    manifest: json({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: descriptor(MEDIA.ociConfig, config),
      layers: [descriptor(MEDIA.tarGzip, layer)],
      annotations: { ...annotations, 'module.wasm.image/variant': 'compat' },
    }),
    blobs: [config, layer],
  }
}

/** The layers of a manifest; undefined when it is not one. */
export function layersOf(manifest: JsonValue): readonly Descriptor[] | undefined {
  return isJsonObject(manifest) && Array.isArray(manifest.layers) ? descriptors(manifest.layers) : undefined
}

/** The manifests of an index; undefined when it is not one. */
export function manifestsOf(index: JsonValue): readonly Descriptor[] | undefined {
  return isJsonObject(index) && Array.isArray(index.manifests) ? descriptors(index.manifests) : undefined
}

function descriptors(values: readonly JsonValue[]): readonly Descriptor[] {
  return values.flatMap((value) => {
    if (!isJsonObject(value) || typeof value.mediaType !== 'string' || typeof value.digest !== 'string') return []
    if (!/^sha256:[0-9a-f]{64}$/.test(value.digest)) return []
    const annotations = isJsonObject(value.annotations)
      ? Object.fromEntries(
          Object.entries(value.annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
        )
      : {}
    const size = typeof value.size === 'number' ? value.size : 0
    return [{ mediaType: value.mediaType, digest: value.digest, size, annotations }]
  })
}
