import type { JsonValue } from '../../plan/json.ts'
import type { ImageReference } from '../../registry/artifact-reference.ts'
import { layersOf } from '../../registry/image-manifest.ts'
import { digestOf } from '../../registry/read-response.ts'
import { type RegistryAccess, RegistryClient } from '../../registry/registry-client.ts'
import { RegistryError } from '../../registry/registry-error.ts'
import { type Envelope, envelopeOf, STATEMENT_TYPE } from './dsse.ts'
import { MEDIA } from './image-layout.ts'

const largestSignature = 1024 * 1024

/** The tag that a signature of a manifest stands under: registries without the referrers interface keep it too. */
function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.dsse`
}

/** The signature that was put beside an image; undefined when there is none. Throws RegistryError. */
export async function pullSignature(
  image: ImageReference,
  digest: string,
  access: RegistryAccess,
): Promise<Envelope | undefined> {
  const client = new RegistryClient(access, image)
  try {
    const manifest: JsonValue = JSON.parse((await client.manifest(signatureTag(digest))).bytes.toString('utf8'))
    const layer = layersOf(manifest)?.find((entry) => entry.mediaType === STATEMENT_TYPE)
    if (layer === undefined) return undefined
    const envelope: JsonValue = JSON.parse((await client.blob(layer.digest, largestSignature)).toString('utf8'))
    return envelopeOf(envelope)
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof RegistryError && error.reason === 'not-found')) return undefined
    throw error
  }
}

/** Puts a signature beside an image, as an artifact whose subject is the image. */
export async function pushSignature(
  image: ImageReference,
  subject: { readonly digest: string; readonly size: number },
  envelope: Envelope,
  access: RegistryAccess,
): Promise<void> {
  const client = new RegistryClient(access, image)
  const empty = Buffer.from('{}')
  const layer = Buffer.from(JSON.stringify(envelope))
  await client.putBlob(empty)
  await client.putBlob(layer)
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    artifactType: STATEMENT_TYPE,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(empty), size: empty.length },
    layers: [{ mediaType: STATEMENT_TYPE, digest: digestOf(layer), size: layer.length }],
    subject: { mediaType: MEDIA.ociManifest, digest: subject.digest, size: subject.size },
  }
  await client.putManifest(signatureTag(subject.digest), MEDIA.ociManifest, Buffer.from(JSON.stringify(manifest)))
}
