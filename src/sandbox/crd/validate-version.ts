import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { fieldAtPath } from './field-path.ts'

const columnTypes = 'boolean,date,integer,number,string'
const columnFormats = 'byte,date,date-time,double,float,int32,int64,password'
const mostSelectableFields = 8
const longestWarning = 256

function checkPath(errors: FieldErrors, path: string, field: string): boolean {
  if (path.startsWith('.')) return true
  errors.invalid(field, path, 'must be a simple json path starting with .')
  return false
}

/** Columns of `kubectl get`. */
export function validateColumns(errors: FieldErrors, version: JsonObject, field: string): void {
  objectsAt(version, 'additionalPrinterColumns').forEach((column, index) => {
    const at = `${field}[${index}]`
    const type = textAt(column, 'type')
    const format = textAt(column, 'format')
    const path = textAt(column, 'jsonPath')
    if (textAt(column, 'name') === '') errors.required(`${at}.name`)
    if (type === '') errors.required(`${at}.type`, `must be one of ${columnTypes}`)
    else if (!columnTypes.split(',').includes(type)) errors.invalid(`${at}.type`, type, `must be one of ${columnTypes}`)
    if (format !== '' && !columnFormats.split(',').includes(format)) {
      errors.invalid(`${at}.format`, format, `must be one of ${columnFormats}`)
    }
    if (path === '') errors.required(`${at}.JSONPath`)
    else checkPath(errors, path, `${at}.JSONPath`)
  })
}

/** Where the scale subresource finds its numbers. */
export function validateSubresources(errors: FieldErrors, version: JsonObject, field: string): void {
  const scale = objectAt(objectAt(version, 'subresources'), 'scale')
  if (scale === undefined) return
  for (const [name, parent] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const path = textAt(scale, name)
    const at = `${field}.scale.${name}`
    if (path === '') errors.required(at)
    else if (checkPath(errors, path, at) && !path.startsWith(`${parent}.`)) {
      errors.invalid(at, path, `should be a json path under ${parent}`)
    }
  }
  const selector = textAt(scale, 'labelSelectorPath')
  const at = `${field}.scale.labelSelectorPath`
  if (selector === '' || !checkPath(errors, selector, at)) return
  if (!selector.startsWith('.spec.') && !selector.startsWith('.status.')) {
    errors.invalid(at, selector, 'should be a json path under either .spec or .status')
  }
}

/** Fields by which objects can be selected. */
export function validateSelectableFields(errors: FieldErrors, version: JsonObject, schema: JsonObject, field: string): void {
  const seen = new Set<string>()
  objectsAt(version, 'selectableFields').forEach((selectable, index) => {
    const at = `${field}[${index}].jsonPath`
    const path = textAt(selectable, 'jsonPath')
    if (path === '') {
      errors.required(at)
      return
    }
    const found = fieldAtPath(path, schema, false)
    if (!found.ok) {
      errors.invalid(at, path, `is an invalid path: ${found.problem}`)
      return
    }
    if (found.path.startsWith('metadata.')) errors.invalid(at, path, 'must not point to fields in metadata')
    if (!['string', 'boolean', 'integer'].includes(textAt(found.schema, 'type'))) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      errors.invalid(at, path, detail)
    }
    if (seen.has(found.path)) errors.duplicate(at, path)
    seen.add(found.path)
  })
  if (seen.size > mostSelectableFields) errors.tooMany(field, seen.size, mostSelectableFields)
}

/** The warning of a version that is on its way out. */
export function validateDeprecation(errors: FieldErrors, version: JsonObject, field: string): void {
  const { deprecationWarning: warning } = version
  const at = `${field}.deprecationWarning`
  if (typeof warning !== 'string') return
  if (version.deprecated !== true) {
    errors.invalid(at, warning, 'can only be set for deprecated versions')
    return
  }
  if (Buffer.byteLength(warning) > longestWarning) errors.invalid(at, warning, `must be <= ${longestWarning} characters long`)
  if (warning === '') errors.invalid(at, warning, 'must not be an empty string')
  const odd = warning.search(/[^\P{C}]|[^\P{Z} ]/u)
  if (odd < 0) return
  const index = Buffer.byteLength(warning.slice(0, odd))
  const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${index}`
  errors.invalid(at, warning, detail)
}
