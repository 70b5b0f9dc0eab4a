import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { digestOf } from './read-response.ts'
import { RegistryError } from './registry-error.ts'

/** Media types that every artifact uses (OCI image specification 1.1). */
export const OCI_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  tarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

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

/** The descriptor of a blob, with the name of the file that it is. */
export function descriptorOf(mediaType: string, bytes: Buffer, title?: string): JsonObject {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    ...(title === undefined ? {} : { annotations: { 'org.opencontainers.image.title': title } }),
  }
}

/** JSON as a blob. */
export function jsonBytes(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** What a registry gave as JSON. Throws RegistryError for anything else. */
export function parseBlob(bytes: Buffer): JsonValue {
  try {
    const value: JsonValue = JSON.parse(bytes.toString('utf8'))
    return value
  } catch {
    throw new RegistryError('wrong-content', 'the registry gave something that is not JSON')
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
