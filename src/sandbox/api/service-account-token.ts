import type { JsonObject } from '../../plan/json.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { numberAt, objectAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import type { StoredObject } from '../store/stored-object.ts'
import type { ApiContext } from './api-context.ts'
import type { SandboxRequest } from './exchange.ts'
import { metadataText, timestamp, withMetadata } from './object-metadata.ts'
import { readOptions } from './request-body.ts'
import { badRequest, conflict, invalid, notFound } from './status-error.ts'

const apiVersion = 'authentication.k8s.io/v1'
const tokenRequest = { group: 'authentication.k8s.io', name: 'TokenRequest' }
const issuer = 'https://kubernetes.default.svc.cluster.local'
const usualSeconds = 3600
const leastSeconds = 600
const mostSeconds = 2 ** 32

/** Where a token would have its signature; whoever decodes it reads why it is worth nothing. */
const noSignature = 'not signed: a token of the meshform sandbox'

function encoded(value: JsonObject | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

function validate(request: JsonObject, account: StoredObject): void {
  const errors = new FieldErrors()
  const { name, namespace } = account.key
  for (const [field, expected] of [
    ['name', name],
    ['namespace', namespace],
  ] as const) {
    const given = metadataText(request, field)
    if (given === '' || given === expected) continue
    errors.invalid(`metadata.${field}`, given, `must match the service account ${field} if specified`)
  }
  const seconds = numberAt(objectAt(request, 'spec'), 'expirationSeconds') ?? usualSeconds
  const field = 'spec.expirationSeconds'
  if (seconds < leastSeconds) errors.invalid(field, seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > mostSeconds) errors.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')
  if (errors.all.length > 0) throw invalid(tokenRequest, metadataText(request, 'name'), errors.all)
}

/** What a token is bound to, as its claims tell it. */
function boundClaim(context: ApiContext, account: StoredObject, reference: JsonObject | undefined): JsonObject {
  if (reference === undefined) return {}
  const kind = textAt(reference, 'kind')
  const version = textAt(reference, 'apiVersion')
  const plurals: { readonly [kind: string]: string } = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }
  const plural = plurals[kind]
  if (plural === undefined || (version !== '' && version !== 'v1')) {
    const [group = '', ofGroup] = version.includes('/') ? version.split('/') : ['', version]
    throw badRequest(`cannot bind token to object of type ${group}/${ofGroup ?? ''}, Kind=${kind}`)
  }
  const name = textAt(reference, 'name')
  const bound = context.store.get(`/${plural}`, kind === 'Node' ? '' : account.key.namespace, name)
  if (bound === undefined) throw notFound({ group: '', name: plural }, name)
  if (kind === 'Pod' && textAt(objectAt(bound.object, 'spec'), 'serviceAccountName') !== account.key.name) {
    const what = `cannot bind token for serviceaccount ${JSON.stringify(account.key.name)}`
    throw badRequest(`${what} to pod running with different serviceaccount name.`)
  }
  const uid = metadataText(bound.object, 'uid')
  const expected = textAt(reference, 'uid')
  if (expected !== '' && expected !== uid) {
    const why = `the UID in the bound object reference (${expected}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group: '', name: kind }, name, why)
  }
  return { [kind.toLowerCase()]: { name, uid } }
}

/** Answers a TokenRequest with a token that has a real one's form and claims, and no signature. */
export function requestToken(context: ApiContext, request: SandboxRequest, account: StoredObject): JsonObject {
  const given = readOptions(request, 'TokenRequest') ?? {}
  const { object, error } = decodeObject('TokenRequest', given)
  if (error !== undefined) throw badRequest(`TokenRequest in version "v1" cannot be handled as a TokenRequest: ${error}`)
  validate(object, account)
  const { name, namespace } = account.key
  const spec = objectAt(object, 'spec') ?? {}
  const expirationSeconds = numberAt(spec, 'expirationSeconds') ?? usualSeconds
  const reference = objectAt(spec, 'boundObjectRef')
  const asked = textsAt(spec, 'audiences')
  const audiences = asked.length === 0 ? [issuer] : asked
  const now = context.now()
  const issued = Math.floor(now.getTime() / 1000)
  const claims: JsonObject = {
    aud: audiences,
    exp: issued + expirationSeconds,
    iat: issued,
    iss: issuer,
    jti: context.newUid(),
    'kubernetes.io': {
      namespace,
      ...boundClaim(context, account, reference),
      serviceaccount: { name, uid: metadataText(account.object, 'uid') },
    },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
  const token = [encoded({ alg: 'none', kid: 'meshform-sandbox' }), encoded(claims), encoded(noSignature)].join('.')
  const named = withMetadata(object, { name, namespace, creationTimestamp: timestamp(now) })
  return {
    kind: 'TokenRequest',
    apiVersion,
    metadata: named.metadata ?? {},
    spec: { audiences, expirationSeconds, boundObjectRef: reference ?? null },
    status: { token, expirationTimestamp: timestamp(new Date((issued + expirationSeconds) * 1000)) },
  }
}
