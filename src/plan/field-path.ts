import { isJsonObject, type JsonObject, type JsonPrimitive, type JsonValue } from './json.ts'
import type { ValuePath } from './source.ts'

/** One step of a field path. */
export type FieldStep =
  /** A key of an object; a trailing * stands for any rest. Names written with dots may be several steps that are one key. */
  | { readonly kind: 'field'; readonly name: string; readonly quoted: boolean }
  /** Every item of a list, or every value of an object. */
  | { readonly kind: 'any' }
  | { readonly kind: 'index'; readonly index: number }
  /** The items of a list that have these values. */
  | { readonly kind: 'key'; readonly keys: readonly (readonly [name: string, value: JsonPrimitive])[] }
  /** The item of a list that is this value. */
  | { readonly kind: 'value'; readonly value: JsonPrimitive }

/**
 * Names fields of objects: `webhooks[*].clientConfig.caBundle`, `metadata.annotations["x/y"]`, `spec.ports[port=80].name`,
 * `metadata.finalizers[="x"]`, and what API servers write, `.spec.containers[name="app"].image`.
 */
export type FieldPath = readonly FieldStep[]

const NAME = /[^.[\]"]+/y
const QUOTED = /"(?:[^"\\]|\\.)*"/y
const INDEX = /\d+(?=\])/y
const KEY = /([^=,"[\]]*)=("(?:[^"\\]|\\.)*"|[^,"[\]]*)/y

/** Reads a field path; undefined when it is none. */
export function parseFieldPath(text: string): FieldPath | undefined {
  const steps: FieldStep[] = []
  let at = text.startsWith('.') ? 1 : 0
  let afterDot = true
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) return undefined
    at += match[0].length
    return match
  }
  while (at < text.length) {
    if (text[at] === '[') {
      at++
      const step = parseBrackets(take, text[at] === '*' && text[at + 1] === ']')
      if (step === undefined) return undefined
      if (step.kind === 'any') at++
      if (text[at] !== ']') return undefined
      at++
      steps.push(step)
      afterDot = false
    } else if (text[at] === '.') {
      if (afterDot) return undefined
      at++
      afterDot = true
      if (at === text.length) return undefined
    } else {
      if (!afterDot) return undefined
      const name = take(NAME)
      if (name === undefined) return undefined
      steps.push(name[0] === '*' ? { kind: 'any' } : { kind: 'field', name: name[0], quoted: false })
      afterDot = false
    }
  }
  return steps.length === 0 ? undefined : steps
}

function parseBrackets(take: (pattern: RegExp) => RegExpExecArray | undefined, any: boolean): FieldStep | undefined {
  if (any) return { kind: 'any' }
  const quoted = take(QUOTED)
  if (quoted !== undefined) {
    const name = unquote(quoted[0])
    return typeof name === 'string' ? { kind: 'field', name, quoted: true } : undefined
  }
  const index = take(INDEX)
  if (index !== undefined) return { kind: 'index', index: Number(index[0]) }
  const keys: (readonly [string, JsonPrimitive])[] = []
  for (;;) {
    const key = take(KEY)
    if (key === undefined) return undefined
    const value = unquote(key[2] ?? '')
    if (value === undefined) return undefined
    if (key[1] === '') return keys.length === 0 ? { kind: 'value', value } : undefined
    keys.push([key[1] ?? '', value])
    if (take(/,/y) === undefined) return { kind: 'key', keys }
  }
}

/** A JSON scalar as written; a bare word is a text. */
function unquote(text: string): JsonPrimitive | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? undefined : (value as JsonPrimitive)
  } catch {
    return text.startsWith('"') || text === '' ? undefined : text
  }
}

/**
 * The object without what a path names. Objects and lists that this empties go too, all else is shared with the original. A path
 * that can't be read or leads nowhere changes nothing.
 */
export function removeFieldPath<Value extends JsonObject>(object: Value, path: string | FieldPath): Value {
  const steps = typeof path === 'string' ? parseFieldPath(path) : path
  if (steps === undefined) return object
  const left = removed(object, steps, 0)
  return (left === undefined ? {} : left) as Value
}

/** The value without what the steps from `at` on name; undefined when nothing is left of it. */
function removed(value: JsonValue, steps: FieldPath, at: number): JsonValue | undefined {
  if (at === steps.length) return undefined
  if (Array.isArray(value)) return removedFromList(value as readonly JsonValue[], steps, at)
  return isJsonObject(value) ? removedFromObject(value, steps, at) : value
}

function removedFromList(list: readonly JsonValue[], steps: FieldPath, at: number): JsonValue | undefined {
  const step = steps[at]
  if (step === undefined || !list.some((item, index) => selectsItem(step, item, index))) return list
  const last = at + 1 === steps.length
  let changed = false
  const left: JsonValue[] = []
  for (const [index, item] of list.entries()) {
    if (!selectsItem(step, item, index)) {
      left.push(item)
      continue
    }
    // An item that is emptied stays, lest the others change their places.
    const kept = last ? undefined : (removed(item, steps, at + 1) ?? {})
    if (kept !== undefined) left.push(kept)
    changed ||= kept !== item
  }
  if (!changed) return list
  return left.length === 0 ? undefined : left
}

function removedFromObject(object: JsonObject, steps: FieldPath, at: number): JsonValue | undefined {
  let changed = false
  const left: [string, JsonValue][] = []
  for (const [name, value] of Object.entries(object)) {
    let kept: JsonValue | undefined = value
    for (const next of stepsPast(name, steps, at)) {
      kept = removed(kept, steps, next)
      if (kept === undefined) break
    }
    if (kept !== undefined) left.push([name, kept])
    changed ||= kept !== value
  }
  if (!changed) return object
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

/** Where the path goes on after this key: names with dots may be spread over several steps. */
function stepsPast(name: string, steps: FieldPath, at: number): readonly number[] {
  const step = steps[at]
  if (step?.kind === 'any') return [at + 1]
  if (step?.kind !== 'field') return []
  const ends: number[] = []
  let joined = step.name
  if (matchesName(joined, name)) ends.push(at + 1)
  if (step.quoted) return ends
  for (let next = at + 1; next < steps.length; next++) {
    const more = steps[next]
    if (more?.kind !== 'field' || more.quoted) break
    joined += `.${more.name}`
    if (matchesName(joined, name)) ends.push(next + 1)
    else if (joined.length > name.length + 1) break
  }
  return ends
}

function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}

function selectsItem(step: FieldStep, item: JsonValue, index: number): boolean {
  switch (step.kind) {
    case 'any':
      return true
    case 'index':
      return step.index === index
    case 'value':
      return step.value === item
    case 'key':
      return isJsonObject(item) && step.keys.every(([name, value]) => Object.hasOwn(item, name) && item[name] === value)
    case 'field':
      return false
  }
}

/**
 * True when a value path lies at or below what a field path names. Steps of the value path that stand for keyed items, `[name=v1]`,
 * meet key steps with the same values; indexes meet them where the object that they lead into is at hand.
 */
export function matchesFieldPath(path: string | FieldPath, place: ValuePath, object?: JsonValue): boolean {
  const steps = typeof path === 'string' ? parseFieldPath(path) : path
  return steps !== undefined && matchesFrom(steps, 0, place, 0, object)
}

function matchesFrom(steps: FieldPath, at: number, place: ValuePath, position: number, value: JsonValue | undefined): boolean {
  if (at === steps.length) return true
  const here = place[position]
  const step = steps[at]
  if (here === undefined || step === undefined) return false
  if (typeof here === 'number') {
    const item = Array.isArray(value) ? (value as readonly JsonValue[])[here] : undefined
    const selects =
      item === undefined ? step.kind === 'any' || (step.kind === 'index' && step.index === here) : selectsItem(step, item, here)
    return selects && matchesFrom(steps, at + 1, place, position + 1, item)
  }
  if (here.startsWith('[')) return matchesKeyed(step, here) && matchesFrom(steps, at + 1, place, position + 1, undefined)
  const child = isJsonObject(value) ? value[here] : undefined
  return stepsPast(here, steps, at).some((next) => matchesFrom(steps, next, place, position + 1, child))
}

function matchesKeyed(step: FieldStep, keyed: string): boolean {
  if (step.kind === 'any') return true
  const other = parseFieldPath(keyed)?.[0]
  if (other?.kind === 'key' && step.kind === 'key') {
    const values = new Map(other.keys)
    return step.keys.every(([name, value]) => values.has(name) && values.get(name) === value)
  }
  return other?.kind === 'value' && step.kind === 'value' && other.value === step.value
}

/** The place that a path names in an object, with the indexes of keyed items; as far as it leads where the rest is not there. */
export function resolveFieldPath(object: JsonValue, path: string | FieldPath): ValuePath {
  const steps = typeof path === 'string' ? parseFieldPath(path) : path
  const place: (string | number)[] = []
  let value: JsonValue | undefined = object
  for (let at = 0; steps !== undefined && at < steps.length; ) {
    const step: FieldStep | undefined = steps[at]
    if (step === undefined) break
    if (Array.isArray(value)) {
      const items: readonly JsonValue[] = value
      const index = items.findIndex((item, position) => selectsItem(step, item, position))
      if (index < 0) break
      place.push(index)
      value = items[index]
      at++
    } else if (isJsonObject(value)) {
      const entry: [string, number] | undefined = longestKey(value, steps, at)
      if (entry === undefined) break
      place.push(entry[0])
      value = value[entry[0]]
      at = entry[1]
    } else break
  }
  return place
}

function longestKey(object: JsonObject, steps: FieldPath, at: number): [string, number] | undefined {
  let longest: [string, number] | undefined
  for (const name of Object.keys(object)) {
    for (const next of stepsPast(name, steps, at)) if (longest === undefined || next > longest[1]) longest = [name, next]
  }
  return longest
}
