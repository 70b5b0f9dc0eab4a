import type { JsonObject } from '../../../plan/json.ts'
import { goJsonByteError } from '../../go-json-error.ts'
import { objectAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { configKeyComplaints } from './names.ts'

/** All of a ConfigMap's or Secret's data together. */
const largestData = 1024 * 1024

function decodedLength(value: unknown): number {
  return typeof value === 'string' ? Math.floor((value.replace(/=+$/, '').length * 3) / 4) : 0
}

/** Keys and size of a ConfigMap. */
export function validateConfigMap(errors: FieldErrors, configMap: JsonObject): void {
  const data = objectAt(configMap, 'data') ?? {}
  const binary = objectAt(configMap, 'binaryData') ?? {}
  let size = 0
  for (const [key, value] of Object.entries(data)) {
    errors.invalidForEach(`data[${key}]`, key, configKeyComplaints(key))
    if (Object.hasOwn(binary, key)) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    size += typeof value === 'string' ? Buffer.byteLength(value) : 0
  }
  for (const [key, value] of Object.entries(binary)) {
    errors.invalidForEach(`binaryData[${key}]`, key, configKeyComplaints(key))
    size += decodedLength(value)
  }
  if (size > largestData) errors.tooLong('[]', largestData)
}

/** Objects that were declared immutable stay so, and their data with them. */
function validateImmutable(errors: FieldErrors, object: JsonObject, old: JsonObject, keys: readonly string[]): void {
  if (old.immutable !== true) return
  const detail = 'field is immutable when `immutable` is set'
  if (object.immutable !== true) errors.forbidden('immutable', detail)
  for (const key of keys) if (!sameJson(object[key] ?? {}, old[key] ?? {})) errors.forbidden(key, detail)
}

/** What an update of a ConfigMap may not change. */
export function validateConfigMapUpdate(errors: FieldErrors, configMap: JsonObject, old: JsonObject): void {
  validateImmutable(errors, configMap, old, ['data', 'binaryData'])
}

/** Keys that a type of Secret can't do without. */
const keysOfType: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
])

/** Why a value is no JSON object; undefined when it is one. */
function jsonProblem(value: unknown): string | undefined {
  const text = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0)
  const problem = goJsonByteError(text)
  if (problem !== undefined) return problem
  const parsed: unknown = JSON.parse(text.toString('utf8'))
  if (parsed === null || (typeof parsed === 'object' && !Array.isArray(parsed))) return undefined
  const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
}

/** Keys, size and the needs of the type of a Secret. Contents never come into a message. */
export function validateSecret(errors: FieldErrors, secret: JsonObject): void {
  const data = objectAt(secret, 'data') ?? {}
  let size = 0
  for (const [key, value] of Object.entries(data)) {
    errors.invalidForEach(`data[${key}]`, key, configKeyComplaints(key))
    size += decodedLength(value)
  }
  if (size > largestData) errors.tooLong('data', largestData)
  const type = textAt(secret, 'type')
  for (const key of keysOfType.get(type) ?? []) {
    if (!Object.hasOwn(data, key) || (type === 'kubernetes.io/ssh-auth' && data[key] === '')) {
      errors.required(`data[${key}]`)
      continue
    }
    const problem = key.startsWith('.docker') ? jsonProblem(data[key]) : undefined
    if (problem !== undefined) errors.invalid(`data[${key}]`, '<secret contents redacted>', problem)
  }
  if (type === 'kubernetes.io/basic-auth' && !Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
    errors.required('data[username]')
    errors.required('data[password]')
  }
  const account = 'kubernetes.io/service-account.name'
  if (
    type === 'kubernetes.io/service-account-token' &&
    textAt(objectAt(objectAt(secret, 'metadata'), 'annotations'), account) === ''
  ) {
    errors.required(`metadata.annotations[${account}]`)
  }
}

/** What an update of a Secret may not change. */
export function validateSecretUpdate(errors: FieldErrors, secret: JsonObject, old: JsonObject): void {
  errors.immutable('type', textAt(secret, 'type'), textAt(old, 'type'))
  validateImmutable(errors, secret, old, ['data'])
}
