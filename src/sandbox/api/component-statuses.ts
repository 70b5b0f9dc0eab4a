import type { JsonObject } from '../../plan/json.ts'
import { jsonAnswer, type SandboxRequest, type SandboxResponse } from './exchange.ts'
import type { ResourceTarget } from './request-target.ts'
import { methodNotAllowed, notFound } from './status-error.ts'
import { warningHeader } from './warning-header.ts'

/** How discovery lists the kind, which is asked of the parts of a control plane and never stored. */
export const componentStatusEntry: JsonObject = {
  name: 'componentstatuses',
  singularName: 'componentstatus',
  namespaced: false,
  kind: 'ComponentStatus',
  verbs: ['get', 'list'],
  shortNames: ['cs'],
}

const messages: ReadonlyMap<string, string> = new Map([
  ['controller-manager', 'ok'],
  ['scheduler', 'ok'],
  ['etcd-0', 'ok'],
])

function statusOf(name: string, message: string): JsonObject {
  return { metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message }] }
}

/** Tells that the parts of the control plane are well, which here are one. Throws what a request for them is refused with. */
export function componentStatusAnswer(request: SandboxRequest, { name }: ResourceTarget): SandboxResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
  const headers = warningHeader(['v1 ComponentStatus is deprecated in v1.19+'])
  if (name === undefined) {
    const items = [...messages].map(([each, message]) => statusOf(each, message))
    return jsonAnswer(200, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items }, headers)
  }
  const message = messages.get(name)
  if (message === undefined) throw notFound({ group: '', name: 'componentstatuses' }, name)
  return jsonAnswer(200, { kind: 'ComponentStatus', apiVersion: 'v1', ...statusOf(name, message) }, headers)
}
