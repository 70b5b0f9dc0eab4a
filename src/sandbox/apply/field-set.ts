import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { exactJsonText, parseExactJson } from '../exact-json.ts'

/** One step of a field set: whether the field itself belongs to the set, and what below it does. */
export interface FieldNode {
  readonly member: boolean
  readonly children: FieldSet | undefined
}

/**
 * A set of fields of an object, keyed by path elements in their `FieldsV1` spelling (`f:name`, `k:{"name":"x"}`, `v:"x"`,
 * `i:0`). Treated as immutable once built; no node is both without membership and without children.
 */
export type FieldSet = ReadonlyMap<string, FieldNode>

/** Path elements from the root. */
export type FieldPath = readonly string[]

/** The set of nothing. */
export const emptyFieldSet: FieldSet = new Map()

/** A field set under construction. */
export class FieldSetBuilder {
  readonly #root = new Map<string, { member: boolean; children: Map<string, unknown> | undefined }>()

  /** Adds one path. The empty path stands for the whole object, which nobody owns, and is ignored. */
  insert(path: FieldPath): void {
    let level = this.#root
    for (let index = 0; index < path.length; index += 1) {
      const element = path[index] as string
      let node = level.get(element)
      if (node === undefined) {
        node = { member: false, children: undefined }
        level.set(element, node)
      }
      if (index === path.length - 1) {
        node.member = true
        return
      }
      if (node.children === undefined) node.children = new Map()
      level = node.children as typeof level
    }
  }

  /** The set built so far. */
  build(): FieldSet {
    return this.#root as FieldSet
  }
}

/** The set of the given paths. */
export function fieldSetOf(paths: Iterable<FieldPath>): FieldSet {
  const builder = new FieldSetBuilder()
  for (const path of paths) builder.insert(path)
  return builder.build()
}

function put(out: Map<string, FieldNode>, element: string, member: boolean, children: FieldSet | undefined): void {
  const kept = children !== undefined && children.size > 0 ? children : undefined
  if (member || kept !== undefined) out.set(element, { member, children: kept })
}

/** Fields of either set. */
export function unionOf(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0) return right
  if (right.size === 0) return left
  const out = new Map<string, FieldNode>(left)
  for (const [element, node] of right) {
    const other = left.get(element)
    if (other === undefined) out.set(element, node)
    else {
      const children =
        other.children === undefined
          ? node.children
          : node.children === undefined
            ? other.children
            : unionOf(other.children, node.children)
      out.set(element, { member: other.member || node.member, children })
    }
  }
  return out
}

/** Fields of both sets. */
export function intersectionOf(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return emptyFieldSet
  const out = new Map<string, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) continue
    const children =
      node.children === undefined || other.children === undefined ? undefined : intersectionOf(node.children, other.children)
    put(out, element, node.member && other.member, children)
  }
  return out
}

/** Fields of the first set that the second lacks. A parent in the second set does not take its children away. */
export function differenceOf(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const out = new Map<string, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) out.set(element, node)
    else {
      const children =
        node.children === undefined || other.children === undefined ? node.children : differenceOf(node.children, other.children)
      put(out, element, node.member && !other.member, children)
    }
  }
  return out
}

/** Fields of the first set, without those of the second and everything below them. */
export function recursiveDifferenceOf(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const out = new Map<string, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) out.set(element, node)
    else if (!other.member) {
      const children =
        node.children === undefined || other.children === undefined
          ? node.children
          : recursiveDifferenceOf(node.children, other.children)
      put(out, element, node.member, children)
    }
  }
  return out
}

/** True when both sets hold the same fields. */
export function fieldSetsEqual(left: FieldSet, right: FieldSet): boolean {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined || other.member !== node.member) return false
    if (!fieldSetsEqual(node.children ?? emptyFieldSet, other.children ?? emptyFieldSet)) return false
  }
  return true
}

/** True when the path is a member. */
export function fieldSetHas(set: FieldSet, path: FieldPath): boolean {
  let level: FieldSet | undefined = set
  for (let index = 0; index < path.length; index += 1) {
    const node: FieldNode | undefined = level?.get(path[index] as string)
    if (node === undefined) return false
    if (index === path.length - 1) return node.member
    level = node.children
  }
  return false
}

/** Every member path, members of a level before what is below it, each level in sorted order. */
export function* fieldPathsOf(set: FieldSet, prefix: FieldPath = []): Generator<FieldPath> {
  const elements = [...set.keys()].sort(compareElements)
  for (const element of elements) if (set.get(element)?.member === true) yield [...prefix, element]
  for (const element of elements) {
    const children = set.get(element)?.children
    if (children !== undefined) yield* fieldPathsOf(children, [...prefix, element])
  }
}

function rank(element: string): number {
  switch (element[0]) {
    case 'f':
      return 0
    case 'k':
      return 1
    case 'v':
      return 2
    default:
      return 3
  }
}

function compareElements(left: string, right: string): number {
  const byKind = rank(left) - rank(right)
  if (byKind !== 0) return byKind
  return left < right ? -1 : left > right ? 1 : 0
}

/** The set as `managedFields[].fieldsV1` has it, sorted. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  const out: { [element: string]: JsonValue } = {}
  for (const element of [...set.keys()].sort()) {
    const node = set.get(element)
    if (node === undefined) continue
    if (node.children === undefined) out[element] = {}
    else {
      const below = encodeFieldSet(node.children)
      out[element] = node.member ? { '.': {}, ...below } : below
    }
  }
  return out
}

const decoded = new WeakMap<JsonObject, FieldSet>()

/** Reads `fieldsV1`; undefined when it is not in that format. Answers are remembered by the object's identity. */
export function decodeFieldSet(fields: JsonObject): FieldSet | undefined {
  const known = decoded.get(fields)
  if (known !== undefined) return known
  const set = decodeLevel(fields)
  if (set !== undefined) decoded.set(fields, set)
  return set
}

function decodeLevel(fields: JsonObject): FieldSet | undefined {
  const out = new Map<string, FieldNode>()
  for (const [element, below] of Object.entries(fields)) {
    if (element === '.') continue
    if (!isJsonObject(below) || !/^[fkvi]:/.test(element)) return undefined
    const children = decodeLevel(below)
    if (children === undefined) return undefined
    const member = '.' in below || Object.keys(below).length === 0
    const canonical = canonicalElement(element)
    if (canonical === undefined) return undefined
    put(out, canonical, member, children)
  }
  return out
}

/** The element in its one form; undefined for keys, values and places that are none. */
function canonicalElement(element: string): string | undefined {
  if (element.startsWith('f:')) return element
  const text = element.slice(2)
  if (element.startsWith('i:')) return /^-?\d+$/.test(text) ? element : undefined
  try {
    const key = parseExactJson(text)
    if (element.startsWith('v:')) return element
    return isJsonObject(key) ? keyElement(Object.entries(key)) : undefined
  } catch {
    return undefined
  }
}

/** The element of a field by name. */
export function fieldElement(name: string): string {
  return `f:${name}`
}

/** The element of a list item known by its key fields. */
export function keyElement(key: readonly (readonly [string, JsonValue])[]): string {
  if (key.length === 1) {
    const only = key[0] as readonly [string, JsonValue]
    return `k:{${JSON.stringify(only[0])}:${exactJsonText(only[1])}}`
  }
  const sorted = [...key].sort((left, right) => (left[0] < right[0] ? -1 : 1))
  return `k:{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${exactJsonText(value)}`).join(',')}}`
}

/** The element of a set's item: the value itself. */
export function valueElement(value: JsonValue): string {
  return `v:${exactJsonText(value)}`
}

function valueText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (isJsonObject(value))
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}=${valueText(inner)}`)
      .join(';')}}`
  return exactJsonText(value)
}

/** One element as messages show it: `.name`, `[name="x"]`, `[="x"]`, `[0]`. */
export function describeElement(element: string): string {
  const rest = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${rest}`
    case 'k': {
      const key = parseExactJson(rest) as JsonObject
      return `[${Object.entries(key)
        .map(([name, value]) => `${name}=${valueText(value)}`)
        .join(',')}]`
    }
    case 'v':
      return `[=${valueText(parseExactJson(rest))}]`
    default:
      return `[${rest}]`
  }
}

/** A path as conflict messages show it: `.webhooks[name="x"].failurePolicy`. */
export function describePath(path: FieldPath): string {
  return path.map(describeElement).join('')
}
