import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { goQuote } from '../go-quote.ts'
import type { FieldError } from '../resource-type.ts'

/** A resource as Status messages name it. */
export interface GroupName {
  readonly group: string
  /** A plural or a kind, as the message in question has it. */
  readonly name: string
}

/** A machine-readable cause in `details.causes`. */
export interface StatusCause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

interface StatusParts {
  readonly code: number
  readonly message: string
  readonly reason?: string
  readonly details?: JsonObject
  /** Where a list that broke off may go on. */
  readonly continueToken?: string
  readonly headers?: { readonly [name: string]: string }
}

/** An answer of the API server that is no success. Thrown anywhere in the handling of a request, answered at its edge. */
export class StatusError extends Error {
  readonly code: number
  readonly status: JsonObject
  readonly headers: { readonly [name: string]: string }
  readonly #parts: StatusParts

  constructor(parts: StatusParts) {
    super(parts.message)
    this.name = 'StatusError'
    this.#parts = parts
    this.code = parts.code
    this.headers = parts.headers ?? {}
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: parts.continueToken === undefined ? {} : { continue: parts.continueToken },
      status: 'Failure',
      message: parts.message,
      ...(parts.reason === undefined ? {} : { reason: parts.reason }),
      ...(parts.details === undefined ? {} : { details: parts.details }),
      code: parts.code,
    }
  }

  /** The same answer with further headers. */
  withHeaders(headers: { readonly [name: string]: string }): StatusError {
    return new StatusError({ ...this.#parts, headers: { ...this.headers, ...headers } })
  }
}

function qualified({ group, name }: GroupName): string {
  return group === '' ? name : `${name}.${group}`
}

function detailsOf(resource: GroupName, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    ...(resource.name === '' ? {} : { kind: resource.name }),
    ...more,
  }
}

/** 404 for an object. */
export function notFound(resource: GroupName, name: string): StatusError {
  return new StatusError({
    code: 404,
    message: `${qualified(resource)} ${goQuote(name)} not found`,
    reason: 'NotFound',
    details: detailsOf(resource, name),
  })
}

/** 404 for a path inside a known group version. */
export function unknownResource(): StatusError {
  return new StatusError({
    code: 404,
    message: 'the server could not find the requested resource',
    reason: 'NotFound',
    details: {},
  })
}

/** 405 for a verb that a path doesn't take. */
export function methodNotAllowed(): StatusError {
  return new StatusError({
    code: 405,
    message: 'the server does not allow this method on the requested resource',
    reason: 'MethodNotAllowed',
    details: {},
  })
}

/** 405 for what needs running containers. */
export function nothingRuns(what: string): StatusError {
  return new StatusError({
    code: 405,
    message: `the sandbox runs no containers, so ${what}`,
    reason: 'MethodNotAllowed',
    details: {},
  })
}

/** 429 with why it was too much. */
export function tooManyRequests(
  message: string,
  causes: readonly { readonly reason: string; readonly message: string }[],
  retryAfterSeconds?: number,
): StatusError {
  const retry = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }
  return new StatusError({
    code: 429,
    message,
    reason: 'TooManyRequests',
    details: { causes: causes.map((cause) => ({ ...cause })), ...retry },
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  })
}

/** 405 for a kind whose definition is going away. */
export function terminatingKind(resource: GroupName, name: string, verb: string): StatusError {
  return new StatusError({
    code: 403,
    message: `${qualified(resource)} ${goQuote(name)} is forbidden: ${verb} not allowed while custom resource definition is terminating`,
    reason: 'Forbidden',
    details: detailsOf(resource, name),
  })
}

/** 400 with the reason in words. */
export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, message, reason: 'BadRequest' })
}

/** 409 for a name already taken. */
export function alreadyExists(resource: GroupName, name: string, isTerminating: boolean): StatusError {
  return new StatusError({
    code: 409,
    message: `${isTerminating ? 'object is being deleted: ' : ''}${qualified(resource)} ${goQuote(name)} already exists`,
    reason: 'AlreadyExists',
    details: detailsOf(resource, name),
  })
}

/** 409 for an operation that met another state than it was meant for. */
export function conflict(resource: GroupName, name: string, why: string): StatusError {
  return new StatusError({
    code: 409,
    message: `Operation cannot be fulfilled on ${qualified(resource)} ${goQuote(name)}: ${why}`,
    reason: 'Conflict',
    details: detailsOf(resource, name),
  })
}

/** The words of a stale `resourceVersion`. */
export const staleVersion = 'the object has been modified; please apply your changes to the latest version and try again'

/** 403, such as for writing into a namespace that is going away. */
export function forbidden(resource: GroupName, name: string, why: string, causes: readonly StatusCause[] = []): StatusError {
  const what = name === '' ? qualified(resource) : `${qualified(resource)} ${goQuote(name)}`
  return new StatusError({
    code: 403,
    message: `${what} is forbidden: ${why}`,
    reason: 'Forbidden',
    details: detailsOf(resource, name, causes.length === 0 ? {} : { causes: causesJson(causes) }),
  })
}

/** What a policy of the cluster denies, as what the policy says that it is. */
export function refusedByPolicy(resource: GroupName, name: string, why: string, reason: string, code: number): StatusError {
  const message = `${qualified(resource)} ${goQuote(name)} is forbidden: ${why}`
  return new StatusError({ code, message, reason, details: detailsOf(resource, name, { causes: [{ message: why }] }) })
}

function causesJson(causes: readonly StatusCause[]): JsonValue {
  return causes.map(({ reason, message, field }) => ({ reason, message, field }))
}

/** 422 with a cause for each refused field. `kind` is a kind, or for some checks a plural. */
export function invalid(kind: GroupName, name: string, errors: readonly FieldError[]): StatusError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))]
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return new StatusError({
    code: 422,
    message: `${qualified(kind)} ${goQuote(name)} is invalid: ${list}`,
    reason: 'Invalid',
    details: detailsOf(kind, name, {
      causes: errors.map(({ type, message, field }) => ({
        reason: type,
        message,
        field,
      })),
    }),
  })
}

/** 422 for a patch that could not be carried out. */
export function unprocessable(): StatusError {
  return new StatusError({
    code: 422,
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
  })
}

/** 409 of server-side apply, with a cause for each field. */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return new StatusError({ code: 409, message, reason: 'Conflict', details: { causes: causesJson(causes) } })
}

/** 405 as a resource answers it that knows its own methods. Of most such methods none has a name among its verbs. */
export function methodNotSupported(resource: GroupName, verb = ''): StatusError {
  return new StatusError({
    code: 405,
    message: `${verb} is not supported on resources of kind ${JSON.stringify(qualified(resource))}`,
    reason: 'MethodNotAllowed',
    details: { ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.name },
  })
}

/** 415 for a body in a format that the path doesn't take. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError({
    code: 415,
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    reason: 'UnsupportedMediaType',
  })
}

/** 415 for a patch of a format that the path of one of Kubernetes' own kinds doesn't know. */
export function unroutedMediaType(): StatusError {
  return new StatusError({ code: 415, message: '415: Unsupported Media Type', reason: 'UnsupportedMediaType', details: {} })
}

/** 406 for an Accept header that nothing can be answered to. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return notAcceptableForm(`only the following media types are accepted: ${accepted.join(', ')}`)
}

/** 406 for an Accept header that a path of Kubernetes' own kinds doesn't know. */
export function notRepresentable(produced: readonly string[]): StatusError {
  return new StatusError({
    code: 406,
    message: `406: Not Acceptable\n\nAvailable representations: ${produced.join(', ')}`,
    reason: 'NotAcceptable',
    details: {},
  })
}

/** 406 for a form that what is asked for can't take. */
export function notAcceptableForm(message: string): StatusError {
  return new StatusError({ code: 406, message, reason: 'NotAcceptable' })
}

/** 410 for a version that has been forgotten. */
export function expired(message: string, continueToken?: string): StatusError {
  const rest = continueToken === undefined ? {} : { continueToken }
  return new StatusError({ code: 410, message, reason: 'Expired', ...rest })
}

/** 500 as the API server answers errors that have no Status of their own. */
export function internal(message: string): StatusError {
  return new StatusError({ code: 500, message })
}

/** 403 of policies that were to change an object and could not. The first of them is the message. */
export function refusedByMutation(resource: GroupName, name: string, refusals: readonly string[]): StatusError {
  return new StatusError({
    code: 403,
    message: refusals[0] ?? '',
    reason: 'Invalid',
    details: detailsOf(resource, name, { causes: refusals.map((message) => ({ message })) }),
  })
}

/** 500 for what the server could not do though it knows what went wrong. */
export function internalError(why: string): StatusError {
  return new StatusError({
    code: 500,
    message: `Internal error occurred: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: why }] },
  })
}

/** 413 for a body over the limit. */
export function tooLarge(limit: number): StatusError {
  return tooLargeEntity(`limit is ${limit}`)
}

/** 413 for anything else that is too much. */
export function tooLargeEntity(why: string): StatusError {
  return new StatusError({
    code: 413,
    message: `Request entity too large: ${why}`,
    reason: 'RequestEntityTooLarge',
  })
}

/** 504 for a version that has not been reached yet. */
export function versionTooLarge(asked: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    headers: { 'retry-after': '1' },
  })
}
