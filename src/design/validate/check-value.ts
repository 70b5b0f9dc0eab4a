import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesignCode } from '../codes.ts'
import { holdsExpression } from '../expression/template.ts'
import { didYouMean } from '../nearest.ts'
import type { ValueSchema } from './value-schema.ts'

/** A value that does not fit its schema. `onKey`: the key is what is wrong, not the value under it. */
export interface Misfit {
  readonly code: DesignCode
  readonly path: ValuePath
  readonly onKey: boolean
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
}

/** `authored`: any value may be an expression instead. `evaluated`: every value is what it is. */
export type CheckMode = 'authored' | 'evaluated'

/**
 * Compares a value with a schema of the language and reports every misfit. It reads the schemas directly, where a compiling
 * validator would spend more time on start-up (all sections: several hundred milliseconds) than a whole plan takes, and could
 * neither take an expression for any value nor say which alternative of a union was meant.
 */
export function checkValue(schema: ValueSchema, value: JsonValue, mode: CheckMode, path: ValuePath = []): readonly Misfit[] {
  const misfits: Misfit[] = []
  visit(schema, value, mode, [...path], misfits)
  return misfits
}

function visit(schema: ValueSchema, value: JsonValue, mode: CheckMode, path: (string | number)[], misfits: Misfit[]): void {
  if (mode === 'authored' && typeof value === 'string' && holdsExpression(value)) return
  if (schema.anyOf !== undefined) return visitUnion(schema, schema.anyOf, value, mode, path, misfits)
  if (schema.const !== undefined) {
    if (value !== schema.const) misfits.push(wrongWord(path, value, [schema.const]))
    return
  }
  if (schema.enum !== undefined) {
    if (!schema.enum.includes(value)) misfits.push(wrongWord(path, value, schema.enum))
    return
  }
  switch (schema.type) {
    case undefined:
      return
    case 'object':
      return visitObject(schema, value, mode, path, misfits)
    case 'array':
      return visitArray(schema, value, mode, path, misfits)
    case 'string':
      if (typeof value !== 'string') misfits.push(wrongType(path, 'a string', value, schema))
      else visitString(schema, value, path, misfits)
      return
    case 'integer':
    case 'number':
      return visitNumber(schema, value, path, misfits)
    case 'boolean':
      if (typeof value !== 'boolean') misfits.push(wrongType(path, 'true or false', value, schema))
      return
    case 'null':
      if (value !== null) misfits.push(wrongType(path, 'null', value, schema))
  }
}

function visitObject(schema: ValueSchema, value: JsonValue, mode: CheckMode, path: (string | number)[], misfits: Misfit[]): void {
  if (!isJsonObject(value)) {
    misfits.push(wrongType(path, 'a map', value, schema))
    return
  }
  const properties = schema.properties
  for (const key of schema.required ?? []) {
    if (value[key] !== undefined) continue
    const description = properties?.[key]?.description
    misfits.push({
      code: 'MF1102',
      path: [...path],
      onKey: true,
      summary: `${key} is missing`,
      ...(description === undefined ? {} : { detail: `${key}: ${description}` }),
    })
  }
  const others = otherKeys(schema)
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item === undefined) continue
    const own = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
    const child = own ?? others
    if (child === undefined) {
      if (mode === 'authored' && holdsExpression(key)) continue
      const hint = didYouMean(
        key,
        Object.keys(properties ?? {}).filter((known) => value[known] === undefined),
      )
      misfits.push({
        code: 'MF1101',
        path: [...path, key],
        onKey: true,
        summary: `Unknown key ${key}`,
        ...(hint === undefined ? {} : { hint }),
      })
      continue
    }
    if (child === true) continue
    path.push(key)
    visit(child, item, mode, path, misfits)
    path.pop()
  }
}

/** What keys beside the known ones must fit: a schema, anything (true), or nothing (undefined). */
function otherKeys(schema: ValueSchema): ValueSchema | true | undefined {
  if (schema.patternProperties !== undefined) return Object.values(schema.patternProperties)[0]
  if (schema.additionalProperties === false) return undefined
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : true
}

function visitArray(schema: ValueSchema, value: JsonValue, mode: CheckMode, path: (string | number)[], misfits: Misfit[]): void {
  if (!Array.isArray(value)) {
    misfits.push(wrongType(path, 'a list', value, schema))
    return
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    misfits.push(outOfRange(path, `has ${value.length} items, needs at least ${schema.minItems}`))
  }
  const items = schema.items
  if (items === undefined) return
  for (const [index, item] of value.entries()) {
    path.push(index)
    visit(items, item, mode, path, misfits)
    path.pop()
  }
}

function visitString(schema: ValueSchema, value: string, path: readonly (string | number)[], misfits: Misfit[]): void {
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    const examples = schema.examples?.map(String).join(', ')
    misfits.push({
      code: 'MF1106',
      path: [...path],
      onKey: false,
      summary: `"${value}" does not have the right form`,
      ...(schema.description === undefined ? {} : { detail: schema.description }),
      hint: examples === undefined ? `It must match ${schema.pattern}` : `Write it like ${examples}.`,
    })
  }
  if (schema.minLength !== undefined && value.length < schema.minLength) {
    misfits.push(outOfRange(path, `is shorter than ${schema.minLength} characters`))
  }
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    misfits.push(outOfRange(path, `is longer than ${schema.maxLength} characters`))
  }
}

const patterns = new Map<string, RegExp>()
function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  const compiled = new RegExp(pattern, 'u')
  patterns.set(pattern, compiled)
  return compiled
}

function visitNumber(schema: ValueSchema, value: JsonValue, path: readonly (string | number)[], misfits: Misfit[]): void {
  const whole = schema.type === 'integer'
  if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
    misfits.push(wrongType(path, whole ? 'a whole number' : 'a number', value, schema))
    return
  }
  const { minimum, maximum, exclusiveMinimum } = schema
  if (minimum !== undefined && value < minimum) misfits.push(outOfRange(path, `is ${value}, the smallest allowed is ${minimum}`))
  if (maximum !== undefined && value > maximum) misfits.push(outOfRange(path, `is ${value}, the largest allowed is ${maximum}`))
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    misfits.push(outOfRange(path, `is ${value}, and must be larger than ${exclusiveMinimum}`))
  }
}

/** A union fits if one alternative does. Else the alternative that was most likely meant tells what is wrong with it. */
function visitUnion(
  schema: ValueSchema,
  alternatives: readonly ValueSchema[],
  value: JsonValue,
  mode: CheckMode,
  path: (string | number)[],
  misfits: Misfit[],
): void {
  let best: { readonly likeness: number; readonly misfits: readonly Misfit[] } | undefined
  for (const alternative of alternatives) {
    const found: Misfit[] = []
    visit(alternative, value, mode, path, found)
    if (found.length === 0) return
    const likeness = likenessOf(alternative, value)
    if (best === undefined || likeness > best.likeness) best = { likeness, misfits: found }
  }
  if (best !== undefined && best.likeness >= 1) {
    misfits.push(...best.misfits)
    return
  }
  const keys = alternatives.flatMap((alternative) => Object.keys(alternative.properties ?? {}))
  const hint =
    keys.length === 0
      ? undefined
      : isJsonObject(value)
        ? `Write one of ${keys.join(', ')}.`
        : `Write a map with one of ${keys.join(', ')}.`
  misfits.push({
    code: 'MF1107',
    path: [...path],
    onKey: false,
    summary: `${describeValue(value)} is written in none of the ways allowed here`,
    ...(schema.description === undefined ? {} : { detail: schema.description }),
    ...(hint === undefined ? {} : { hint }),
  })
}

/** How much a value looks like an alternative: at least 1 when it is of the same type (and shares a key, for maps). */
function likenessOf(schema: ValueSchema, value: JsonValue): number {
  if (schema.type === 'object') {
    if (!isJsonObject(value)) return 0
    if (schema.properties === undefined) return 1
    return Object.keys(value).filter((key) => schema.properties?.[key] !== undefined).length
  }
  if (schema.type === 'array') return Array.isArray(value) ? 1 : 0
  if (schema.type === 'integer') return typeof value === 'number' ? 1 : 0
  return schema.type === typeof value ? 1 : 0
}

function wrongType(path: ValuePath, wanted: string, value: JsonValue, schema: ValueSchema): Misfit {
  const name = path.at(-1)
  const number = typeof value === 'string' && (schema.type === 'integer' || schema.type === 'number') && /^-?\d/.test(value)
  return {
    code: 'MF1103',
    path: [...path],
    onKey: false,
    summary: `${name === undefined ? 'The value' : typeof name === 'number' ? `Item ${name + 1}` : name} must be ${wanted}, not ${describeValue(value)}`,
    ...(schema.description === undefined ? {} : { detail: schema.description }),
    ...(number
      ? { hint: 'Remove the quotes.' }
      : schema.type === 'string' && typeof value !== 'object'
        ? { hint: `Write "${String(value)}" in quotes.` }
        : rightShape(schema, value)),
  }
}

/** How a value that is no list or no map would be written as one. */
function rightShape(schema: ValueSchema, value: JsonValue): { readonly hint?: string } {
  const written = writtenAs(schema, value)
  if (written !== undefined) return { hint: `Write ${written}.` }
  if (schema.type === 'array' && isJsonObject(value)) return { hint: 'Begin each item with "- ".' }
  const required = schema.required ?? []
  return schema.type === 'object' && required.length > 0 ? { hint: `Write a map with ${listWords(required, 'and')}.` } : {}
}

/** A scalar as the schema would have it: in a list, or under the one key that a map needs. */
function writtenAs(schema: ValueSchema, value: JsonValue): string | undefined {
  if (value === null || typeof value === 'object') return undefined
  if (schema.type === 'array') {
    const item = typeof schema.items === 'object' ? writtenAs(schema.items, value) : JSON.stringify(value)
    return item === undefined ? undefined : `[${item}]`
  }
  if (schema.type !== 'object') return likenessOf(schema, value) > 0 ? JSON.stringify(value) : undefined
  const [key, ...more] = schema.required ?? []
  // A yes to something that has settings, none of which is needed.
  if (key === undefined && value === true && schema.properties !== undefined) return '{}'
  const inner = key === undefined || more.length > 0 ? undefined : writtenAs(schema.properties?.[key] ?? {}, value)
  return inner === undefined ? undefined : `{${key}: ${inner}}`
}

function outOfRange(path: ValuePath, what: string): Misfit {
  return { code: 'MF1104', path: [...path], onKey: false, summary: `${String(path.at(-1) ?? 'The value')} ${what}` }
}

function wrongWord(path: ValuePath, value: JsonValue, words: readonly JsonValue[]): Misfit {
  const names = words.map(String)
  const hint = typeof value === 'string' ? didYouMean(value, names) : undefined
  return {
    code: 'MF1105',
    path: [...path],
    onKey: false,
    summary: `${String(path.at(-1) ?? 'The value')} must be ${listWords(names)}, not ${describeValue(value)}`,
    ...(hint === undefined || names.length === 1 ? {} : { hint }),
  }
}

function listWords(words: readonly string[], joint: 'or' | 'and' = 'or'): string {
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
}

/** A value as a message names it: short, and never a whole structure. */
export function describeValue(value: JsonValue): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = typeof value === 'string' ? `"${value}"` : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text
}
