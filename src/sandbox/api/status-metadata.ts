import type { JsonObject } from '../../plan/json.ts'
import { type FieldSet, fieldSetOf } from '../apply/field-set.ts'
import { metadataOf, withMetadata } from './object-metadata.ts'

type Kept = 'all' | readonly string[]

/** Metadata that writes to a kind's status leave as it is, by where the kind is stored. Of most kinds they may change all of it. */
const keptByKind: { readonly [storage: string]: Kept } = {
  'apps/deployments': ['labels'],
  '/pods': ['ownerReferences', 'deletionTimestamp'],
  'apiextensions.k8s.io/customresourcedefinitions': 'all',
  'apiregistration.k8s.io/apiservices': 'all',
  'flowcontrol.apiserver.k8s.io/flowschemas': 'all',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': 'all',
  'admissionregistration.k8s.io/validatingadmissionpolicies': 'all',
  'storage.k8s.io/volumeattachments': 'all',
}

function keptOf(storage: string, custom: boolean): Kept {
  return custom ? 'all' : (keptByKind[storage] ?? [])
}

/** Fields that writes to the status leave to the main resource, and that nobody comes to own through it. */
export function fieldsOutsideStatus(storage: string, custom: boolean): FieldSet {
  const kept = keptOf(storage, custom)
  const metadata = kept === 'all' ? [['f:metadata']] : kept.map((name) => ['f:metadata', `f:${name}`])
  return fieldSetOf([['f:spec'], ...metadata])
}

/** What a write to the status makes of the whole object. */
export function withGivenStatus(storage: string, custom: boolean, live: JsonObject, given: JsonObject): JsonObject {
  const { managedFields, resourceVersion } = metadataOf(given)
  const before = metadataOf(live)
  const kept = keptOf(storage, custom)
  const metadata =
    kept === 'all' ? before : { ...metadataOf(given), ...Object.fromEntries(kept.map((name) => [name, before[name]])) }
  const { status: _old, ...rest } = live
  const next = withMetadata({ ...rest, metadata: {} }, { ...metadata, managedFields, resourceVersion })
  return given.status === undefined ? next : { ...next, status: given.status }
}
