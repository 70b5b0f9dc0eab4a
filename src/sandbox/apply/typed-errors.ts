import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { describeElement, fieldElement } from './field-set.ts'
import { listElementOf } from './list-element.ts'
import type { ListType, MapType, MergeType, ScalarKind } from './merge-type.ts'
import { partOf } from './value-shape.ts'

interface TypedError {
  readonly path: string
  readonly message: string
}

/**
 * What keeps an applied object from having its type, worded as the API server words it after `failed to create typed patch
 * object (...): `; undefined when nothing does.
 */
export function typedErrorsOf(value: JsonValue, type: MergeType): string | undefined {
  const errors: TypedError[] = []
  check(value, type, '', errors)
  if (errors.length === 0) return undefined
  const lines = errors.map((error) => (error.path === '' ? error.message : `${error.path}: ${error.message}`))
  return lines.length === 1 ? lines[0] : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function check(value: JsonValue, type: MergeType, path: string, errors: TypedError[]): void {
  const part = partOf(type, value)
  if (part.map !== undefined) checkMap(value, part.map, path, errors)
  else if (part.scalar !== undefined) checkScalar(value, part.scalar, path, errors)
  else if (part.list !== undefined) checkList(value, part.list, path, errors)
}

function checkScalar(value: JsonValue, kind: ScalarKind, path: string, errors: TypedError[]): void {
  if (value === null) return
  switch (kind) {
    case 'numeric':
      if (typeof value !== 'number') errors.push({ path, message: `expected numeric (int or float), got ${goTypeName(value)}` })
      return
    case 'string':
      if (typeof value !== 'string') {
        errors.push({ path, message: `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}` })
      }
      return
    case 'boolean':
      if (typeof value !== 'boolean') errors.push({ path, message: `expected boolean, got &{${goPlain(value)}}` })
      return
    case 'untyped':
      if (typeof value === 'object') errors.push({ path, message: `expected any scalar, got &{${goPlain(value)}}` })
  }
}

function checkList(value: JsonValue, type: ListType, path: string, errors: TypedError[]): void {
  if (value === null) return
  if (!Array.isArray(value)) {
    errors.push({ path, message: `expected list, got &{${goPlain(value)}}` })
    return
  }
  const seen = new Set<string>()
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    let element = `i:${index}`
    if (type.relationship === 'associative') {
      const known = listElementOf(type, item)
      if (!known.ok) {
        errors.push({ path, message: `element ${index}: ${known.problem}` })
        return
      }
      element = known.element
      if (seen.has(element)) errors.push({ path, message: `duplicate entries for key ${describeElement(element)}` })
      seen.add(element)
    }
    check(item, type.element(), path + describeElement(element), errors)
  }
}

function checkMap(value: JsonValue, type: MapType, path: string, errors: TypedError[]): void {
  if (value === null) return
  if (!isJsonObject(value)) {
    errors.push({ path, message: `expected map, got &{${goPlain(value)}}` })
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    const fieldType = type.field(name) ?? type.element?.()
    const fieldPath = path + describeElement(fieldElement(name))
    if (fieldType === undefined) {
      errors.push({ path: fieldPath, message: 'field not declared in schema' })
      return
    }
    check(inner, fieldType, fieldPath, errors)
  }
}

function goTypeName(value: JsonValue): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** A value as Go prints it with `%v`. */
function goPlain(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(goPlain).join(' ')}]`
  if (isJsonObject(value)) {
    const names = Object.keys(value).sort()
    return `map[${names.map((name) => `${name}:${goPlain(value[name] ?? null)}`).join(' ')}]`
  }
  return String(value)
}

/** A value as Go prints it with `%#v`. */
function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly JsonValue[]).map(goSyntax).join(', ')}}`
  if (isJsonObject(value)) {
    const object: JsonObject = value
    const names = Object.keys(object).sort()
    return `map[string]interface {}{${names.map((name) => `${JSON.stringify(name)}:${goSyntax(object[name] ?? null)}`).join(', ')}}`
  }
  return JSON.stringify(value)
}
