import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { exactDigits } from '../exact-json.ts'
import { describeElement, fieldElement } from './field-set.ts'
import { goPlain, goSyntax } from './go-text.ts'
import { listElementOf } from './list-element.ts'
import type { ListType, MapType, MergeType, ScalarKind } from './merge-type.ts'
import { partOf } from './value-shape.ts'

/** Where a value stands, from the inside out: its text is made only for what is wrong. */
interface Place {
  readonly parent: Place | undefined
  readonly element: string
}

interface TypedError {
  readonly place: Place | undefined
  readonly message: string
  readonly isDuplicate?: boolean
}

function pathText(place: Place | undefined): string {
  return place === undefined ? '' : pathText(place.parent) + describeElement(place.element)
}

/**
 * What keeps an applied object from having its type, worded as the API server words it after `failed to create typed patch
 * object (...): `; undefined when nothing does. What is stored already may have items twice.
 */
export function typedErrorsOf(value: JsonValue, type: MergeType, allowDuplicates = false): string | undefined {
  const errors: TypedError[] = []
  check(value, type, undefined, errors)
  const told = allowDuplicates ? errors.filter((error) => !error.isDuplicate) : errors
  if (told.length === 0) return undefined
  const lines = told.map(({ place, message }) => (place === undefined ? message : `${pathText(place)}: ${message}`))
  return lines.length === 1 ? lines[0] : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function check(value: JsonValue, type: MergeType, place: Place | undefined, errors: TypedError[]): void {
  const part = partOf(type, value)
  if (part.map !== undefined) checkMap(value, part.map, place, errors)
  else if (part.scalar !== undefined) checkScalar(value, part.scalar, place, errors)
  else if (part.list !== undefined) checkList(value, part.list, place, errors)
}

function checkScalar(value: JsonValue, kind: ScalarKind, place: Place | undefined, errors: TypedError[]): void {
  if (value === null) return
  switch (kind) {
    case 'numeric':
      if (typeof value !== 'number' && exactDigits(value) === undefined)
        errors.push({ place, message: `expected numeric (int or float), got ${goTypeName(value)}` })
      return
    case 'string':
      if (typeof value !== 'string' || exactDigits(value) !== undefined) {
        errors.push({ place, message: `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}` })
      }
      return
    case 'boolean':
      if (typeof value !== 'boolean') errors.push({ place, message: `expected boolean, got &{${goPlain(value)}}` })
      return
    case 'untyped':
      if (typeof value === 'object') errors.push({ place, message: `expected any scalar, got &{${goPlain(value)}}` })
  }
}

function checkList(value: JsonValue, type: ListType, place: Place | undefined, errors: TypedError[]): void {
  if (value === null) return
  if (!Array.isArray(value)) {
    errors.push({ place, message: `expected list, got &{${goPlain(value)}}` })
    return
  }
  const seen = new Set<string>()
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    let element = `i:${index}`
    if (type.relationship === 'associative') {
      const known = listElementOf(type, item)
      if (!known.ok) {
        errors.push({ place, message: `element ${index}: ${known.problem}` })
        return
      }
      element = known.element
      if (seen.has(element)) {
        errors.push({ place, message: `duplicate entries for key ${describeElement(element)}`, isDuplicate: true })
      }
      seen.add(element)
    }
    check(item, type.element(), { parent: place, element }, errors)
  }
}

function checkMap(value: JsonValue, type: MapType, place: Place | undefined, errors: TypedError[]): void {
  if (value === null) return
  if (!isJsonObject(value)) {
    errors.push({ place, message: `expected map, got &{${goPlain(value)}}` })
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    const fieldType = type.field(name) ?? type.element?.()
    const fieldPlace = { parent: place, element: fieldElement(name) }
    if (fieldType === undefined) {
      errors.push({ place: fieldPlace, message: 'field not declared in schema' })
      return
    }
    check(inner, fieldType, fieldPlace, errors)
  }
}

function goTypeName(value: JsonValue): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}
