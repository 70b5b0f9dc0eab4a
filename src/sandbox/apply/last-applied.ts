import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { compareValues } from './compare-values.ts'
import { differenceOf, type FieldSet } from './field-set.ts'
import { fieldSetOfValue } from './field-set-of-value.ts'
import type { OwnershipSchema } from './ownership.ts'
import { typedErrorsOf } from './typed-errors.ts'

/** The field manager of `kubectl apply --server-side`, which alone takes client-side apply's annotation into account. */
export const kubectlManager = 'kubectl'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'

function annotationsOf(object: JsonObject): JsonObject {
  const metadata = object.metadata
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined
  return isJsonObject(annotations) ? annotations : {}
}

/** Fields that client-side apply set and nobody changed since: kubectl may take them over without force. */
export function allowedByLastApplied(live: JsonObject, schema: OwnershipSchema): FieldSet | undefined {
  const text = annotationsOf(live)[annotation]
  if (typeof text !== 'string' || text === '') return undefined
  let last: JsonValue
  try {
    last = JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
  if (!isJsonObject(last) || last.apiVersion !== schema.apiVersion) return undefined
  if (typedErrorsOf(last, schema.type) !== undefined) return undefined
  const { added, modified, removed } = compareValues(last, live, schema.type)
  const fields = fieldSetOfValue(last, schema.type)
  return differenceOf(differenceOf(differenceOf(fields, modified), added), removed)
}

/** Keeps the annotation in step with what kubectl applied, where the object has it. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object)
  const before = annotations[annotation]
  if (typeof before !== 'string' || before === '') return object
  const metadata = object.metadata
  return {
    ...object,
    metadata: {
      ...(isJsonObject(metadata) ? metadata : {}),
      annotations: { ...annotations, [annotation]: `${sortedJson(withoutAnnotation(applied))}\n` },
    },
  }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = applied.metadata
  if (!isJsonObject(metadata) || !isJsonObject(metadata.annotations)) return applied
  const { [annotation]: _dropped, ...annotations } = metadata.annotations
  return { ...applied, metadata: { ...metadata, annotations } }
}

function sortedJson(value: JsonValue): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1))) : inner,
  )
}
