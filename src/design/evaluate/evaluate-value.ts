import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { compileExpression, type ExpressionResult, isProblem } from '../expression/cel.ts'
import { textOf } from '../expression/cel-values.ts'
import { holdsExpression } from '../expression/template.ts'
import { notText } from '../expression.ts'
import type { Entry } from '../module/module-source.ts'
import { type Piece, piecesOf, problemAt, readTemplateOnce } from './scan-expressions.ts'
import type { SensitiveFlow } from './sensitive-flow.ts'

/** What an evaluation of an entry's values needs. */
export interface ValueScope {
  readonly entry: Entry
  readonly scope: Readonly<Record<string, unknown>>
  /** Where mistakes are put. */
  readonly diagnostics: Diagnostic[]
  /** Told of each expression, so that what it makes of sensitive values is sensitive as well. */
  readonly flow: SensitiveFlow
}

/** Stands for a value that could not be computed; its mistake is among the diagnostics. */
export const FAILED = Symbol('failed')

/** Replaces every expression in a value by what it gives. What holds none comes back as it is, not as a copy. */
export function evaluateValue(value: JsonValue, path: ValuePath, context: ValueScope): JsonValue | typeof FAILED {
  if (typeof value === 'string') return holdsExpression(value) ? evaluateText(value, path, context) : value
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value)
    ? evaluateList(value, path, context)
    : evaluateMap(value as { [key: string]: JsonValue }, path, context)
}

function evaluateList(list: readonly JsonValue[], path: ValuePath, context: ValueScope): JsonValue | typeof FAILED {
  let failed = false
  let changed = false
  const result = list.map((item, index): JsonValue => {
    const evaluated = evaluateValue(item, [...path, index], context)
    if (evaluated === FAILED) {
      failed = true
      return null
    }
    changed ||= evaluated !== item
    return evaluated
  })
  return failed ? FAILED : changed ? result : list
}

function evaluateMap(
  map: { readonly [key: string]: JsonValue },
  path: ValuePath,
  context: ValueScope,
): JsonValue | typeof FAILED {
  let failed = false
  let changed = false
  const result: Record<string, JsonValue> = {}
  for (const [key, item] of Object.entries(map)) {
    const inner = [...path, key]
    const name = holdsExpression(key) ? evaluateText(key, inner, context) : key
    const evaluated = evaluateValue(item, inner, context)
    if (name === FAILED || evaluated === FAILED) {
      failed = true
      continue
    }
    const text = typeof name === 'string' ? name : (textOf(name) ?? '')
    changed ||= evaluated !== item || text !== key
    result[text] = evaluated
  }
  return failed ? FAILED : changed ? result : isJsonObject(map) ? map : result
}

function evaluateText(text: string, path: ValuePath, context: ValueScope): JsonValue | typeof FAILED {
  const reading = readTemplateOnce(text)
  // What is not a template was said when the entry was scanned.
  if ('unclosed' in reading) return FAILED
  const pieces = piecesOf(reading, path)
  const [only] = reading.parts
  if (reading.parts.length === 1 && only?.kind === 'expression') {
    const [piece] = pieces
    return piece === undefined ? FAILED : evaluatePiece(piece, context)
  }
  let result = ''
  let next = 0
  for (const part of reading.parts) {
    if (part.kind === 'text') {
      result += part.text
      continue
    }
    const piece = pieces[next]
    next++
    if (piece === undefined) return FAILED
    const value = evaluatePiece(piece, context)
    if (value === FAILED) return FAILED
    const textual = textOf(value)
    if (textual === undefined) {
      context.diagnostics.push(problemAt(context.entry, piece, notText(value, 0)))
      return FAILED
    }
    result += textual
  }
  return result
}

function evaluatePiece(piece: Piece, { entry, scope, diagnostics, flow }: ValueScope): JsonValue | typeof FAILED {
  const compiled = compileExpression(piece.text.slice(2, -1))
  // Syntax was said when the entry was scanned.
  if (isProblem(compiled)) return FAILED
  const result: ExpressionResult = compiled.evaluate(scope)
  if (result.ok) {
    flow(piece.text, compiled.references, result.value)
    return result.value
  }
  diagnostics.push(problemAt(entry, piece, result.problem))
  return FAILED
}
