import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
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

function isBase64Json(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return isJsonObject(JSON.parse(Buffer.from(value, 'base64').toString('utf8')))
  } catch {
    return false
  }
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
    if (!Object.hasOwn(data, key)) errors.required(`data[${key}]`)
    else if (key.startsWith('.docker') && !isBase64Json(data[key])) {
      errors.invalid(`data[${key}]`, '<secret contents redacted>', 'invalid character looking for beginning of value')
    }
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
