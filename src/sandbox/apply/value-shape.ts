import type { JsonValue } from '../../plan/json.ts'
import type { MergeType } from './merge-type.ts'

/** The part of an open type that a value has: its scalar, list or map side; the type itself when the value does not tell. */
export function partOf(type: MergeType, value: JsonValue | undefined): MergeType {
  if (value === undefined || value === null) return type
  if (Array.isArray(value))
    return type.list === undefined ? type : type.scalar === undefined && type.map === undefined ? type : { list: type.list }
  if (typeof value === 'object')
    return type.map === undefined ? type : type.scalar === undefined && type.list === undefined ? type : { map: type.map }
  return type.scalar === undefined ? type : type.list === undefined && type.map === undefined ? type : { scalar: type.scalar }
}

/** True when two parts of one type are the same part. */
export function samePart(left: MergeType, right: MergeType): boolean {
  return left.scalar === right.scalar && left.list === right.list && left.map === right.map
}

/** Deep equality of JSON, blind to the order of object keys. */
export function jsonEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    for (let index = 0; index < left.length; index += 1) if (!jsonEqual(left[index], right[index])) return false
    return true
  }
  if (Array.isArray(right)) return false
  const leftNames = Object.keys(left)
  if (leftNames.length !== Object.keys(right).length) return false
  for (const name of leftNames) {
    if (!Object.hasOwn(right, name)) return false
    if (!jsonEqual((left as { [name: string]: JsonValue })[name], (right as { [name: string]: JsonValue })[name])) return false
  }
  return true
}
