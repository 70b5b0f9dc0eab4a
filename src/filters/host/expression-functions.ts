import { Environment } from '@marcbachmann/cel-js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { fromByteText, toByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import { knownAttributes } from './attributes.ts'
import type { ForeignFunction } from './foreign-functions.ts'
import type { Guest } from './guest.ts'
import { encodeProperty, type PropertyValue } from './property-value.ts'

/** Expressions that one filter may hold at once. */
const mostExpressions = 1_000

type Evaluate = (scope: Record<string, unknown>) => unknown

/**
 * Envoy's expressions over attributes (source/extensions/common/wasm/foreign.cc): `expr_create` takes CEL text and gives a token of
 * four bytes, `expr_evaluate` a token and gives the value as a property has it, `expr_delete` forgets one. What the context lacks is
 * "not found".
 */
export function expressionFunctions(guest: Guest): Readonly<Record<string, ForeignFunction>> {
  const compiled = new Map<number, Evaluate>()
  let last = 0
  let environment: Environment | undefined
  const tokenOf = (argument: Buffer): number | undefined => (argument.length === 4 ? argument.readUInt32LE() : undefined)
  return {
    expr_create: (argument) => {
      if (compiled.size >= mostExpressions) return { status: Status.internalFailure }
      environment ??= new Environment({ unlistedVariablesAreDyn: true, limits: { maxDepth: 100, maxAstNodes: 10_000 } })
      try {
        const evaluate = environment.parse(argument.toString('utf8'))
        last += 1
        compiled.set(last, (scope) => evaluate(scope))
      } catch {
        return { status: Status.badArgument }
      }
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(last)
      return { status: Status.ok, bytes }
    },
    expr_evaluate: (argument) => {
      const evaluate = compiled.get(tokenOf(argument) ?? -1)
      if (evaluate === undefined) return { status: Status.notFound }
      try {
        const value = propertyOf(evaluate(scopeOf(guest)))
        return value === undefined ? { status: Status.internalFailure } : { status: Status.ok, bytes: encodeProperty(value) }
      } catch {
        return { status: Status.notFound }
      }
    },
    expr_delete: (argument) => {
      compiled.delete(tokenOf(argument) ?? -1)
      return { status: Status.ok }
    },
  }
}

/** The attributes of now as CEL sees them: nested, with the bench's own properties on top. */
function scopeOf(guest: Guest): Record<string, unknown> {
  const scope: Record<string, unknown> = {}
  for (const [path, value] of knownAttributes(guest)) place(scope, path.split('.'), celValue(value))
  overlay(scope, guest.world.properties)
  return scope
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length === 0) {
    target[first] ??= value
    return
  }
  const inner = target[first]
  const next: Record<string, unknown> = isRecord(inner) ? inner : {}
  target[first] = next
  place(next, rest, value)
}

function overlay(target: Record<string, unknown>, properties: JsonObject): void {
  for (const [key, value] of Object.entries(properties)) {
    const path = key.split('.')
    const last = path.pop() ?? key
    let at = target
    for (const step of path) {
      const inner = at[step]
      const next: Record<string, unknown> = isRecord(inner) ? inner : {}
      at[step] = next
      at = next
    }
    const before = at[last]
    if (isRecord(before) && isJsonObject(value)) overlay(before, value)
    else at[last] = celJson(value)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function celJson(value: JsonValue): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (Array.isArray(value)) return value.map((item: JsonValue) => celJson(item))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, celJson(item)]))
}

function celValue(value: PropertyValue): unknown {
  switch (value.kind) {
    case 'text':
      return fromByteText(value.text)
    case 'bytes':
      return {}
    case 'integer':
    case 'number':
    case 'boolean':
      return value.value
    case 'map':
      return Object.fromEntries(value.pairs.map(([name, text]) => [fromByteText(name), fromByteText(text)]))
  }
}

/** The value of an expression as a property; undefined for what properties can't hold. */
function propertyOf(value: unknown): PropertyValue | undefined {
  switch (typeof value) {
    case 'string':
      return { kind: 'text', text: toByteText(value) }
    case 'bigint':
      return { kind: 'integer', value }
    case 'number':
      return { kind: 'number', value }
    case 'boolean':
      return { kind: 'boolean', value }
    default:
      return value instanceof Uint8Array ? { kind: 'bytes', bytes: Buffer.from(value) } : undefined
  }
}
