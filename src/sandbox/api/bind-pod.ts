import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiContext } from './api-context.ts'
import type { SandboxRequest } from './exchange.ts'
import { isTerminating, metadataText, timestamp, withMetadata } from './object-metadata.ts'
import { readOptions } from './request-body.ts'
import { writeOptionsOf } from './request-options.ts'
import { badRequest, conflict, internal } from './status-error.ts'

function checkTarget(target: JsonObject): void {
  const errors = new FieldErrors()
  const kind = textAt(target, 'kind')
  if (kind !== '' && kind !== 'Node') errors.notSupported('target.kind', kind, ['Node', '<empty>'])
  if (textAt(target, 'name') === '') errors.required('target.name')
  const texts = errors.all.map(({ field, message }) => `${field}: ${message}`)
  // These never were made an answer of their own.
  if (texts.length > 0) throw internal(texts.length === 1 ? String(texts[0]) : `[${texts.join(', ')}]`)
}

function scheduled(pod: JsonObject, now: string): JsonObject {
  const status = objectAt(pod, 'status') ?? {}
  const others = objectsAt(status, 'conditions').filter((condition) => condition.type !== 'PodScheduled')
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now }
  return { ...status, conditions: [...others, condition] }
}

/** Puts a pod on a node, as schedulers do it. Answers the status of success. */
export function bindPod(context: ApiContext, request: SandboxRequest, query: URLSearchParams, live: StoredObject): JsonObject {
  const options = writeOptionsOf(query, request.headers?.['user-agent'] ?? '', 'CreateOptions', false)
  const binding = readOptions(request, 'Binding') ?? {}
  const { name } = live.key
  if (metadataText(binding, 'name') !== name) throw badRequest('name in URL does not match name in Binding object')
  const target = objectAt(binding, 'target') ?? {}
  checkTarget(target)
  const pod = live.object
  const spec = objectAt(pod, 'spec') ?? {}
  const refused = (why: string): Error => conflict({ group: '', name: 'pods/binding' }, name, why)
  if (isTerminating(pod)) throw refused(`pod ${name} is being deleted, cannot be assigned to a host`)
  const node = textAt(spec, 'nodeName')
  if (node !== '') throw refused(`pod ${name} is already assigned to node ${JSON.stringify(node)}`)
  if (objectsAt(spec, 'schedulingGates').length > 0) throw refused(`pod ${name} has non-empty .spec.schedulingGates`)
  if (!options.dryRun) {
    const own = stringMapAt(objectAt(pod, 'metadata'), 'annotations')
    const annotations = { ...own, ...stringMapAt(objectAt(binding, 'metadata'), 'annotations') }
    const annotated = Object.keys(annotations).length === 0 ? pod : withMetadata(pod, { annotations })
    const bound = { ...annotated, spec: { ...spec, nodeName: textAt(target, 'name') } }
    context.store.put(live.key, { ...bound, status: scheduled(pod, timestamp(context.now())) })
  }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}
