import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** Keys that would reach a prototype instead of a property: refused wherever names are data. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Deeper than any Kubernetes object, far from the stack's end. */
const MAX_DEPTH = 200

/**
 * Reads the fields of parsed JSON with their types checked. The first thing wrong is kept in `problem`, with where it is; after it
 * the values returned are only stand-ins, so the caller looks at `problem` once, at the end.
 */
export class JsonReader {
  problem: string | undefined = undefined

  fail(where: string, message: string): void {
    this.problem ??= `${where === '' ? 'The document' : where} ${message}`
  }

  object(value: JsonValue | undefined, where: string): JsonObject {
    if (isJsonObject(value)) return value
    this.fail(where, `should be an object, not ${nameOfType(value)}.`)
    return {}
  }

  array(value: JsonValue | undefined, where: string): readonly JsonValue[] {
    if (Array.isArray(value)) return value
    this.fail(where, `should be a list, not ${nameOfType(value)}.`)
    return []
  }

  text(parent: JsonObject, key: string, where: string): string {
    const value = parent[key]
    if (typeof value === 'string') return value
    this.fail(join(where, key), `should be text, not ${nameOfType(value)}.`)
    return ''
  }

  textOrUndefined(parent: JsonObject, key: string, where: string): string | undefined {
    return parent[key] === null || parent[key] === undefined ? undefined : this.text(parent, key, where)
  }

  texts(parent: JsonObject, key: string, where: string): readonly string[] {
    const items: string[] = []
    for (const item of this.array(parent[key], join(where, key))) {
      if (typeof item === 'string') items.push(item)
      else this.fail(join(where, key), `should be a list of texts, and holds ${nameOfType(item)}.`)
    }
    return items
  }

  flag(parent: JsonObject, key: string, where: string): boolean {
    const value = parent[key]
    if (typeof value === 'boolean') return value
    this.fail(join(where, key), `should be true or false, not ${nameOfType(value)}.`)
    return false
  }

  /** A whole number from 0 to 2^53 - 1. */
  count(parent: JsonObject, key: string, where: string): number {
    const value = parent[key]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    this.fail(join(where, key), 'should be a whole number that is not negative.')
    return 0
  }

  word<const Word extends string>(parent: JsonObject, key: string, where: string, words: readonly [Word, ...Word[]]): Word {
    const value = parent[key]
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    this.fail(join(where, key), `should be one of ${words.join(', ')}.`)
    return words[0]
  }

  /** A map from names that are data. */
  map<Value>(
    value: JsonValue | undefined,
    where: string,
    read: (item: JsonValue, where: string) => Value,
  ): { [key: string]: Value } {
    const map: { [key: string]: Value } = {}
    for (const [key, item] of Object.entries(this.object(value, where))) {
      if (FORBIDDEN_KEYS.has(key)) this.fail(where, `has the forbidden name ${key}.`)
      else map[key] = read(item, join(where, key))
    }
    return map
  }

  /** Any JSON, as it is: checked for depth and for `__proto__`. */
  json(value: JsonValue | undefined, where: string): JsonValue {
    if (value === undefined) {
      this.fail(where, 'is missing.')
      return null
    }
    const problem = findUnsafe(value)
    if (problem !== undefined) this.fail(where, problem)
    return value
  }
}

/** Goes no deeper than is allowed, so it can't run out of stack. */
function findUnsafe(value: JsonValue, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels.`
  if (!isJsonObject(value)) return unsafeItem(value, depth)
  for (const key in value) {
    if (key === '__proto__') return 'has the forbidden name __proto__.'
    const item = value[key]
    const problem = typeof item === 'object' ? findUnsafe(item, depth + 1) : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}

function unsafeItem(list: readonly JsonValue[], depth: number): string | undefined {
  for (let index = 0; index < list.length; index++) {
    const problem = findUnsafe(list[index] ?? null, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function join(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`
}

function nameOfType(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}
