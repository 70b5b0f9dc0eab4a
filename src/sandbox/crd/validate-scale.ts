import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goPlain } from '../apply/go-text.ts'
import type { FieldError, ScalePaths } from '../resource-type.ts'

const mostReplicas = 2 ** 31 - 1

function refused(path: string, shown: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field: path, message: `Invalid value: ${shown}: ${detail}` }
}

/** The value at a path, or why it can't be reached. */
function valueAt(object: JsonObject, path: string): { readonly value: JsonValue | undefined } | { readonly problem: string } {
  let value: JsonValue | undefined = object
  for (const step of path.replace(/^\./, '').split('.')) {
    // What is null on the way there counts as not there.
    if (value === undefined || value === null) return { value: undefined }
    if (!isJsonObject(value)) {
      const problem = `${path} accessor error: ${value === null ? '<nil>' : goPlain(value)} is of the type ${goTypeOf(value)}, expected map[string]interface{}`
      return { problem }
    }
    value = Object.hasOwn(value, step) ? value[step] : undefined
  }
  return { value }
}

function goTypeOf(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'map[string]interface {}'
}

function checkReplicas(object: JsonObject, path: string): readonly FieldError[] {
  const found = valueAt(object, path)
  if ('problem' in found) return [refused(path, '0', found.problem)]
  const { value } = found
  if (value === undefined) return []
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return [
      refused(
        path,
        '0',
        `${path} accessor error: ${value === null ? '<nil>' : goPlain(value)} is of the type ${goTypeOf(value)}, expected int64`,
      ),
    ]
  }
  if (value < 0) return [refused(path, String(value), 'should be a non-negative integer')]
  return value > mostReplicas ? [refused(path, String(value), `should be less than or equal to ${mostReplicas}`)] : []
}

/**
 * What keeps the fields behind a custom kind's scale subresource from being what a Scale shows. A write of the status is held
 * against those of the status alone.
 */
export function validateScale(object: JsonObject, paths: ScalePaths, isStatus: boolean): readonly FieldError[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = paths
  const spec = isStatus ? [] : checkReplicas(object, specReplicasPath)
  const errors = [...spec, ...checkReplicas(object, statusReplicasPath)]
  if (labelSelectorPath === undefined) return errors
  const found = valueAt(object, labelSelectorPath)
  if ('problem' in found) return [...errors, refused(labelSelectorPath, '""', found.problem)]
  const { value } = found
  if (value === undefined || typeof value === 'string') return errors
  const why = `${labelSelectorPath} accessor error: ${value === null ? '<nil>' : goPlain(value)} is of the type ${goTypeOf(value)}, expected string`
  return [...errors, refused(labelSelectorPath, '""', why)]
}
