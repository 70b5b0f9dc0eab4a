import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textsAt } from '../builtin/json-tree.ts'

/** Holds a claim while a pod uses it. */
export const claimProtection = 'kubernetes.io/pvc-protection'
/** Holds a volume while a claim has it. */
export const volumeProtection = 'kubernetes.io/pv-protection'

/** A new object with the finalizer that keeps it as long as it is used. */
export function withProtection(object: JsonObject, finalizer: string): JsonObject {
  const metadata = objectAt(object, 'metadata') ?? {}
  const finalizers = textsAt(metadata, 'finalizers')
  if (finalizers.includes(finalizer)) return object
  return { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } }
}
