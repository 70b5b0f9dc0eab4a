import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { asObject } from './application.ts'
import { given } from './given.ts'
import { ownLabels } from './pod-spec.ts'
import type { Placement } from './policies.ts'
import type { RenderScope } from './render-scope.ts'

/** Built-in kinds that live in no namespace. */
const WITHOUT_NAMESPACE = new Set([
  'APIService',
  'CSIDriver',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingWebhookConfiguration',
])

/** Annotations of an Application that speak to KubeVela or kubectl. */
const NOT_PASSED_ON = /(^|\.)oam\.dev\/|^kubectl\.kubernetes\.io\//

/** What an application passes on to its objects. */
export interface PassedOn {
  readonly namespace: string | undefined
  readonly labels: JsonObject
  readonly annotations: JsonObject
}

/**
 * An object with its name, its namespace, and the marks of the application. Objects that are given whole take a name and a namespace
 * where they have none, and no marks.
 */
export function finishObject(
  object: JsonObject,
  scope: RenderScope,
  placement: Placement,
  passedOn: PassedOn,
  isWhole: boolean,
): JsonObject {
  const { apiVersion, kind, metadata, ...rest } = object
  const { name = scope.component, namespace, labels, annotations, ...others } = asObject(metadata)
  const wanted = WITHOUT_NAMESPACE.has(String(kind)) ? undefined : (namespace ?? placement.namespace ?? passedOn.namespace)
  const allLabels = isWhole ? asObject(labels) : { ...passedOn.labels, ...ownLabels(scope), ...asObject(labels) }
  const allAnnotations = isWhole ? asObject(annotations) : { ...passedOn.annotations, ...asObject(annotations) }
  const made = given({
    name,
    namespace: wanted,
    labels: Object.keys(allLabels).length === 0 ? undefined : allLabels,
    annotations: Object.keys(allAnnotations).length === 0 ? undefined : allAnnotations,
    ...others,
  })
  const finished = given({
    apiVersion,
    kind,
    metadata: isJsonObject(metadata) ? scope.places.copy(made, metadata) : made,
    ...rest,
  })
  return scope.places.copy(finished, object)
}

/** What an application passes on, of its own metadata. */
export function passedOn(metadata: JsonObject): PassedOn {
  const annotations = Object.entries(asObject(metadata.annotations)).filter(([key]) => !NOT_PASSED_ON.test(key))
  return {
    namespace: typeof metadata.namespace === 'string' ? metadata.namespace : undefined,
    labels: asObject(metadata.labels),
    annotations: Object.fromEntries(annotations),
  }
}
