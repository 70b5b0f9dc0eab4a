import type { JsonObject } from '../../plan/json.ts'
import { type ApiContext, storageKeyOf } from '../api/api-context.ts'
import { deleteObject } from '../api/delete-object.ts'
import type { SandboxRequest } from '../api/exchange.ts'
import { metadataText } from '../api/object-metadata.ts'
import type { DeleteOptions } from '../api/request-options.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { StatusError } from '../api/status-error.ts'
import { postObject, putObject, type WriteRequest } from '../api/write-verbs.ts'
import type { CreateOutcome } from '../controllers/controller-host.ts'
import type { StoredObject } from '../store/stored-object.ts'

const usualDelete: DeleteOptions = {
  dryRun: false,
  propagation: undefined,
  uid: undefined,
  resourceVersion: undefined,
  gracePeriodSeconds: undefined,
}

/** The API as the server's own parts use it: by object, without HTTP. What the server refuses answers undefined. */
export class SystemClient {
  readonly #context: ApiContext
  readonly #manager: string

  /** Writes are recorded under `manager`. */
  constructor(context: ApiContext, manager: string) {
    this.#context = context
    this.#manager = manager
  }

  create(resource: ServedResource, object: JsonObject): StoredObject | undefined {
    return this.#attempt(() => postObject(this.#context, this.#write('POST', resource, object, '')).object)
  }

  /** Creates an object, or tells why it is refused. */
  tryCreate(resource: ServedResource, object: JsonObject): CreateOutcome {
    try {
      return { ok: true, object: postObject(this.#context, this.#write('POST', resource, object, '')).object.object }
    } catch (error) {
      if (error instanceof StatusError) return { ok: false, why: String(error.status.message ?? '') }
      throw error
    }
  }

  /** Replaces an object through its main resource or a subresource. */
  replace(
    resource: ServedResource,
    object: JsonObject,
    subresource: '' | 'status' | 'finalize' | 'binding',
  ): StoredObject | undefined {
    const write = this.#write('PUT', resource, object, subresource)
    return this.#attempt(() => putObject(this.#context, write, metadataText(object, 'name')).object)
  }

  delete(resource: ServedResource, live: StoredObject, options: Partial<DeleteOptions> = {}): boolean {
    const deletion = this.#attempt(() => deleteObject(this.#context, resource, live, { ...usualDelete, ...options }))
    return deletion !== undefined
  }

  get(resource: ServedResource, namespace: string, name: string): StoredObject | undefined {
    const key = storageKeyOf(resource, namespace, name)
    return this.#context.store.get(key.resource, key.namespace, key.name)
  }

  #write(method: SandboxRequest['method'], resource: ServedResource, object: JsonObject, subresource: string): WriteRequest {
    const namespace = resource.type.namespaced ? metadataText(object, 'namespace') : undefined
    return {
      request: { method, path: '', body: object },
      query: new URLSearchParams({ fieldManager: this.#manager, fieldValidation: 'Ignore' }),
      resource,
      namespace,
      subresource,
    }
  }

  #attempt<Result>(action: () => Result): Result | undefined {
    try {
      return action()
    } catch (error) {
      if (error instanceof StatusError) return undefined
      throw error
    }
  }
}
