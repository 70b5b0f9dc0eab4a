import { descriptorOf, type Image, jsonBytes, OCI_TYPES } from '../../registry/image-manifest.ts'
import { digestOf } from '../../registry/read-response.ts'
import { plainTar, writeTar } from '../../registry/tar-entry.ts'
import type { FilterMetadata } from './filter-metadata.ts'

/** Media types of the two ways to carry a module (solo-io/wasm, spec/spec.md and spec-compat.md), and of today's others. */
export const MEDIA = {
  ociManifest: OCI_TYPES.manifest,
  ociConfig: OCI_TYPES.config,
  moduleConfig: 'application/vnd.module.wasm.config.v1+json',
  moduleContent: 'application/vnd.module.wasm.content.layer.v1+wasm',
  wasm: 'application/wasm',
  tarGzip: OCI_TYPES.tarGzip,
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

/** How an image carries its module: two layers of their own types, or an archive in the last layer as images of containers do. */
export type ImageVariant = 'oci' | 'compat'

/** Builds the image of a module. The same module and metadata give the same bytes, so the same digest. */
export function buildImage(variant: ImageVariant, module: Buffer, metadata: FilterMetadata, abi: string): Image {
  const { rootIds, ...told } = metadata
  const runtime = jsonBytes({
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
    const config = jsonBytes({})
    return {
      manifest: jsonBytes({
        schemaVersion: 2,
        mediaType: MEDIA.ociManifest,
        config: descriptorOf(MEDIA.ociConfig, config),
        layers: [
          descriptorOf(MEDIA.moduleConfig, runtime, 'runtime-config.json'),
          descriptorOf(MEDIA.moduleContent, module, 'filter.wasm'),
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
  const config = jsonBytes({ architecture: 'wasm', os: 'wasi', rootfs: { type: 'layers', diff_ids: [unpacked] }, config: {} })
  return {
    manifest: jsonBytes({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: descriptorOf(MEDIA.ociConfig, config),
      layers: [descriptorOf(MEDIA.tarGzip, layer)],
      annotations: { ...annotations, 'module.wasm.image/variant': 'compat' },
    }),
    blobs: [config, layer],
  }
}
