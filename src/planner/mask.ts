import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { secretDigest } from '../plan/secret-digest.ts'
import { type SensitiveTexts, sensitiveTexts } from '../plan/sensitive-text.ts'
import type { ValuePath } from '../plan/source.ts'

/**
 * Hides secret values, and hides equal ones alike: `(sensitive #1)` stands for the same value wherever it is in one plan, so that a
 * reader sees that something changed or moved without seeing what it is.
 */
export interface Masker extends Pick<SensitiveTexts, 'isSecretText' | 'isSecretNumber'> {
  /** The object with its secrets hidden, and where they were. */
  mask(object: JsonObject): { readonly masked: JsonObject; readonly paths: readonly ValuePath[] }
  /** One value, found at a path of its object. */
  maskValue(value: JsonValue | undefined, path?: ValuePath): JsonValue | undefined
}

/** kubectl's copy of an object in itself, values of Secrets included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * A masker that knows the sensitive inputs of a design. Secrets are numbered as the objects have them, then as they are met: one
 * design gives the same numbers, whatever is planned of it and however.
 */
export function createMasker(sensitiveValues: readonly string[], objects: readonly JsonObject[] = []): Masker {
  const { isSecretText, isSecretNumber } = sensitiveTexts(sensitiveValues)
  const numbers = new Map<string, number>()
  const cover = (text: string): string => {
    const digest = createHash('sha256').update(text).digest('hex')
    let number = numbers.get(digest)
    if (number === undefined) {
      number = numbers.size + 1
      numbers.set(digest, number)
    }
    return `(sensitive #${number})`
  }
  const walk = (value: JsonValue, path: ValuePath, hidden: boolean, paths: ValuePath[]): JsonValue => {
    if (typeof value === 'string') {
      if (!hidden && !isSecretText(value)) return value
      paths.push(path)
      // A Secret has its values encoded; they are the same values.
      return cover(hidden && path[0] === 'data' ? decoded(value) : value)
    }
    if (Array.isArray(value)) return value.map((item: JsonValue, index) => walk(item, [...path, index], hidden, paths))
    if (isJsonObject(value)) {
      const copy: Record<string, JsonValue> = {}
      for (const [key, item] of Object.entries(value)) copy[key] = walk(item, [...path, key], hidden, paths)
      return copy
    }
    if (!hidden && !(typeof value === 'number' && isSecretNumber(value))) return value
    paths.push(path)
    return cover(JSON.stringify(value))
  }
  const holdsSecrets = sensitiveValues.length > 0
  const mask: Masker['mask'] = (object) => {
    const paths: ValuePath[] = []
    if (!holdsSecrets && object.kind !== 'Secret') return { masked: object, paths }
    const masked: Record<string, JsonValue> = {}
    for (const [key, value] of Object.entries(withoutCopy(object, cover)))
      masked[key] = walk(value, [key], isSecretField(object, key), paths)
    return { masked, paths }
  }
  for (const object of objects) mask(object)
  return {
    mask,
    maskValue: (value, path = []) => (value === undefined ? undefined : walk(value, path, true, [])),
    isSecretText,
    isSecretNumber,
  }
}

/** A Secret with the copy of it that kubectl keeps in an annotation hidden. */
export function withoutCopy(object: JsonObject, cover: (text: string) => string): JsonObject {
  const { metadata } = object
  if (!isSecret(object) || !isJsonObject(metadata) || !isJsonObject(metadata.annotations)) return object
  if (!Object.hasOwn(metadata.annotations, LAST_APPLIED)) return object
  const copy = cover(String(metadata.annotations[LAST_APPLIED]))
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [LAST_APPLIED]: copy } } }
}

/** True for what stands for a value that is hidden: in a plan, and in the state. */
export function isMask(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && /^\(sensitive\b.*\)$/.test(value)
}

/** The text that base64 encodes; the same text where it encodes none. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const plain = bytes.toString('utf8')
  return bytes.toString('base64') === text && Buffer.from(plain, 'utf8').equals(bytes) ? plain : text
}

/** Begins what stands in the state for a secret value. */
const COVERED = '(sensitive pbkdf2:'
/** The same in states of the time when it was a plain digest. */
const COVERED_BEFORE = '(sensitive sha256:'

/** The object as the state keeps it: secret values, and texts that hold sensitive inputs, replaced by digests. */
export function recordedSecrets(object: JsonObject, sensitiveValues: readonly string[]): JsonObject {
  const coverText = (text: string): string => {
    const digest = secretDigest(text, JSON.stringify(object.metadata))
    return `${COVERED}${digest.slice(-16)})`
  }
  if (!isSecret(object)) {
    const masker = sensitiveValues.length === 0 ? undefined : createMasker(sensitiveValues)
    return masker === undefined ? object : coverTexts(object, masker, coverText)
  }
  const cover = (values: JsonValue | undefined): JsonValue =>
    Object.fromEntries(Object.entries(isJsonObject(values) ? values : {}).map(([key, value]) => [key, coverText(String(value))]))
  return {
    ...withoutCopy(object, coverText),
    ...(object.data === undefined ? {} : { data: cover(object.data) }),
    ...(object.stringData === undefined ? {} : { stringData: cover(object.stringData) }),
  }
}

/** True when a value of the recorded object is not there any more, only its digest. */
export function holdsCoveredValue(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return value.startsWith(COVERED) || value.startsWith(COVERED_BEFORE)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((item: JsonValue | undefined) => holdsCoveredValue(item))
}

function coverTexts(object: JsonObject, masker: Masker, cover: (text: string) => string): JsonObject {
  const walk = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return masker.isSecretText(value) ? cover(value) : value
    if (typeof value === 'number') return masker.isSecretNumber(value) ? cover(String(value)) : value
    if (Array.isArray(value)) return value.map(walk)
    return isJsonObject(value) ? coverTexts(value, masker, cover) : value
  }
  const copy: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) copy[key] = walk(value)
  return copy
}

/** True for the fields of a Secret that hold its values. */
export function isSecretField(object: JsonObject, field: string): boolean {
  return isSecret(object) && (field === 'data' || field === 'stringData')
}

function isSecret(object: JsonObject): boolean {
  return object.kind === 'Secret' && object.apiVersion === 'v1'
}
