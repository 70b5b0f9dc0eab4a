import jsonPatch from 'fast-json-patch'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonText } from '../api/go-json-text.ts'

/** A JSON patch that can't be carried out on the document it is for. */
export class JsonPatchMisfit extends Error {}

const missingValue = 'missing value'

function problemOf(operation: JsonObject): string | undefined {
  const { op, path, from } = operation
  switch (op) {
    case 'add':
    case 'replace':
      if (!Object.hasOwn(operation, 'value')) return `failed to decode 'value': operation, missing value field: ${missingValue}`
      break
    case 'move':
    case 'copy':
      if (typeof from !== 'string') return `failed to decode 'from': operation, missing from field: ${missingValue}`
      break
    case 'remove':
    case 'test':
      break
    default:
      return 'unsupported operation'
  }
  return typeof path === 'string' ? undefined : `failed to decode 'path': operation missing path field: ${missingValue}`
}

/** What is wrong with a patch before it meets a document; undefined when nothing is. */
export function jsonPatchProblem(patch: readonly JsonValue[]): string | undefined {
  for (const operation of patch) {
    const problem = isJsonObject(operation) ? problemOf(operation) : 'unsupported operation'
    if (problem !== undefined) return `invalid operation ${goJsonText(operation)}: ${problem}`
  }
  return undefined
}

function valueAt(document: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)]
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value
}

/** A pointer whose negative indices count from the end, as the server takes them, with plain ones in their place. */
function plainPointer(document: JsonValue, pointer: string, isAdded: boolean): string {
  if (!/\/-\d/.test(pointer)) return pointer
  const steps = pointer.split('/').slice(1)
  const plain: string[] = []
  for (const [index, step] of steps.entries()) {
    const list = valueAt(
      document,
      plain.map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~')),
    )
    const isLast = index === steps.length - 1
    const length = Array.isArray(list) ? list.length + (isLast && isAdded ? 1 : 0) : 0
    plain.push(Array.isArray(list) && /^-\d+$/.test(step) ? String(length + Number(step)) : step)
  }
  return `/${plain.join('/')}`
}

function operationOf(given: JsonValue): jsonPatch.Operation {
  return structuredClone(given) as object as jsonPatch.Operation
}

function isPassedTest(document: JsonValue, operation: jsonPatch.Operation): boolean {
  if (operation.op !== 'test' || (operation.value ?? null) !== null) return false
  const steps = operation.path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return valueAt(document, steps) === undefined
}

/** Carries out a patch without problems on a copy. Throws `JsonPatchMisfit` when the document isn't as the patch takes it to be. */
export function applyJsonPatch(target: JsonObject, patch: readonly JsonValue[]): JsonValue {
  let document = structuredClone(target) as JsonValue
  try {
    for (const given of patch.map(operationOf)) {
      const path = plainPointer(document, given.path, given.op === 'add')
      const operation = 'from' in given ? { ...given, path, from: plainPointer(document, given.from, false) } : { ...given, path }
      // What isn't there equals null.
      if (isPassedTest(document, operation)) continue
      document = jsonPatch.applyOperation(document as object, operation, true, true).newDocument as JsonValue
    }
    return document
  } catch (error) {
    if (error instanceof Error) throw new JsonPatchMisfit(error.message)
    throw error
  }
}
