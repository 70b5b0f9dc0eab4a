import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../plan/json.ts'
import { isJsonObject } from '../../../plan/json.ts'
import type { StateRef } from '../../state-ref.ts'
import { textAt } from './kubernetes-api.ts'

/** Bytes of one Secret. Kubernetes takes 1 MiB of values; etcd, with names and encoding, 1.5 MiB of everything. */
export const CHUNK_BYTES = 896 * 1024

/** How the head of a state names its content. */
export interface StateHead {
  readonly serial: number
  /** sha256 of the compressed bytes, hex. */
  readonly digest: string
  /** Secrets beside the head that hold the content; 0 when it is in the head itself. */
  readonly chunks: number
  /** Part of the chunks' names; new with each write. */
  readonly generation: string
}

const LABEL = 'meshform.dev/state'
const WORKSPACE_LABEL = 'meshform.dev/workspace'
const DESIGN_LABEL = 'meshform.dev/design'

/** Finds the heads of all states. */
export const HEAD_SELECTOR = `${LABEL}=head`

/** Finds all chunks of a state. */
export function chunkSelector(ref: StateRef): string {
  return `${LABEL}=chunk,${WORKSPACE_LABEL}=${ref.workspace},${DESIGN_LABEL}=${ref.design}`
}

/** Names hold dots, which names of workspaces and designs cannot: so no two states share one. */
export function headName(ref: StateRef): string {
  return `meshform-state.${ref.workspace}.${ref.design}`
}

/** The name of one chunk. */
export function chunkName(ref: StateRef, generation: string, index: number): string {
  return `${chunkPrefix(ref, generation)}${index}`
}

/** What the names of a generation's chunks begin with. */
export function chunkPrefix(ref: StateRef, generation: string): string {
  return `${headName(ref)}.${generation}.`
}

/** The Secret that stands for a state. */
export function headSecret(ref: StateRef, head: StateHead, content: Uint8Array | undefined, resourceVersion: string): JsonObject {
  return {
    ...secret(ref, headName(ref), 'head'),
    metadata: {
      name: headName(ref),
      labels: labelsOf(ref, 'head'),
      annotations: {
        'meshform.dev/encoding': 'gzip',
        'meshform.dev/serial': String(head.serial),
        'meshform.dev/digest': head.digest,
        'meshform.dev/chunks': String(head.chunks),
        'meshform.dev/generation': head.generation,
      },
      ...(resourceVersion === '' ? {} : { resourceVersion }),
    },
    data: content === undefined ? {} : { state: Buffer.from(content).toString('base64') },
  }
}

/** A Secret with a part of the content. */
export function chunkSecret(ref: StateRef, generation: string, index: number, content: Uint8Array): JsonObject {
  return {
    ...secret(ref, chunkName(ref, generation, index), 'chunk'),
    data: { state: Buffer.from(content).toString('base64') },
  }
}

/** Reads what a head says; undefined when it is none of ours. */
export function readHead(object: JsonObject): StateHead | undefined {
  const annotations = isJsonObject(object.metadata) ? object.metadata.annotations : undefined
  const serial = Number(textAt(annotations, 'meshform.dev/serial') || Number.NaN)
  const chunks = Number(textAt(annotations, 'meshform.dev/chunks') || Number.NaN)
  const digest = textAt(annotations, 'meshform.dev/digest')
  const generation = textAt(annotations, 'meshform.dev/generation')
  const isOurs = textAt(annotations, 'meshform.dev/encoding') === 'gzip' && /^[0-9a-f]{64}$/.test(digest)
  if (!isOurs || !Number.isSafeInteger(serial) || !Number.isSafeInteger(chunks) || chunks < 0 || chunks > 1000) return undefined
  return /^[0-9a-f]{1,32}$/.test(generation) ? { serial, digest, chunks, generation } : undefined
}

/** The content of a Secret. */
export function secretContent(object: JsonObject): Uint8Array {
  return Buffer.from(textAt(object.data, 'state'), 'base64')
}

/** The ref that a head's labels name. */
export function refOf(object: JsonObject): StateRef {
  const labels = isJsonObject(object.metadata) ? object.metadata.labels : undefined
  return { workspace: textAt(labels, WORKSPACE_LABEL), design: textAt(labels, DESIGN_LABEL) }
}

/** sha256, hex. */
export function digestOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Labels of everything that belongs to a state. */
export function labelsOf(ref: StateRef, part: 'head' | 'chunk' | 'lock'): JsonObject {
  return {
    'app.kubernetes.io/managed-by': 'meshform',
    [WORKSPACE_LABEL]: ref.workspace,
    [DESIGN_LABEL]: ref.design,
    [LABEL]: part,
  }
}

function secret(ref: StateRef, name: string, part: 'head' | 'chunk'): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'meshform.dev/state',
    metadata: { name, labels: labelsOf(ref, part) },
  }
}
