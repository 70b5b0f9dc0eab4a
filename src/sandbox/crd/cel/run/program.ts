import type { Comprehension, Expression, ExpressionOf, Literal } from '../expression.ts'
import { fieldOfAuthorizer } from './authorizer-values.ts'
import { callFunction, isFunction } from './functions.ts'
import { negated, operators } from './operators.ts'
import { costOfRun } from './run-cost.ts'
import {
  CelFailure,
  CelList,
  CelMap,
  type CelValue,
  noSuchOverload,
  OptionalValue,
  PlainList,
  PlainMap,
  TypeValue,
  typeNameOf,
  Uint,
} from './values.ts'

/** The most that one evaluation may cost, in the API server's units. */
const mostPerRun = 1_000_000

/** An evaluation that cost too much; nothing within an expression catches it. */
class CostExceeded extends Error {}

/** A name that is known while a part of an expression is evaluated. A failure is told when it is read. */
interface Scope {
  readonly name: string
  value: CelValue | CelFailure
  readonly next: Scope | undefined
}

/** One evaluation: its variables and what it has cost so far. */
class Run {
  cost = 0
  readonly variables: { readonly [name: string]: CelValue }

  constructor(variables: { readonly [name: string]: CelValue }) {
    this.variables = variables
  }

  pay(units: number): void {
    this.cost += units
    if (this.cost > mostPerRun) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
  }
}

type Step = (run: Run, scope: Scope | undefined) => CelValue

/** What an expression came to, and what that cost. */
export type Evaluation =
  | { readonly kind: 'value'; readonly value: CelValue; readonly cost: number }
  | { readonly kind: 'failed'; readonly why: string; readonly isTooCostly: boolean; readonly cost: number }

/** An expression ready to be evaluated any number of times. */
export interface Program {
  readonly evaluate: (variables: { readonly [name: string]: CelValue }) => Evaluation
}

/** Makes an expression ready. Its variables are any that it names. */
export function programOf(expression: Expression): Program {
  const step = compile(expression)
  return {
    evaluate: (variables) => {
      const run = new Run(variables)
      try {
        return { kind: 'value', value: step(run, undefined), cost: run.cost }
      } catch (error) {
        if (error instanceof CelFailure || error instanceof CostExceeded) {
          return { kind: 'failed', why: error.message, isTooCostly: error instanceof CostExceeded, cost: run.cost }
        }
        throw error
      }
    },
  }
}

const types: { readonly [name: string]: string } = {
  bool: 'bool',
  int: 'int',
  uint: 'uint',
  double: 'double',
  string: 'string',
  bytes: 'bytes',
  null_type: 'null_type',
  list: 'list',
  map: 'map',
  type: 'type',
}

function compile(expression: Expression): Step {
  switch (expression.kind) {
    case 'literal': {
      const value = literalValue(expression.literal)
      return () => value
    }
    case 'ident':
      return compileIdent(expression.name.replace(/^\./, ''))
    case 'select':
      return compileSelect(expression)
    case 'call':
      return compileCall(expression)
    case 'list':
      return compileList(expression)
    case 'map':
      return compileMap(expression)
    case 'struct':
      return compileStruct(expression)
    case 'comprehension':
      return compileLoop(expression)
  }
}

function literalValue(literal: Literal): CelValue {
  switch (literal.type) {
    case 'uint':
      return new Uint(literal.value)
    case 'null':
      return null
    default:
      return literal.value
  }
}

function compileIdent(name: string): Step {
  return (run, scope) => {
    run.pay(1)
    for (let known = scope; known !== undefined; known = known.next) {
      if (known.name !== name) continue
      if (known.value instanceof CelFailure) throw known.value
      return known.value
    }
    const value = Object.hasOwn(run.variables, name) ? run.variables[name] : undefined
    if (value !== undefined) return value
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (type === undefined) throw new CelFailure(`no such attribute(s): ${name}`)
    return new TypeValue(type)
  }
}

/** The value of a field; undefined when there is none. */
function fieldOf(operand: CelValue, field: CelValue): CelValue | undefined {
  if (operand instanceof CelMap) return operand.find(field)
  if (operand instanceof CelList) return itemOf(operand, field, false)
  const asked = typeof field === 'string' ? fieldOfAuthorizer(operand, field) : undefined
  if (asked !== undefined) return asked
  throw noSuchOverload()
}

function itemOf(list: CelList, index: CelValue, isRequired: boolean): CelValue | undefined {
  const at = typeof index === 'number' && Number.isInteger(index) ? BigInt(index) : index instanceof Uint ? index.value : index
  if (typeof at !== 'bigint') throw new CelFailure(`unsupported index type '${typeNameOf(index)}' in list`)
  const item = at >= 0n && at < BigInt(list.size) ? list.items[Number(at)] : undefined
  if (item === undefined && isRequired) throw new CelFailure(`index out of bounds: ${at}`)
  return item
}

/** Follows a field or an index; within an optional it stays one. */
function follow(operand: CelValue, key: CelValue): CelValue {
  if (operand instanceof OptionalValue) {
    return operand.value === undefined ? operand : new OptionalValue(fieldOf(operand.value, key))
  }
  if (operand instanceof CelList) return itemOf(operand, key, true) ?? null
  const found = fieldOf(operand, key)
  if (found === undefined) throw new CelFailure(`no such key: ${String(key)}`)
  return found
}

function compileSelect({ operand, field, isTest }: ExpressionOf<'select'>): Step {
  const of = compile(operand)
  if (!isTest) {
    return (run, scope) => {
      const value = of(run, scope)
      run.pay(1)
      return follow(value, field)
    }
  }
  return (run, scope) => {
    const value = of(run, scope)
    const inner = value instanceof OptionalValue ? value.value : value
    return inner !== undefined && fieldOf(inner, field) !== undefined
  }
}

/** The dotted name that an expression spells. */
function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'ident') return expression.name
  if (expression.kind !== 'select' || expression.isTest) return undefined
  const head = qualifiedName(expression.operand)
  return head === undefined ? undefined : `${head}.${expression.field}`
}

function compileCall(expression: ExpressionOf<'call'>): Step {
  const { name, target, args } = expression
  const [first, second, third] = args.map(compile)
  if (first !== undefined) {
    switch (name) {
      case '_&&_':
        return second === undefined ? first : compileLogic(first, second, false)
      case '_||_':
        return second === undefined ? first : compileLogic(first, second, true)
      case '_?_:_':
        return compileConditional(first, second ?? first, third ?? first)
      case '@not_strictly_false':
        return compileNotFalse(first)
      case '_[_]':
      case '_?._':
      case '_[?_]':
        return compileIndex(first, second ?? first, name !== '_[_]')
      default:
        break
    }
  }
  const prefix = target === undefined ? undefined : qualifiedName(target)
  const isNamespaced = prefix !== undefined && isFunction(`${prefix}.${name}`)
  const called = isNamespaced ? `${prefix}.${name}` : name.replace(/^\./, '')
  const steps = [...(target === undefined || isNamespaced ? [] : [target]), ...args].map(compile)
  return (run, scope) => {
    const values = steps.map((step) => step(run, scope))
    const result = resultOf(called, values)
    run.pay(costOfRun(called, values, result))
    return result
  }
}

function resultOf(name: string, values: readonly CelValue[]): CelValue {
  const [left, right] = values
  if (left !== undefined && right !== undefined) {
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined
    if (operator !== undefined) return operator(left, right)
  }
  if (name === '!_' && left !== undefined) {
    if (typeof left !== 'boolean') throw noSuchOverload('!_')
    return !left
  }
  return name === '-_' && left !== undefined ? negated(left) : callFunction(name, values)
}

/** A failure of one side counts only if the other doesn't decide. */
function compileLogic(left: Step, right: Step, deciding: boolean): Step {
  const decided = (step: Step, run: Run, scope: Scope | undefined): boolean | CelFailure => {
    try {
      const value = step(run, scope)
      return typeof value === 'boolean' ? value : noSuchOverload()
    } catch (error) {
      if (error instanceof CelFailure) return error
      throw error
    }
  }
  return (run, scope) => {
    const first = decided(left, run, scope)
    if (first === deciding) return deciding
    const second = decided(right, run, scope)
    if (second === deciding) return deciding
    if (first instanceof CelFailure) throw first
    if (second instanceof CelFailure) throw second
    return !deciding
  }
}

function compileConditional(condition: Step, whenTrue: Step, whenFalse: Step): Step {
  return (run, scope) => {
    const value = condition(run, scope)
    if (typeof value !== 'boolean') throw noSuchOverload()
    return value ? whenTrue(run, scope) : whenFalse(run, scope)
  }
}

function compileNotFalse(condition: Step): Step {
  return (run, scope) => {
    run.pay(1)
    try {
      return condition(run, scope) !== false
    } catch (error) {
      if (error instanceof CelFailure) return true
      throw error
    }
  }
}

function compileIndex(of: Step, index: Step, isOptional: boolean): Step {
  return (run, scope) => {
    const operand = of(run, scope)
    const key = index(run, scope)
    run.pay(1)
    if (!isOptional) return follow(operand, key)
    const inner = operand instanceof OptionalValue ? operand.value : operand
    if (inner === undefined) return OptionalValue.none
    return new OptionalValue(fieldOf(inner, key))
  }
}

/** What stands in a literal where a question mark says that it may be missing. */
function presentValue(value: CelValue): CelValue | undefined {
  if (!(value instanceof OptionalValue)) throw noSuchOverload()
  return value.value
}

function compileList({ elements, optional }: ExpressionOf<'list'>): Step {
  const steps = elements.map(compile)
  return (run, scope) => {
    run.pay(10)
    const items: CelValue[] = []
    for (const [index, step] of steps.entries()) {
      const given = step(run, scope)
      const value = optional.has(index) ? presentValue(given) : given
      if (value !== undefined) items.push(value)
    }
    return new PlainList(items)
  }
}

function compileMap({ entries }: ExpressionOf<'map'>): Step {
  const steps = entries.map(({ key, value, isOptional }) => ({ key: compile(key), value: compile(value), isOptional }))
  return (run, scope) => {
    run.pay(30)
    const made: [CelValue, CelValue][] = []
    for (const { key, value, isOptional } of steps) {
      const name = key(run, scope)
      const given = value(run, scope)
      const held = isOptional ? presentValue(given) : given
      if (held !== undefined) made.push([name, held])
    }
    return new PlainMap(made)
  }
}

/** Mutations of admission policies make objects of what they change; elsewhere types of messages are refused when a rule is made. */
function compileStruct({ name, entries }: ExpressionOf<'struct'>): Step {
  if (/^(Object(\.|$)|JSONPatch$)/.test(name)) return compileMap({ kind: 'map', at: 0, entries })
  return () => {
    throw new CelFailure(`unknown type: ${name}`)
  }
}

/** The one or two values that a loop sees of each entry. */
function entriesOf(range: CelValue, isPair: boolean): Iterable<readonly [CelValue, CelValue]> {
  if (range instanceof CelList) {
    return range.items.map((item, index) => (isPair ? ([BigInt(index), item] as const) : ([item, item] as const)))
  }
  if (!(range instanceof CelMap)) throw noSuchOverload()
  return range.keys.map((key) => [key, isPair ? (range.find(key) ?? null) : key] as const)
}

function compileLoop(expression: Comprehension): Step {
  const { variable, second, accumulator } = expression
  const [range, start, condition] = [compile(expression.range), compile(expression.start), compile(expression.condition)]
  const [step, result] = [compile(expression.step), compile(expression.result)]
  // A new list or map grows in place.
  const gathers = expression.start.kind === 'list' || expression.start.kind === 'map'
  return (run, scope) => {
    const entries = entriesOf(range(run, scope), second !== undefined)
    const gathered = attempted(start, run, scope)
    if (gathers && (gathered instanceof PlainList || gathered instanceof PlainMap)) gathered.isGathering = true
    const own: Scope = { name: accumulator, value: gathered, next: scope }
    for (const [first, other] of entries) {
      const inner: Scope = { name: variable, value: first, next: own }
      const whole: Scope = second === undefined ? inner : { name: second, value: other, next: inner }
      if (condition(run, whole) !== true) break
      own.value = attempted(step, run, whole)
    }
    if (gathered instanceof PlainList || gathered instanceof PlainMap) gathered.isGathering = false
    return result(run, own)
  }
}

function attempted(step: Step, run: Run, scope: Scope | undefined): CelValue | CelFailure {
  try {
    return step(run, scope)
  } catch (error) {
    if (error instanceof CelFailure) return error
    throw error
  }
}
