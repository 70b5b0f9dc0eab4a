import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { sensitiveTexts } from '../plan/sensitive-text.ts'
import type { Candidate } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'
import { isSecretField, withoutCopy } from './mask.ts'

/** Stands for a value that is not at hand. */
export const NOT_AT_HAND = '(sensitive: not in the plan)'

/** JSON without its secrets, which are told by JSON pointer: those that sensitive inputs make, and those that the design has written. */
export interface CoveredJson {
  readonly covered: JsonObject
  readonly made: { readonly [pointer: string]: JsonValue }
  readonly written: { readonly [pointer: string]: JsonValue }
}

/**
 * Takes the secrets out of JSON that holds objects of any depth: all values of Secrets, and whatever holds a sensitive value. Values
 * that hold none of `inputs`, and are secret all the same, were written into the design: nobody can make them again without it.
 */
export function coverSecrets(json: JsonObject, sensitiveValues: readonly string[], inputs: readonly string[]): CoveredJson {
  const sensitive = sensitiveTexts(sensitiveValues)
  const texts = sensitiveTexts(inputs)
  const isMade = (value: JsonValue): boolean => {
    if (typeof value === 'number') return texts.isSecretNumber(value)
    if (typeof value !== 'string') return false
    return texts.isSecretText(value) || texts.isSecretText(Buffer.from(value, 'base64').toString('utf8'))
  }
  const made: Record<string, JsonValue> = {}
  const written: Record<string, JsonValue> = {}
  const walk = (value: JsonValue, pointer: string, hidden: boolean): JsonValue => {
    if (Array.isArray(value)) return value.map((item: JsonValue, index) => walk(item, `${pointer}/${index}`, hidden))
    if (isJsonObject(value)) {
      const copy: Record<string, JsonValue> = {}
      for (const [key, item] of Object.entries(withoutCopy(value, () => NOT_AT_HAND))) {
        copy[key] = walk(item, `${pointer}/${escaped(key)}`, hidden || isSecretField(value, key))
      }
      return copy
    }
    const isOfInputs = inputs.length > 0 && isMade(value)
    if (!isOfInputs && !hidden && !sensitive.isIn(value)) return value
    if (isOfInputs) made[pointer] = value
    else written[pointer] = value
    return NOT_AT_HAND
  }
  return { covered: walk(json, '', false) as JsonObject, made, written }
}

/** The JSON with the values at these pointers put back. */
export function uncoverSecrets(json: JsonObject, made: CoveredJson['made']): JsonObject {
  const walk = (value: JsonValue, pointer: string): JsonValue => {
    if (value === NOT_AT_HAND) return made[pointer] ?? value
    if (Array.isArray(value)) return value.map((item: JsonValue, index) => walk(item, `${pointer}/${index}`))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, `${pointer}/${escaped(key)}`)]))
  }
  return walk(json, '') as JsonObject
}

/** True when some value of an object is not at hand. */
export function lacksValues(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return value.includes(NOT_AT_HAND)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((item: JsonValue | undefined) => lacksValues(item))
}

/** Objects that lack values, with the digests that they are known to have: what has not changed needs none of its values. */
export function withKnownDigests(
  objects: readonly DesiredObject[],
  digests: ReadonlyMap<string, string>,
): readonly DesiredObject[] {
  return objects.map((object) =>
    lacksValues(object.manifest) ? { ...object, digest: digests.get(object.id) ?? object.digest } : object,
  )
}

/** A server can not be asked about an object that lacks values. */
export function withoutAsking(candidate: Candidate): Candidate {
  if ((candidate.kind !== 'update' && candidate.kind !== 'create') || !lacksValues(candidate.desired.manifest)) return candidate
  return { ...candidate, ask: false, unsure: 'its secret values are not at hand' }
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
