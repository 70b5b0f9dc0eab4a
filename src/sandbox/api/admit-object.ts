import type { JsonObject } from '../../plan/json.ts'
import { defaultClassName, withClass } from '../admission/default-class.ts'
import { withFailureTolerations } from '../admission/node-failure-tolerations.ts'
import { admitPriority } from '../admission/pod-priority.ts'
import { claimProtection, volumeProtection, withProtection } from '../admission/storage-protection.ts'
import { objectAt } from '../builtin/json-tree.ts'
import type { ApiContext } from './api-context.ts'
import type { ServedResource } from './resource-registry.ts'
import { forbidden } from './status-error.ts'

function allOf(context: ApiContext, storage: string): JsonObject[] {
  return context.store.list(storage).map((stored) => stored.object)
}

function admitPod(context: ApiContext, resource: ServedResource, name: string, pod: JsonObject): JsonObject {
  const verdict = admitPriority(pod, allOf(context, 'scheduling.k8s.io/priorityclasses'))
  if (!verdict.ok) throw forbidden(resource.plural, name, verdict.why)
  return withFailureTolerations(verdict.pod)
}

/** What the admission plugins that every server runs make of a new object. */
export function admitNew(context: ApiContext, resource: ServedResource, name: string, object: JsonObject): JsonObject {
  switch (resource.storage) {
    case '/pods':
      return admitPod(context, resource, name, object)
    case '/persistentvolumes':
      return withProtection(object, volumeProtection)
    case '/persistentvolumeclaims': {
      const classes = allOf(context, 'storage.k8s.io/storageclasses')
      const className = defaultClassName(classes, 'storageclass.kubernetes.io/is-default-class')
      return withClass(withProtection(object, claimProtection), 'storageClassName', className)
    }
    case 'networking.k8s.io/ingresses': {
      const annotated = objectAt(objectAt(object, 'metadata'), 'annotations')?.['kubernetes.io/ingress.class']
      if (annotated !== undefined) return object
      const classes = allOf(context, 'networking.k8s.io/ingressclasses')
      return withClass(object, 'ingressClassName', defaultClassName(classes, 'ingressclass.kubernetes.io/is-default-class'))
    }
    default:
      return object
  }
}

/** What they make of a changed one. */
export function admitChanged(resource: ServedResource, subresource: string, object: JsonObject): JsonObject {
  return resource.storage === '/pods' && subresource === '' ? withFailureTolerations(object) : object
}
