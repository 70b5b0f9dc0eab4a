import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { PolicyRequest } from '../admission/policy-match.ts'
import { type ConfiguredWebhook, matchWebhook, placedWebhooks, placeOf } from '../admission/webhook-match.ts'
import { listAt, numberAt, objectAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import { parseExactJson } from '../exact-json.ts'
import { goQuote } from '../go-quote.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import type { PolicyQuestion } from './admit-policies.ts'
import type { ApiContext } from './api-context.ts'
import { decodeInput, fillDefaults } from './decode-input.ts'
import type { ServedResource } from './resource-registry.ts'
import { badRequest, internalError, StatusError } from './status-error.ts'

const group = 'admissionregistration.k8s.io'
const usualTimeout = 10

type Stage = 'mutating' | 'validating'

function webhooksOf(context: ApiContext, stage: Stage): readonly ConfiguredWebhook[] {
  const stored = context.store.list(`${group}/${stage}webhookconfigurations`)
  return stored.length === 0 ? [] : placedWebhooks(stored.map(({ object }) => object))
}

/** True when some webhook has a say. */
export function hasWebhooks(context: ApiContext): boolean {
  return webhooksOf(context, 'mutating').length > 0 || webhooksOf(context, 'validating').length > 0
}

function requestOf({ type }: ServedResource, question: PolicyQuestion): PolicyRequest {
  return { group: type.group, version: type.version, plural: type.plural, kind: type.kind, ...question }
}

/** The `request` of the review. */
function reviewOf(request: PolicyRequest): JsonObject {
  const kind = { group: request.group, version: request.version, kind: request.kind }
  const resource = { group: request.group, version: request.version, resource: request.plural }
  const part = request.subresource === '' ? {} : { subResource: request.subresource, requestSubResource: request.subresource }
  const verb = { CREATE: 'Create', UPDATE: 'Update', DELETE: 'Delete' }[request.operation]
  return {
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    ...part,
    ...(request.name === '' ? {} : { name: request.name }),
    ...(request.namespace === '' ? {} : { namespace: request.namespace }),
    operation: request.operation,
    userInfo: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] },
    object: request.object,
    oldObject: request.oldObject,
    dryRun: request.dryRun,
    options: { kind: `${verb}Options`, apiVersion: 'meta.k8s.io/v1' },
  }
}

/** A refusal in the webhook's own Status, or what stands for it. */
function denial(name: string, result: JsonObject | undefined): StatusError {
  const who = `admission webhook ${goQuote(name)} denied the request`
  const why = textAt(result, 'message') || textAt(result, 'reason')
  const code = numberAt(result, 'code') ?? 0
  const reason = textAt(result, 'reason')
  const details = objectAt(result, 'details')
  return new StatusError({
    code: Math.max(code, 400),
    message: why === '' ? `${who} without explanation` : `${who}: ${why}`,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
  })
}

function patchProblem(stage: Stage, response: JsonObject): string | undefined {
  const patch = textAt(response, 'patch')
  const { patchType } = response
  if (stage === 'validating') {
    if (patch !== '') return 'validating webhook may not return response.patch'
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType'
  }
  if (patch !== '' && patchType === undefined) return 'webhook returned response.patch but not response.patchType'
  if (patch === '' && patchType !== undefined) return 'webhook returned response.patchType but not response.patch'
  return undefined
}

/** Asks one webhook. Answers its response; undefined where it isn't asked, or failed and may. Throws its refusal. */
function askWebhook(
  context: ApiContext,
  stage: Stage,
  { configuration, webhook }: ConfiguredWebhook,
  request: PolicyRequest,
): JsonObject | undefined {
  const name = textAt(webhook, 'name')
  const failed = (why: string): undefined => {
    if (textAt(webhook, 'failurePolicy') === 'Ignore') return undefined
    throw internalError(`failed calling webhook ${goQuote(name)}: ${why}`)
  }
  const namespace = request.namespace === '' ? undefined : context.store.get('/namespaces', '', request.namespace)?.object
  const match = matchWebhook(webhook, request, namespace)
  if (match.kind === 'unsure') return failed(match.why)
  const place = placeOf(webhook)
  if (match.kind === 'passed' || place === undefined) return undefined
  if (request.dryRun && !['None', 'NoneOnDryRun'].includes(textAt(webhook, 'sideEffects'))) {
    throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`)
  }
  const timeoutSeconds = numberAt(webhook, 'timeoutSeconds') ?? usualTimeout
  if (place.kind === 'service') {
    // What a Service stands for doesn't run here and has no say, but one that is missing is missed as on a cluster.
    if (context.store.get('/services', place.namespace, place.name) !== undefined) return undefined
    const post = `Post ${goQuote(`${place.url}?timeout=${timeoutSeconds}s`)}`
    return failed(`failed to call webhook: ${post}: service ${goQuote(place.name)} not found`)
  }
  const bundle = textAt(objectAt(webhook, 'clientConfig'), 'caBundle')
  const reply = context.webhooks.answerTo({
    configuration,
    webhook: name,
    url: place.url,
    authorities: bundle === '' ? undefined : Buffer.from(bundle, 'base64').toString(),
    timeoutSeconds,
    request: reviewOf(request),
  })
  if (reply === undefined) return undefined
  if (reply.kind === 'failure') return failed(reply.why)
  const { response } = reply
  const problem = patchProblem(stage, response)
  if (problem !== undefined) return failed(`received invalid webhook response: ${problem}`)
  if (response.allowed !== true) throw denial(name, objectAt(response, 'status'))
  return response
}

function patchOf(response: JsonObject): readonly JsonValue[] {
  const text = textAt(response, 'patch')
  if (text === '') return []
  try {
    const patch = parseExactJson(Buffer.from(text, 'base64').toString())
    if (Array.isArray(patch)) return patch as readonly JsonValue[]
    throw new Error('the patch is no list')
  } catch (error) {
    throw internalError(error instanceof Error ? error.message : String(error))
  }
}

function patched(name: string, resource: ServedResource, object: JsonObject | null, response: JsonObject): JsonObject | null {
  const patch = patchOf(response)
  if (patch.length === 0) return object
  if (object === null) {
    const why = `admission webhook ${goQuote(name)} attempted to modify the object, which is not supported for this operation`
    throw internalError(why)
  }
  try {
    const changed = applyJsonPatch(object, patch)
    if (!isJsonObject(changed)) throw internalError('the patch leaves no object')
    return fillDefaults(decodeInput(changed, resource, 'Ignore', internalError).object, resource)
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw internalError(error instanceof Error ? error.message : String(error))
  }
}

/**
 * What mutating webhooks make of an object. One that says so is asked again, once, when those after it changed something. Warnings
 * are added to `warnings`. Throws what a webhook refuses.
 */
export function mutateByWebhooks<Given extends JsonObject | null>(
  context: ApiContext,
  resource: ServedResource,
  question: PolicyQuestion & { readonly object: Given },
  warnings: string[],
): Given | JsonObject {
  let object: Given | JsonObject = question.object
  const left = new Map<ConfiguredWebhook, JsonObject | null>()
  const ask = (configured: ConfiguredWebhook): void => {
    const response = askWebhook(context, 'mutating', configured, requestOf(resource, { ...question, object }))
    if (response === undefined) return
    warnings.push(...textsAt(response, 'warnings'))
    object = patched(textAt(configured.webhook, 'name'), resource, object, response) ?? object
    left.set(configured, object)
  }
  for (const configured of webhooksOf(context, 'mutating')) ask(configured)
  for (const [configured, before] of [...left]) {
    if (textAt(configured.webhook, 'reinvocationPolicy') === 'IfNeeded' && !sameJson(before, object)) ask(configured)
  }
  return object
}

/** Asks validating webhooks of what is about to be stored or deleted. Answers their warnings. */
export function validateByWebhooks(context: ApiContext, resource: ServedResource, question: PolicyQuestion): readonly string[] {
  const request = requestOf(resource, question)
  return webhooksOf(context, 'validating').flatMap((configured) => {
    const response = askWebhook(context, 'validating', configured, request)
    return response === undefined ? [] : listAt(response, 'warnings').map(String)
  })
}
