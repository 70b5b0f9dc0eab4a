import type { Overload } from './declaration-notation.ts'
import type { Comprehension, Expression, ExpressionOf, ExpressionProblem, Literal } from './expression.ts'
import { libraryFunctions } from './library-functions.ts'
import { standardFunctions } from './standard-functions.ts'
import {
  allAssigned,
  assigned,
  type CelType,
  celTypes,
  listType,
  mapType,
  mostGeneral,
  optionalType,
  type Substitutions,
  sameType,
  substituted,
  typeParameter,
  typeText,
  typeType,
  unwrapped,
} from './types.ts'

/** What an expression may name. */
export interface CheckScope {
  readonly variables: ReadonlyMap<string, CelType>
  /** The type of a field of a struct; undefined when it has none of that name. */
  readonly fieldOf: (struct: string, field: string) => CelType | undefined
  /** Functions that are there beside those of every expression. */
  readonly functions?: ReadonlyMap<string, readonly Overload[]> | undefined
  /** Whether an expression may make a struct of that name; none where it is left out. */
  readonly isMade?: (struct: string) => boolean
}

/** The types of an expression's parts, and the overloads its calls may come to. */
export interface Checked {
  readonly type: CelType
  readonly typeOf: (expression: Expression) => CelType
  readonly overloadsOf: (expression: Expression) => readonly string[]
  /** Variables of the scope that the expression names. */
  readonly names: ReadonlySet<string>
  readonly problems: readonly ExpressionProblem[]
}

/** Finds the type of an expression and everything in it that can't have one, as cel-go's checker does. */
export function checkExpression(expression: Expression, scope: CheckScope): Checked {
  const checker = new Checker(scope)
  checker.check(expression)
  return checker.checked(expression)
}

const typeNames: ReadonlyMap<string, CelType> = new Map([
  ['bool', celTypes.bool],
  ['int', celTypes.int],
  ['uint', celTypes.uint],
  ['double', celTypes.double],
  ['string', celTypes.string],
  ['bytes', celTypes.bytes],
  ['null_type', celTypes.null],
  ['list', listType(celTypes.dyn)],
  ['map', mapType(celTypes.dyn, celTypes.dyn)],
  ['type', typeType(celTypes.dyn)],
])

/** The dotted name that an expression spells; undefined when it spells none. */
function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'ident') return expression.name
  if (expression.kind !== 'select' || expression.isTest) return undefined
  const head = qualifiedName(expression.operand)
  return head === undefined ? undefined : `${head}.${expression.field}`
}

class Checker {
  readonly #scope: CheckScope
  readonly #types = new Map<Expression, CelType>()
  readonly #overloads = new Map<Expression, readonly string[]>()
  readonly #names = new Set<string>()
  readonly #problems: ExpressionProblem[] = []
  #known: Substitutions = new Map()
  #locals: readonly (readonly [string, CelType])[] = []
  #variables = 0

  constructor(scope: CheckScope) {
    this.#scope = scope
  }

  checked(expression: Expression): Checked {
    const typeOf = (part: Expression): CelType => substituted(this.#type(part), this.#known, true)
    return {
      type: typeOf(expression),
      typeOf,
      overloadsOf: (part) => this.#overloads.get(part) ?? [],
      names: this.#names,
      problems: this.#problems,
    }
  }

  #type(expression: Expression): CelType {
    return this.#types.get(expression) ?? celTypes.error
  }

  #set(expression: Expression, type: CelType): void {
    this.#types.set(expression, type)
  }

  #tell({ at }: Expression, message: string): void {
    this.#problems.push({ at, message })
  }

  /** The overloads of a function, none when there is no such function. */
  #overloadsNamed(name: string): readonly Overload[] {
    return [standardFunctions, libraryFunctions, this.#scope.functions].flatMap((functions) => functions?.get(name) ?? [])
  }

  #undeclared(expression: Expression, name: string): void {
    this.#set(expression, celTypes.error)
    this.#tell(expression, `undeclared reference to '${name.replace(/^\./, '')}' (in container '')`)
  }

  #isAssignable(left: CelType, right: CelType): boolean {
    const found = assigned(left, right, this.#known)
    if (found !== undefined) this.#known = found
    return found !== undefined
  }

  #parameter(): CelType {
    this.#variables += 1
    return typeParameter(`_var${this.#variables - 1}`)
  }

  check(expression: Expression): void {
    switch (expression.kind) {
      case 'literal':
        return this.#set(expression, literalType(expression.literal))
      case 'ident':
        return this.#checkIdent(expression, expression.name)
      case 'select':
        return this.#checkSelect(expression)
      case 'call':
        return this.#checkCall(expression)
      case 'list':
        return this.#checkList(expression)
      case 'map':
        return this.#checkMap(expression)
      case 'struct':
        return this.#checkStruct(expression)
      case 'comprehension':
        return this.#checkComprehension(expression)
    }
  }

  #resolve(name: string): CelType | undefined {
    const bare = name.replace(/^\./, '')
    const local = this.#locals.findLast(([each]) => each === bare)
    if (local !== undefined) return local[1]
    const variable = this.#scope.variables.get(bare)
    if (variable !== undefined) {
      this.#names.add(bare)
      return variable
    }
    const type = typeNames.get(bare)
    return type === undefined ? undefined : typeType(type)
  }

  #checkIdent(expression: Expression, name: string): void {
    const type = this.#resolve(name)
    if (type === undefined) this.#undeclared(expression, name)
    else this.#set(expression, type)
  }

  #checkSelect(expression: ExpressionOf<'select'>): void {
    const type = this.#fieldType(expression, expression.operand, expression.field, false)
    this.#set(expression, expression.isTest ? celTypes.bool : substituted(type, this.#known, false))
  }

  #fieldType(expression: Expression, operand: Expression, field: string, asOptional: boolean): CelType {
    this.check(operand)
    const { type, isOptional } = unwrapped(substituted(this.#type(operand), this.#known, false))
    const found = this.#fieldOf(expression, type, field)
    return isOptional || asOptional ? optionalType(found) : found
  }

  #fieldOf(expression: Expression, type: CelType, field: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.parameters[1] ?? celTypes.dyn
      case 'struct': {
        const found = this.#scope.fieldOf(type.name, field)
        if (found === undefined) this.#tell(expression, `undefined field '${field}'`)
        return found ?? celTypes.error
      }
      case 'param':
        this.#isAssignable(celTypes.dyn, type)
        return celTypes.dyn
      case 'dyn':
      case 'error':
        return celTypes.dyn
      default:
        this.#tell(expression, `type '${typeText(type)}' does not support field selection`)
        return celTypes.dyn
    }
  }

  #checkCall(expression: ExpressionOf<'call'>): void {
    const { name, target, args } = expression
    if (name === '_?._') return this.#checkOptionalSelect(expression)
    for (const arg of args) this.check(arg)
    if (target === undefined) {
      const overloads = this.#overloadsNamed(name.replace(/^\./, ''))
      if (overloads.length === 0) this.#undeclared(expression, name)
      else this.#resolveCall(expression, name, overloads, undefined, args)
      return
    }
    const prefix = qualifiedName(target)
    const qualified = prefix === undefined ? [] : this.#overloadsNamed(`${prefix}.${name}`)
    if (qualified.length > 0) return this.#resolveCall(expression, `${prefix}.${name}`, qualified, undefined, args)
    this.check(target)
    const overloads = this.#overloadsNamed(name)
    if (overloads.length === 0) this.#undeclared(expression, name)
    else this.#resolveCall(expression, name, overloads, target, args)
  }

  #checkOptionalSelect(expression: ExpressionOf<'call'>): void {
    const [operand, field] = expression.args
    if (operand === undefined || field?.kind !== 'literal' || field.literal.type !== 'string') {
      throw new Error('an optional selection has an operand and a field')
    }
    const type = this.#fieldType(expression, operand, field.literal.value, true)
    this.#set(expression, substituted(type, this.#known, false))
    this.#overloads.set(expression, ['select_optional_field'])
  }

  #resolveCall(
    expression: Expression,
    name: string,
    overloads: readonly Overload[],
    target: Expression | undefined,
    args: readonly Expression[],
  ): void {
    const types = [...(target === undefined ? [] : [target]), ...args].map((each) => this.#type(each))
    if (name === '_&&_' || name === '_||_') return this.#checkLogic(expression, overloads, args)
    let result: CelType | undefined
    const ids: string[] = []
    for (const overload of overloads) {
      if (overload.isMember !== (target !== undefined)) continue
      const fresh: Substitutions = new Map(overload.parameters.map((each) => [each, this.#parameter()]))
      const found = allAssigned(
        types,
        overload.args.map((each) => substituted(each, fresh, false)),
        this.#known,
      )
      if (found === undefined) continue
      this.#known = found
      ids.push(overload.id)
      const type = substituted(substituted(overload.result, fresh, false), this.#known, false)
      if (result === undefined) result = type
      else if (result.kind !== 'dyn' && !sameType(type, result)) result = celTypes.dyn
    }
    if (result === undefined) {
      const [first, ...rest] = types.map((type) => typeText(substituted(type, this.#known, true)))
      const given =
        target === undefined
          ? `(${[first, ...rest].filter((each) => each !== undefined).join(', ')})`
          : `${first}.(${rest.join(', ')})`
      this.#tell(expression, `found no matching overload for '${name}' applied to '${given}'`)
    }
    this.#set(expression, result ?? celTypes.error)
    this.#overloads.set(expression, ids)
  }

  #checkLogic(expression: Expression, overloads: readonly Overload[], args: readonly Expression[]): void {
    let isSound = true
    for (const arg of args) {
      const type = this.#type(arg)
      if (this.#isAssignable(type, celTypes.bool)) continue
      this.#tell(arg, `expected type 'bool' but found '${typeText(type)}'`)
      isSound = false
    }
    this.#set(expression, isSound ? celTypes.bool : celTypes.error)
    this.#overloads.set(
      expression,
      overloads.map(({ id }) => id),
    )
  }

  /** The type of what may be missing in a list or map literal. */
  #withoutOptional(expression: Expression, isOptional: boolean): CelType {
    const type = this.#type(expression)
    if (!isOptional) return type
    const inner = unwrapped(type)
    if (!inner.isOptional && type.kind !== 'dyn') {
      this.#tell(expression, `expected type '${typeText(optionalType(type))}' but found '${typeText(type)}'`)
    }
    return inner.type
  }

  #join(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type
    if (this.#isAssignable(before, type)) return mostGeneral(before, type)
    return celTypes.dyn
  }

  #checkList(expression: ExpressionOf<'list'>): void {
    let type: CelType | undefined
    for (const [index, element] of expression.elements.entries()) {
      this.check(element)
      type = this.#join(type, this.#withoutOptional(element, expression.optional.has(index)))
    }
    this.#set(expression, listType(type ?? this.#parameter()))
  }

  #checkMap(expression: ExpressionOf<'map'>): void {
    let keyType: CelType | undefined
    let valueType: CelType | undefined
    for (const { key, value, isOptional } of expression.entries) {
      this.check(key)
      keyType = this.#join(keyType, this.#type(key))
      this.check(value)
      valueType = this.#join(valueType, this.#withoutOptional(value, isOptional))
    }
    this.#set(expression, mapType(keyType ?? this.#parameter(), valueType ?? this.#parameter()))
  }

  #checkStruct(expression: ExpressionOf<'struct'>): void {
    const { name } = expression
    if (this.#scope.isMade?.(name) !== true) return this.#undeclared(expression, name)
    for (const { key, value, isOptional } of expression.entries) {
      this.check(value)
      if (key.kind !== 'literal') continue
      const field = 'value' in key.literal ? String(key.literal.value) : ''
      const wanted = this.#scope.fieldOf(name, field)
      const given = this.#withoutOptional(value, isOptional)
      if (wanted === undefined) this.#tell(key, `undefined field '${field}'`)
      else if (!this.#isAssignable(wanted, given)) {
        const types = `'${typeText(wanted)}' but provided type is '${typeText(given)}'`
        this.#tell(key, `expected type of field '${field}' is ${types}`)
      }
    }
    this.#set(expression, { kind: 'struct', name, parameters: [] })
  }

  #mustBe(expression: Expression, type: CelType): void {
    if (this.#isAssignable(type, this.#type(expression))) return
    this.#tell(expression, `expected type '${typeText(type)}' but found '${typeText(this.#type(expression))}'`)
  }

  #checkComprehension(expression: Expression & Comprehension): void {
    const { range, start, condition, step, result, variable, second, accumulator } = expression
    this.check(range)
    this.check(start)
    const accumulated = this.#type(start)
    const outside = this.#locals
    const withAccumulator = [...outside, [accumulator, accumulated] as const]
    const [first, other] = this.#iterated(range, second !== undefined)
    const named: readonly (readonly [string, CelType])[] = second === undefined ? [] : [[second, other]]
    this.#locals = [...withAccumulator, [variable, first] as const, ...named]
    this.check(condition)
    this.#mustBe(condition, celTypes.bool)
    this.check(step)
    this.#mustBe(step, accumulated)
    this.#locals = withAccumulator
    this.check(result)
    this.#locals = outside
    this.#set(expression, substituted(this.#type(result), this.#known, false))
  }

  /** The types of the one or two variables that walk a range. */
  #iterated(range: Expression, isPair: boolean): readonly [CelType, CelType] {
    const type = substituted(this.#type(range), this.#known, false)
    const [first = celTypes.dyn, second = celTypes.dyn] = type.parameters
    switch (type.kind) {
      case 'list':
        return isPair ? [celTypes.int, first] : [first, first]
      case 'map':
        return [first, second]
      case 'dyn':
      case 'error':
      case 'param':
        this.#isAssignable(celTypes.dyn, type)
        return [celTypes.dyn, celTypes.dyn]
      default: {
        const what = `expression of type '${typeText(type)}' cannot be range of a comprehension`
        this.#tell(range, `${what} (must be list, map, or dynamic)`)
        return [celTypes.error, celTypes.error]
      }
    }
  }
}

function literalType(literal: Literal): CelType {
  return celTypes[literal.type]
}
