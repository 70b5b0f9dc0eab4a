import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { isJsonObject } from '../../../plan/json.ts'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { corrupt, MAX_STATE_BYTES } from '../../parse-json.ts'
import { isStateName, type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { type KubernetesAnswer, type KubernetesApi, kubernetesRefusal, metadataOf, objectOf, textAt } from './kubernetes-api.ts'
import {
  CHUNK_BYTES,
  chunkName,
  chunkPrefix,
  chunkSecret,
  chunkSelector,
  digestOfBytes,
  HEAD_SELECTOR,
  headName,
  headSecret,
  readHead,
  refOf,
  type StateHead,
  secretContent,
} from './state-secrets.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** How often a state that is replaced while it is read is read anew. */
const READ_TRIES = 4

/**
 * Snapshots as Secrets, gzipped. One that does not fit into a Secret lies in chunks of a new generation, written before the head
 * that names them is replaced; so the head, guarded by its resourceVersion, changes everything at once.
 */
export class KubernetesSnapshots implements SnapshotStore {
  readonly #api: KubernetesApi
  readonly #namespace: string
  readonly #swept = new Set<string>()
  readonly #holds: (ref: StateRef, lockId: string, signal: AbortSignal) => Promise<StateResult<boolean>>

  constructor(
    api: KubernetesApi,
    namespace: string,
    holds: (ref: StateRef, lockId: string, signal: AbortSignal) => Promise<StateResult<boolean>>,
  ) {
    this.#api = api
    this.#namespace = namespace
    this.#holds = holds
  }

  describe(ref: StateRef): string {
    return `Secret ${headName(ref)} in namespace ${this.#namespace} of ${this.#api.server}`
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const what = `Reading the state ${stateRefText(ref)}`
    for (let tries = 1; ; tries++) {
      const found = await this.#head(what, ref, signal)
      if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found
      const { head, object } = found.value
      const content = head.chunks === 0 ? ok(secretContent(object)) : await this.#chunks(what, ref, head, signal)
      if (!content.ok) return content
      if (content.value === undefined || digestOfBytes(content.value) !== head.digest) {
        // Replaced between reading its head and its chunks; if it stays so it is damaged.
        if (tries < READ_TRIES) continue
        return corrupt(this.describe(ref), 'A part of it is missing or was changed.')
      }
      const bytes = await decompress(content.value, { maxOutputLength: MAX_STATE_BYTES }).catch(() => undefined)
      if (bytes === undefined) return corrupt(this.describe(ref), 'It is not gzip, or longer than a state can be.')
      return ok({ bytes, token: textAt(metadataOf(object), 'resourceVersion') })
    }
  }

  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const what = `Writing the state ${stateRefText(ref)}`
    const held = await this.#holds(ref, write.lockId, signal)
    if (!held.ok) return held
    if (!held.value) return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
    const content: Uint8Array = await compress(write.bytes)
    const generation = randomBytes(8).toString('hex')
    const chunks = content.byteLength <= CHUNK_BYTES ? 0 : Math.ceil(content.byteLength / CHUNK_BYTES)
    for (let index = 0; index < chunks; index++) {
      const part = content.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
      const made = await this.#send('POST', '', chunkSecret(ref, generation, index, part), signal)
      if (!made.ok) return made
      // 409: the answer to an earlier try was lost; nobody else knows the generation.
      if (made.value.status !== 201 && made.value.status !== 409) return kubernetesRefusal(what, made.value)
    }
    const head: StateHead = { serial: write.serial, digest: digestOfBytes(content), chunks, generation }
    const old = await this.#head(what, ref, signal)
    if (!old.ok) return old
    const secret = headSecret(ref, head, chunks === 0 ? content : undefined, write.expected ?? '')
    const written =
      write.expected === undefined
        ? await this.#send('POST', '', secret, signal)
        : await this.#send('PUT', headName(ref), secret, signal)
    if (!written.ok) return written
    const token = await this.#tokenOf(what, ref, written.value, generation, signal)
    if (!token.ok) await this.#removeChunks(ref, generation, chunks, signal)
    else {
      if (old.value !== undefined) await this.#removeChunks(ref, old.value.head.generation, old.value.head.chunks, signal)
      await this.#sweep(what, ref, generation, signal)
    }
    return token
  }

  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const what = `Deleting the state ${stateRefText(ref)}`
    const held = await this.#holds(ref, lockId, signal)
    if (!held.ok) return held
    if (!held.value) return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
    const old = await this.#head(what, ref, signal)
    if (!old.ok) return old
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: expected } }
    const gone = await this.#send('DELETE', headName(ref), options, signal)
    if (!gone.ok) return gone
    if (gone.value.status === 409) return this.#moved(ref)
    if (gone.value.status !== 200 && gone.value.status !== 202 && gone.value.status !== 404) {
      return kubernetesRefusal(what, gone.value)
    }
    if (old.value !== undefined) await this.#removeChunks(ref, old.value.head.generation, old.value.head.chunks, signal)
    return ok(undefined)
  }

  async list(signal: AbortSignal): Promise<StateResult<readonly StateRef[]>> {
    const what = `Listing the states in namespace ${this.#namespace}`
    const heads = await this.#list(what, HEAD_SELECTOR, signal)
    if (!heads.ok) return heads
    const refs = heads.value.map(refOf).filter(({ workspace, design }) => isStateName(workspace) && isStateName(design))
    return ok(refs.sort((a, b) => (stateRefText(a) < stateRefText(b) ? -1 : 1)))
  }

  /** Names and labels of the Secrets that a selector finds. */
  async #list(what: string, labelSelector: string, signal: AbortSignal): Promise<StateResult<readonly JsonObject[]>> {
    const found: JsonObject[] = []
    for (let from = ''; ; ) {
      const query: [string, string][] = [
        ['labelSelector', labelSelector],
        ['limit', '200'],
        ...(from === '' ? [] : [['continue', from] as [string, string]]),
      ]
      const answer = await this.#api.send({ method: 'GET', path: this.#path(''), query, metadataOnly: true, signal })
      if (!answer.ok) return answer
      if (answer.value.status !== 200) return kubernetesRefusal(what, answer.value)
      const page = objectOf(what, answer.value)
      if (!page.ok) return page
      const items: readonly JsonValue[] = Array.isArray(page.value.items) ? page.value.items : []
      found.push(...items.filter(isJsonObject))
      from = textAt(metadataOf(page.value), 'continue')
      if (from === '') return ok(found)
    }
  }

  /** The new token; where another answer than success came, the head is looked at, since an earlier try may have written it. */
  async #tokenOf(
    what: string,
    ref: StateRef,
    answer: KubernetesAnswer,
    generation: string,
    signal: AbortSignal,
  ): Promise<StateResult<string>> {
    const { status } = answer
    if (status === 200 || status === 201) return ok(textAt(metadataOf(answer.json), 'resourceVersion'))
    if (status === 404 && isMissingNamespace(answer)) {
      return refused({
        kind: 'invalid-configuration',
        message: `${what}: there is no namespace ${this.#namespace}. Make it first: kubectl create namespace ${this.#namespace}`,
      })
    }
    if (status !== 409 && status !== 404) return kubernetesRefusal(what, answer)
    const now = await this.#head(what, ref, signal)
    if (!now.ok) return now
    if (now.value?.head.generation !== generation) return this.#moved(ref)
    return ok(textAt(metadataOf(now.value.object), 'resourceVersion'))
  }

  async #head(
    what: string,
    ref: StateRef,
    signal: AbortSignal,
  ): Promise<StateResult<{ readonly head: StateHead; readonly object: JsonObject } | undefined>> {
    const answer = await this.#send('GET', headName(ref), undefined, signal)
    if (!answer.ok) return answer
    if (answer.value.status === 404) return ok(undefined)
    if (answer.value.status !== 200) return kubernetesRefusal(what, answer.value)
    const object = objectOf(what, answer.value)
    if (!object.ok) return object
    const head = readHead(object.value)
    return head === undefined
      ? corrupt(this.describe(ref), 'It does not say what it holds the way meshform writes it.')
      : ok({ head, object: object.value })
  }

  /** Undefined when one of them is not there. */
  async #chunks(what: string, ref: StateRef, head: StateHead, signal: AbortSignal): Promise<StateResult<Uint8Array | undefined>> {
    const parts: Uint8Array[] = []
    for (let index = 0; index < head.chunks; index++) {
      const answer = await this.#send('GET', chunkName(ref, head.generation, index), undefined, signal)
      if (!answer.ok) return answer
      if (answer.value.status === 404) return ok(undefined)
      if (answer.value.status !== 200) return kubernetesRefusal(what, answer.value)
      const object = objectOf(what, answer.value)
      if (!object.ok) return object
      parts.push(secretContent(object.value))
    }
    return ok(Buffer.concat(parts))
  }

  /** Chunks that no head names are rubbish: a failure to remove them harms nothing. */
  async #removeChunks(ref: StateRef, generation: string, chunks: number, signal: AbortSignal): Promise<void> {
    for (let index = 0; index < chunks; index++) {
      await this.#send('DELETE', chunkName(ref, generation, index), undefined, signal)
    }
  }

  /** Once for each state: chunks that a run left which was killed before it wrote the head that names them. */
  async #sweep(what: string, ref: StateRef, kept: string, signal: AbortSignal): Promise<void> {
    const key = stateRefText(ref)
    if (this.#swept.has(key)) return
    this.#swept.add(key)
    const chunks = await this.#list(what, chunkSelector(ref), signal)
    for (const chunk of chunks.ok ? chunks.value : []) {
      const name = textAt(metadataOf(chunk), 'name')
      if (!name.startsWith(chunkPrefix(ref, kept))) await this.#send('DELETE', name, undefined, signal)
    }
  }

  #send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    name: string,
    body: JsonObject | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<KubernetesAnswer>> {
    return this.#api.send({ method, path: this.#path(name), ...(body === undefined ? {} : { body }), signal })
  }

  #path(name: string): string {
    return `/api/v1/namespaces/${this.#namespace}/secrets${name === '' ? '' : `/${name}`}`
  }

  #moved(ref: StateRef): StateResult<never> {
    return refused({ kind: 'moved', message: `${this.describe(ref)} was changed by someone else since it was read.` })
  }
}

function isMissingNamespace(answer: KubernetesAnswer): boolean {
  return isJsonObject(answer.json) && textAt(answer.json.details, 'kind') === 'namespaces'
}
