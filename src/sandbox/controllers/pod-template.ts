import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { objectAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import type { ControllerWorld } from './controller.ts'
import { uidOf } from './object-cache.ts'

/** The one node of the sandbox. */
export const sandboxNode = 'sandbox'

/** Letters of generated names: no vowels, so that no words appear. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  return hash
}

/** A number in the letters of generated names. */
export function encodeSuffix(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let place = 0; place < length; place += 1) {
    text += alphabet[rest % alphabet.length]
    rest = Math.floor(rest / alphabet.length) + Math.imul(place + 1, 7)
  }
  return text
}

function canonical(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, child]) => [key, canonical(child)]))
}

/** A name for a pod template: equal templates have equal hashes, whatever the order of their keys. */
export function templateHash(template: JsonObject): string {
  const text = String(hashText(JSON.stringify(canonical(template))))
  return [...text].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}

/** The reference by which an owner controls what it makes. */
export function ownerReference(apiVersion: string, kind: string, owner: JsonObject): JsonObject {
  return {
    apiVersion,
    kind,
    name: textAt(objectAt(owner, 'metadata'), 'name'),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** What a pod made from a template gets besides the template. */
export interface PodIdentity {
  readonly name: string
  readonly generateName?: string
  readonly owner: JsonObject
  readonly namespace: string
  readonly labels?: { readonly [key: string]: string }
  readonly annotations?: { readonly [key: string]: string }
  readonly hostname?: string
  readonly subdomain?: string
  readonly volumes?: readonly JsonObject[]
}

/** A pod made from a template, bound to the node from the start. */
export function podFromTemplate(template: JsonObject, identity: PodIdentity): JsonObject {
  const metadata = objectAt(template, 'metadata')
  const labels = { ...stringMapAt(metadata, 'labels'), ...identity.labels }
  const annotations = { ...stringMapAt(metadata, 'annotations'), ...identity.annotations }
  const spec = objectAt(template, 'spec') ?? {}
  const claimed = new Set(identity.volumes?.map((volume) => volume.name))
  const volumes = Array.isArray(spec.volumes) ? spec.volumes : []
  const ownVolumes = volumes.filter((volume) => !claimed.has(textAt(volume as JsonObject, 'name')))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: identity.name,
      ...(identity.generateName === undefined ? {} : { generateName: identity.generateName }),
      namespace: identity.namespace,
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [identity.owner],
    },
    spec: {
      ...spec,
      ...(identity.volumes === undefined ? {} : { volumes: [...ownVolumes, ...identity.volumes] }),
      ...(identity.hostname === undefined ? {} : { hostname: identity.hostname }),
      ...(identity.subdomain === undefined || identity.subdomain === '' ? {} : { subdomain: identity.subdomain }),
      nodeName: sandboxNode,
    },
  }
}

/** Until a pod that was refused is tried again. Long enough to keep no process waiting for it. */
const refusedPodDelayMs = 2000

/** How the controller of an owner tells of the pods that it makes. */
export interface PodMaker {
  readonly owner: JsonObject
  /** The controller's name, such as `replicaset-controller`. */
  readonly source: string
  /** What it says of a pod that was made; `Created pod: NAME` when left out. */
  readonly made?: (name: string) => string
  /** What it says of one that was refused; `Error creating: WHY` when left out. */
  readonly refused?: (name: string, why: string) => string
}

/** Makes a pod. Where it is refused, such as by a quota, the answer is why, and its owner looks again after a while. */
export function makePod(pod: JsonObject, maker: PodMaker, world: ControllerWorld): string | undefined {
  const { owner, source } = maker
  const outcome = world.host.tryCreate('/Pod', pod)
  const name = textAt(objectAt(pod, 'metadata'), 'name')
  if (outcome.ok) {
    const message = maker.made?.(name) ?? `Created pod: ${name}`
    world.report(owner, { type: 'Normal', reason: 'SuccessfulCreate', message, source })
    return undefined
  }
  const message = maker.refused?.(name, outcome.why) ?? `Error creating: ${outcome.why}`
  world.report(owner, { type: 'Warning', reason: 'FailedCreate', message, source })
  world.lookAgain(refusedPodDelayMs)
  return outcome.why
}
