import { digestOf } from '../plan/canonical-json.ts'
import type { Manifest } from '../plan/manifest.ts'
import { isSecretDigest, secretDigest } from '../plan/secret-digest.ts'
import type { SensitiveTexts } from '../plan/sensitive-text.ts'
import type { DesiredObject } from './desired-object.ts'

/** The digest of an object as it is sent: salted and stretched where it holds secrets. */
export function objectDigest(id: string, manifest: Manifest, sensitive: Pick<SensitiveTexts, 'isIn'>): string {
  const isSecret = manifest.kind === 'Secret' && manifest.apiVersion === 'v1'
  return isSecret || sensitive.isIn(manifest) ? secretDigest(manifest, id) : digestOf(manifest)
}

/** True when a recorded digest is that of the object, be it of the time when those of secrets were plain. */
export function isDigestOf(recorded: string, { digest, manifest }: Pick<DesiredObject, 'digest' | 'manifest'>): boolean {
  return recorded === digest || (isSecretDigest(digest) && !isSecretDigest(recorded) && recorded === digestOf(manifest))
}
