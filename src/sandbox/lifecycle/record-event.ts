import type { JsonObject } from '../../plan/json.ts'
import type { ApiContext } from '../api/api-context.ts'
import { metadataOf, metadataText, timestamp } from '../api/object-metadata.ts'

const fields = {
  'f:count': {},
  'f:firstTimestamp': {},
  'f:involvedObject': {},
  'f:lastTimestamp': {},
  'f:message': {},
  'f:reason': {},
  'f:reportingComponent': {},
  'f:reportingInstance': {},
  'f:source': { 'f:component': {} },
  'f:type': {},
} as const

/**
 * Stores an Event that the simulation reports, in the place of one of the same name. It is not written to disk: events are of
 * the moment. Nothing is stored in namespaces that are gone.
 */
export function recordEvent(context: ApiContext, event: JsonObject): void {
  const key = { resource: '/events', namespace: metadataText(event, 'namespace'), name: metadataText(event, 'name') }
  const namespace = context.store.get('/namespaces', '', key.namespace)
  if (namespace === undefined || metadataOf(namespace.object).deletionTimestamp !== undefined) return
  const before = context.store.get(key.resource, key.namespace, key.name)
  const now = timestamp(context.now())
  const entry = { manager: 'kube-controller-manager', operation: 'Update', apiVersion: 'v1', time: now, fieldsType: 'FieldsV1' }
  const metadata = {
    ...metadataOf(event),
    uid: before === undefined ? context.newUid() : metadataText(before.object, 'uid'),
    creationTimestamp: before === undefined ? now : metadataText(before.object, 'creationTimestamp'),
    managedFields: [{ ...entry, fieldsV1: fields }],
  }
  context.store.put(key, { ...event, metadata }, true)
}
