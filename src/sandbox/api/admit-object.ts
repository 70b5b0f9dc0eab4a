import type { JsonObject } from '../../plan/json.ts'
import { defaultClassName, withClass } from '../admission/default-class.ts'
import { withRangeDefaults } from '../admission/limit-range.ts'
import { withFailureTolerations } from '../admission/node-failure-tolerations.ts'
import { admitPriority, withPriorityOf } from '../admission/pod-priority.ts'
import { admitRuntime } from '../admission/pod-runtime.ts'
import { podSecurityViolation } from '../admission/pod-security.ts'
import { podSecurityErrors, podSecurityStandard } from '../admission/pod-security-labels.ts'
import { rangeRefusal } from '../admission/range-limits.ts'
import { quotaRefusal } from '../admission/resource-quota.ts'
import { claimProtection, volumeProtection, withProtection } from '../admission/storage-protection.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import type { FieldError } from '../resource-type.ts'
import type { StorageKey } from '../store/stored-object.ts'
import type { ApiContext } from './api-context.ts'
import type { ServedResource } from './resource-registry.ts'
import { forbidden, invalid } from './status-error.ts'

function allOf(context: ApiContext, storage: string): JsonObject[] {
  return context.store.list(storage).map((stored) => stored.object)
}

function admitPod(context: ApiContext, resource: ServedResource, name: string, pod: JsonObject): JsonObject {
  const verdict = admitPriority(pod, allOf(context, 'scheduling.k8s.io/priorityclasses'))
  if (!verdict.ok) throw forbidden(resource.plural, name, verdict.why)
  const classNamed = (className: string): JsonObject | undefined =>
    context.store.get('node.k8s.io/runtimeclasses', '', className)?.object
  const runtime = admitRuntime(withFailureTolerations(verdict.pod), classNamed)
  if (!runtime.ok) throw forbidden(resource.plural, name, runtime.why)
  const namespace = textAt(objectAt(pod, 'metadata'), 'namespace')
  const ranges = context.store.list('/limitranges', namespace).map((stored) => stored.object)
  return withRangeDefaults(runtime.pod, ranges)
}

/** Where the specification of pods stands in the kinds that have one. */
const podSpecs: { readonly [storage: string]: readonly string[] | undefined } = {
  '/pods': ['spec'],
  '/podtemplates': ['template', 'spec'],
  '/replicationcontrollers': ['spec', 'template', 'spec'],
  'apps/deployments': ['spec', 'template', 'spec'],
  'apps/replicasets': ['spec', 'template', 'spec'],
  'apps/statefulsets': ['spec', 'template', 'spec'],
  'apps/daemonsets': ['spec', 'template', 'spec'],
  'batch/jobs': ['spec', 'template', 'spec'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

/**
 * Holds a new object to the pod security standards of its namespace: pods that break what is enforced are refused, and
 * whatever makes pods that break what is warned of is told so. Answers the warnings.
 */
export function admitByPodSecurity(
  context: ApiContext,
  resource: ServedResource,
  name: string,
  namespace: string,
  object: JsonObject,
): readonly string[] {
  const path = podSpecs[resource.storage]
  if (path === undefined) return []
  const owner = context.store.get('/namespaces', '', namespace)?.object
  const spec = path.reduce<JsonObject | undefined>((value, key) => objectAt(value, key), object) ?? {}
  const violation = (mode: 'enforce' | 'warn'): string | undefined => {
    const standard = podSecurityStandard(owner, mode)
    const detail = standard === undefined ? undefined : podSecurityViolation(spec, standard.level)
    return detail === undefined ? undefined : `violate${mode === 'warn' ? '' : 's'} PodSecurity "${standard?.name}": ${detail}`
  }
  const refusal = resource.storage === '/pods' ? violation('enforce') : undefined
  if (refusal !== undefined) throw forbidden(resource.plural, name, refusal)
  const warning = violation('warn')
  return warning === undefined ? [] : [`would ${warning}`]
}

/** Refuses a new object that is beyond the limits of its namespace or that its quotas have no room for. Events are never counted. */
export function admitWithinLimits(
  context: ApiContext,
  resource: ServedResource,
  name: string,
  namespace: string,
  object: JsonObject,
): void {
  const { storage } = resource
  if (namespace === '' || storage === '/events') return
  const listed = (of: string): readonly JsonObject[] => context.store.list(of, namespace).map((stored) => stored.object)
  const added = { storage, object }
  const quotas = listed('/resourcequotas')
  const isRanged = storage === '/pods' || storage === '/persistentvolumeclaims'
  const beyond = isRanged ? rangeRefusal(listed('/limitranges'), added) : undefined
  const why = beyond ?? (quotas.length === 0 ? undefined : quotaRefusal(quotas, added, listed))
  if (why !== undefined) throw forbidden(resource.plural, name, why)
}

/** Kinds of which a changed object may take more of a quota than it did. */
const growing: ReadonlySet<string> = new Set(['/services', '/persistentvolumeclaims'])

/** Refuses a change that takes more than the namespace's quotas have room for. */
export function admitMore(
  context: ApiContext,
  resource: ServedResource,
  key: StorageKey,
  object: JsonObject,
  before: JsonObject,
): void {
  const { storage } = resource
  if (!growing.has(storage)) return
  const listed = (of: string): readonly JsonObject[] => context.store.list(of, key.namespace).map((stored) => stored.object)
  const why = quotaRefusal(listed('/resourcequotas'), { storage, object }, listed, { storage, object: before })
  if (why !== undefined) throw forbidden(resource.plural, key.name, why)
}

function refuse(resource: ServedResource, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(resource.kind, name, errors)
}

/** What the admission plugins that every server runs make of a new object. */
export function admitNew(context: ApiContext, resource: ServedResource, name: string, object: JsonObject): JsonObject {
  switch (resource.storage) {
    case '/pods':
      return admitPod(context, resource, name, object)
    case '/namespaces':
      refuse(resource, name, podSecurityErrors(object))
      return object
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

/** What they make of a changed one. A pod keeps the priority that it was given. */
export function admitChanged(resource: ServedResource, subresource: string, object: JsonObject, live: JsonObject): JsonObject {
  if (resource.storage === '/namespaces' && subresource === '') {
    refuse(resource, textAt(objectAt(live, 'metadata'), 'name'), podSecurityErrors(object, live))
  }
  if (resource.storage !== '/pods' || subresource !== '') return object
  return withFailureTolerations(withPriorityOf(live, object))
}
