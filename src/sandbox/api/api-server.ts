import type { StoredObject } from '../store/stored-object.ts'
import { WebhookPending } from '../webhooks/request-memory.ts'
import { hasWebhooks } from './admit-webhooks.ts'
import { type ApiContext, storageKeyOf } from './api-context.ts'
import { bindPod } from './bind-pod.ts'
import { componentStatusAnswer } from './component-statuses.ts'
import { admitDeletion, deleteObject } from './delete-object.ts'
import { discoveryAnswer } from './discovery.ts'
import { evictPod } from './evict-pod.ts'
import { jsonAnswer, type SandboxRequest, type SandboxResponse, textAnswer, yamlAnswer } from './exchange.ts'
import { checkReadVersion, listObjects } from './list-objects.ts'
import { acceptedEncoding, acceptedMedia } from './media-type.ts'
import { metadataText } from './object-metadata.ts'
import { listAnswer, objectAnswer, type Projection } from './object-projection.ts'
import { patchTypeOf } from './patch-object.ts'
import { isForPeople, prettyAnswer } from './pretty-answer.ts'
import { nestedTooDeep, readObject, readOptions } from './request-body.ts'
import { checkTimeout, deleteOptionsOf } from './request-options.ts'
import { type ResourceTarget, resourceTargetOf } from './request-target.ts'
import type { ServedResource } from './resource-registry.ts'
import { scaleAnswer } from './scale-answer.ts'
import { readableScale, scaleOf } from './scale-subresource.ts'
import { writeScale } from './scale-verbs.ts'
import { requestToken } from './service-account-token.ts'
import {
  badRequest,
  internal,
  methodNotAllowed,
  methodNotSupported,
  notFound,
  nothingRuns,
  StatusError,
  unknownResource,
} from './status-error.ts'
import { subresourceEntry } from './subresource-entries.ts'
import { warned, warningHeader } from './warning-header.ts'
import { asksToWatch, watchObjects } from './watch-objects.ts'
import { patchVerb, postObject, putObject, type WriteRequest, type Written } from './write-verbs.ts'

/** Finds what a path asks for and answers it. Synchronous but for watches: each request sees and makes one whole change. */
export class ApiServer {
  readonly #context: ApiContext

  constructor(context: ApiContext) {
    this.#context = context
  }

  /** Answers a request. Errors of clients are answers; only bugs throw, and those are answered with 500. Throws `WebhookPending`. */
  handle(request: SandboxRequest): SandboxResponse {
    const answer = this.#answer(request)
    if (answer.kind === 'stream') return answer
    if (acceptedEncoding(request.headers?.accept, answer.status >= 400) === 'json') {
      return isForPeople(request) ? prettyAnswer(answer) : answer
    }
    return answer.headers['content-type'] === 'application/json' ? yamlAnswer(answer) : answer
  }

  #answer(request: SandboxRequest): SandboxResponse {
    try {
      return this.#route(request)
    } catch (error) {
      if (error instanceof WebhookPending) throw error
      if (error instanceof StatusError) return jsonAnswer(error.code, error.status, error.headers)
      if (error instanceof RangeError && error.message.includes('call stack')) return jsonAnswer(400, nestedTooDeep().status)
      return jsonAnswer(500, internal(error instanceof Error ? error.message : String(error)).status)
    }
  }

  #route(request: SandboxRequest): SandboxResponse {
    const url = new URL(request.path, 'http://sandbox')
    checkTimeout(url.searchParams)
    const target = resourceTargetOf(url.pathname)
    if (target !== undefined && this.#context.registry.hasGroupVersion(target.apiVersion)) {
      return this.#resource(request, target, url.searchParams)
    }
    const answer = discoveryAnswer(this.#context, request, url.pathname)
    if (answer === undefined && target !== undefined && this.#isBuiltinGroup(target)) throw unknownResource()
    return answer ?? nothingHere()
  }

  #isBuiltinGroup({ apiVersion }: ResourceTarget): boolean {
    return this.#context.registry.isBuiltinGroup(apiVersion.split('/')[0] ?? '')
  }

  #resource(request: SandboxRequest, target: ResourceTarget, query: URLSearchParams): SandboxResponse {
    const resource = this.#context.registry.byPath(target.apiVersion, target.plural)
    if (resource === undefined) {
      if (target.apiVersion === 'v1') return this.#coreBeside(request, target, query)
      if (this.#isBuiltinGroup(target)) throw unknownResource()
      return nothingHere()
    }
    const { namespaced } = resource.type
    const misplaced =
      (!namespaced && target.namespace !== undefined) ||
      (namespaced && target.namespace === undefined && target.name !== undefined)
    if (misplaced && resource.custom) return nothingHere()
    if (misplaced) throw unknownResource()
    const { deprecation } = resource.type
    if (deprecation === undefined) return this.#served(request, resource, target, query)
    const answer = warned([deprecation], () => this.#served(request, resource, target, query))
    const { warning } = warningHeader([deprecation])
    const later = answer.headers.warning
    return { ...answer, headers: { ...answer.headers, warning: later === undefined ? `${warning}` : `${warning}, ${later}` } }
  }

  /** What the core group has beside what is stored. */
  #coreBeside(request: SandboxRequest, target: ResourceTarget, query: URLSearchParams): SandboxResponse {
    const { namespace, name, plural } = target
    if (plural === 'componentstatuses' && namespace === undefined) return componentStatusAnswer(request, target)
    const pods = this.#context.registry.byPath('v1', 'pods')
    if (plural !== 'bindings' || namespace === undefined || name !== undefined || pods === undefined) throw unknownResource()
    if (request.method !== 'POST') throw methodNotAllowed()
    const pod = this.#find(pods, namespace, metadataText(readOptions(request, 'Binding') ?? {}, 'name'))
    return jsonAnswer(201, bindPod(this.#context, request, query, pod))
  }

  #served(request: SandboxRequest, resource: ServedResource, target: ResourceTarget, query: URLSearchParams): SandboxResponse {
    // Kubernetes' own routes know no HEAD.
    if (request.method === 'HEAD' && !resource.custom) throw methodNotAllowed()
    // What can't be answered is not done.
    const isCollection = target.name === undefined && (request.method === 'GET' || request.method === 'HEAD')
    const isWatch = isCollection && (target.watch || asksToWatch(query))
    acceptedMedia(request.headers?.accept, { custom: resource.custom, isCollection, isWatch })
    if (target.subresource !== undefined && target.name !== undefined) {
      return this.#subresource(request, resource, target, target.name, target.subresource, query)
    }
    if (target.name === undefined) return this.#collection(request, resource, target, query)
    return this.#object(request, resource, target, target.name, query)
  }

  #collection(
    request: SandboxRequest,
    resource: ServedResource,
    target: ResourceTarget,
    query: URLSearchParams,
  ): SandboxResponse {
    const { namespace } = target
    const isSpread = resource.type.namespaced && namespace === undefined
    if (resource.custom && isSpread && request.method !== 'GET' && request.method !== 'HEAD') return nothingHere()
    switch (request.method) {
      case 'GET':
      case 'HEAD': {
        if (!resource.type.stored) throw methodNotAllowed()
        const watch = target.watch || asksToWatch(query)
        if (watch) return this.#watch(request, resource, target, query)
        return listAnswer(
          listObjects(this.#context.store, resource, namespace, query),
          resource,
          this.#projection(request, resource, query),
        )
      }
      case 'POST': {
        if (isSpread) throw methodNotAllowed()
        if (!resource.type.stored) return this.#review(request, resource)
        const write = { request, query, resource, namespace, subresource: '' }
        return this.#written(postObject(this.#context, write), resource, request, query)
      }
      case 'DELETE':
        if (isSpread || resource.storage === '/namespaces') throw methodNotAllowed()
        return this.#deleteCollection(request, resource, namespace, query)
      case 'PUT':
      case 'PATCH':
        if (request.method === 'PATCH') patchTypeOf(request, resource)
        if (resource.custom) throw badRequest('name must be provided')
        throw methodNotAllowed()
      default:
        throw unsupportedMethod(resource)
    }
  }

  /** Reviews are answered from what was asked and never stored. */
  #review(request: SandboxRequest, resource: ServedResource): SandboxResponse {
    const { object: given } = readObject(request, resource, this.#context.registry, 'Warn')
    const object = resource.type.default?.(given) ?? given
    return jsonAnswer(201, resource.type.prepareForCreate?.(object) ?? object)
  }

  #object(
    request: SandboxRequest,
    resource: ServedResource,
    target: ResourceTarget,
    name: string,
    query: URLSearchParams,
  ): SandboxResponse {
    const { namespace } = target
    const write: WriteRequest = { request, query, resource, namespace, subresource: '' }
    switch (request.method) {
      case 'GET':
      case 'HEAD': {
        // Only a collection is watched by asking it to; an object has the older path for that.
        if (target.watch) return this.#watch(request, resource, target, query)
        checkReadVersion(this.#context.store, query)
        const live = this.#find(resource, namespace, name)
        return objectAnswer(200, live, resource, this.#projection(request, resource, query), {})
      }
      case 'PUT':
        return this.#written(putObject(this.#context, write, name), resource, request, query)
      case 'PATCH':
        return this.#written(patchVerb(this.#context, write, name), resource, request, query)
      case 'DELETE':
        return this.#delete(request, resource, namespace, name, query)
      case 'POST':
        // Of a custom kind the path's name goes unread: the object has its own.
        if (resource.custom) return this.#written(postObject(this.#context, write), resource, request, query)
        throw methodNotAllowed()
      default:
        throw unsupportedMethod(resource)
    }
  }

  #subresource(
    request: SandboxRequest,
    resource: ServedResource,
    target: ResourceTarget,
    name: string,
    subresource: string,
    query: URLSearchParams,
  ): SandboxResponse {
    const { status, scale, others = [] } = resource.type.subresources
    if (subresource === 'scale' && scale !== undefined) {
      const { type, custom, plural } = resource
      const group = type.group === '' ? 'autoscaling' : type.group
      const missing = custom ? plural : { group, name: `${type.plural}/scale` }
      const isRead = request.method === 'GET'
      if (!isRead && request.method !== 'PUT' && request.method !== 'PATCH') throw unsupportedVerb(resource, request.method)
      const live = this.#find(resource, target.namespace, name, isRead ? missing : resource.plural)
      const projection = this.#projection(request, resource, query)
      if (isRead) return scaleAnswer(readableScale(live.object, scale, custom), projection, [], custom)
      const scaled = writeScale(this.#context, request, query, resource, scale, live)
      return scaleAnswer(scaleOf(scaled.object.object, scale, custom), projection, scaled.warnings, custom)
    }
    if (resource.custom && !(subresource === 'status' && status)) throw notFound(resource.plural, name)
    const isFinalize = subresource === 'finalize' && resource.storage === '/namespaces'
    const isApproval = subresource === 'approval' && others.includes(subresource)
    if (!(subresource === 'status' && status) && !isFinalize && !isApproval) {
      if (resource.storage === '/serviceaccounts' && subresource === 'token' && request.method === 'POST') {
        return jsonAnswer(201, requestToken(this.#context, request, this.#find(resource, target.namespace, name)))
      }
      if (resource.storage === '/pods') return this.#podSubresource(request, resource, target, name, subresource, query)
      throw others.includes(subresource) ? methodNotAllowed() : unknownResource()
    }
    // An approval is a condition of the status.
    const written = isApproval ? 'status' : subresource
    const write: WriteRequest = { request, query, resource, namespace: target.namespace, subresource: written }
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return objectAnswer(
          200,
          this.#find(resource, target.namespace, name),
          resource,
          this.#projection(request, resource, query),
          {},
        )
      case 'PUT':
        return this.#written(putObject(this.#context, write, name), resource, request, query)
      case 'PATCH':
        if (isFinalize) throw methodNotAllowed()
        return this.#written(patchVerb(this.#context, write, name), resource, request, query)
      default:
        throw unsupportedVerb(resource, request.method)
    }
  }

  /** Evictions delete pods and bindings place them; whatever would reach into one is refused. */
  #podSubresource(
    request: SandboxRequest,
    resource: ServedResource,
    target: ResourceTarget,
    name: string,
    subresource: string,
    query: URLSearchParams,
  ): SandboxResponse {
    const entry = subresourceEntry('pods', subresource)
    if (entry === undefined) throw unknownResource()
    const live = this.#find(resource, target.namespace, name)
    if (subresource === 'eviction' && request.method === 'POST') {
      return jsonAnswer(201, evictPod(this.#context, request, query, resource, live))
    }
    if (subresource === 'binding' && request.method === 'POST') {
      return jsonAnswer(201, bindPod(this.#context, request, query, live))
    }
    if (subresource === 'log') throw nothingRuns('pods have no logs')
    if (['exec', 'attach', 'portforward', 'proxy'].includes(subresource)) throw nothingRuns('nothing can be reached in pods')
    throw methodNotAllowed()
  }

  #watch(request: SandboxRequest, resource: ServedResource, target: ResourceTarget, query: URLSearchParams): SandboxResponse {
    const events = watchObjects(this.#context, {
      resource,
      namespace: target.namespace,
      name: target.name,
      query,
      projection: this.#projection(request, resource, query),
      signal: request.signal,
    })
    return { kind: 'stream', status: 200, headers: { 'content-type': 'application/json' }, events }
  }

  #delete(
    request: SandboxRequest,
    resource: ServedResource,
    namespace: string | undefined,
    name: string,
    query: URLSearchParams,
  ): SandboxResponse {
    const options = deleteOptionsOf(query, readOptions(request, 'DeleteOptions'))
    const live = this.#find(resource, namespace, name)
    const { gone, object } = deleteObject(this.#context, resource, live, options)
    if (!gone || resource.type.deleteAnswersObject === true) {
      return objectAnswer(200, object, resource, this.#projection(request, resource, query), {})
    }
    return jsonAnswer(200, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name,
        ...(resource.type.group === '' ? {} : { group: resource.type.group }),
        kind: resource.type.plural,
        uid: metadataText(live.object, 'uid'),
      },
    })
  }

  #deleteCollection(
    request: SandboxRequest,
    resource: ServedResource,
    namespace: string | undefined,
    query: URLSearchParams,
  ): SandboxResponse {
    const options = deleteOptionsOf(query, readOptions(request, 'DeleteOptions'))
    const page = listObjects(this.#context.store, resource, namespace, query)
    const doomed = page.objects
    if (hasWebhooks(this.#context)) this.#askOfDeletions(resource, doomed, options.dryRun)
    for (const live of doomed) deleteObject(this.#context, resource, live, options)
    // The answer is the list as it was.
    return listAnswer(page, resource, this.#projection(request, resource, query))
  }

  /** Asks webhooks before the first object goes: a request that waits for an answer is tried anew. Refusals count in their turn. */
  #askOfDeletions(resource: ServedResource, doomed: readonly StoredObject[], dryRun: boolean): void {
    for (const live of doomed) {
      try {
        admitDeletion(this.#context, resource, live, dryRun)
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
      }
    }
  }

  /** The object of a name; `missing` is what a refusal calls its resource. */
  #find(resource: ServedResource, namespace: string | undefined, name: string, missing = resource.plural): StoredObject {
    const key = storageKeyOf(resource, namespace, name)
    const live = this.#context.store.get(key.resource, key.namespace, key.name)
    if (live === undefined) throw notFound(missing, name)
    return live
  }

  #written(written: Written, resource: ServedResource, request: SandboxRequest, query: URLSearchParams): SandboxResponse {
    const headers = warningHeader(written.warnings)
    return objectAnswer(written.status, written.object, resource, this.#projection(request, resource, query), headers)
  }

  #projection(request: SandboxRequest, resource: ServedResource, query: URLSearchParams): Projection {
    const { form, metaVersion } = acceptedMedia(request.headers?.accept, {
      custom: resource.custom,
      isCollection: true,
      isWatch: false,
    })
    const include = query.get('includeObject') ?? ''
    if (form === 'table') checkIncludeObject(include)
    return {
      form,
      metaVersion,
      includeObject: include === 'None' || include === 'Object' ? include : 'Metadata',
      now: this.#context.now(),
    }
  }
}

function checkIncludeObject(include: string): void {
  if (['', 'None', 'Metadata', 'Object'].includes(include)) return
  const why = `includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`
  throw badRequest(`Unable to convert to Table as requested: ${why}`)
}

/** Custom kinds tell what they can't do by name; built-in ones are not asked at all. */
function unsupportedMethod(resource: ServedResource): Error {
  return resource.custom ? methodNotSupported(resource.plural) : methodNotAllowed()
}

const verbs: { readonly [method: string]: string } = { POST: 'create', DELETE: 'delete' }

/** The same of a subresource, whose verb has a name. */
function unsupportedVerb(resource: ServedResource, method: string): Error {
  return resource.custom ? methodNotSupported(resource.plural, verbs[method] ?? '') : methodNotAllowed()
}

/** The answer for paths that nothing is behind. */
function nothingHere(): SandboxResponse {
  return textAnswer(404, '404 page not found\n')
}
