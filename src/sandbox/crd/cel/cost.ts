import { type CostNode, costOfCall } from './call-cost.ts'
import type { Checked } from './checker.ts'
import { type Estimate, either, fixed, nothing, product, sum, unknownEstimate } from './estimate.ts'
import type { Comprehension, Expression, ExpressionOf } from './expression.ts'
import { accumulatorName } from './macros.ts'
import type { DeclaredType } from './schema-type.ts'
import type { CelType } from './types.ts'

/** The most that an expression about a value may cost, in the API server's units. */
export function costOf(expression: Expression, checked: Checked, root: DeclaredType): number {
  return new Coster(checked, root).cost(expression).max
}

/** Where a value comes from: the variable, then fields and `@items`, `@keys` or `@values`. */
type Path = readonly string[]

/** Sizes of the keys and values of a list or map. */
interface EntrySizes {
  readonly container: 'list' | 'map'
  readonly key: Estimate
  readonly value: Estimate
}

interface Local {
  readonly path: Path
  readonly size: Estimate | undefined
  readonly entries: EntrySizes | undefined
}

const scalars: ReadonlySet<CelType['kind']> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

function isScalar(type: CelType): boolean {
  const [inner] = type.parameters
  return scalars.has(type.kind) || (type.name === 'optional_type' && inner !== undefined && isScalar(inner))
}

class Coster {
  readonly #checked: Checked
  readonly #root: DeclaredType
  readonly #paths = new Map<Expression, Path>()
  readonly #sizes = new Map<Expression, Estimate>()
  readonly #entries = new Map<Expression, EntrySizes>()
  readonly #locals = new Map<string, Local[]>()

  constructor(checked: Checked, root: DeclaredType) {
    this.#checked = checked
    this.#root = root
  }

  cost(expression: Expression): Estimate {
    switch (expression.kind) {
      case 'literal':
        return nothing
      case 'ident':
        this.#paths.set(expression, this.#local(expression.name)?.path ?? [expression.name])
        return fixed(1)
      case 'select':
        return this.#costSelect(expression)
      case 'call':
        return this.#costCall(expression)
      case 'list':
        return this.#costList(expression)
      case 'map':
        return this.#costMap(expression)
      case 'struct':
        return fixed(40)
      case 'comprehension':
        return this.#costComprehension(expression)
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #push(name: string, local: Local): void {
    const there = this.#locals.get(name)
    if (there === undefined) this.#locals.set(name, [local])
    else there.push(local)
  }

  #pop(name: string | undefined): void {
    if (name !== undefined) this.#locals.get(name)?.pop()
  }

  #path(expression: Expression): Path {
    const local = expression.kind === 'ident' ? this.#local(expression.name) : undefined
    return local?.path ?? this.#paths.get(expression) ?? []
  }

  /** The size that the schema gives a value. */
  #declaredSize(path: Path): Estimate | undefined {
    const declared = this.#declaredAt(path)
    return declared === undefined ? undefined : { min: 0, max: declared.most }
  }

  #declaredAt(path: Path): DeclaredType | undefined {
    if (path.length === 0 || path[0] === accumulatorName) return undefined
    let current: DeclaredType | undefined = this.#root
    for (const step of path.slice(1)) {
      if (current === undefined) return undefined
      if (step === '@items' || step === '@values') current = current.element
      else current = step === '@keys' ? current.key : current.fields.get(step)
    }
    return current
  }

  #size(expression: Expression): Estimate | undefined {
    const known = this.#sizes.get(expression) ?? literalSize(expression)
    if (known !== undefined) return known
    const declared = this.#declaredSize(this.#path(expression))
    if (declared !== undefined) {
      this.#sizes.set(expression, declared)
      return declared
    }
    if (isScalar(this.#checked.typeOf(expression))) return fixed(1)
    return expression.kind === 'ident' ? this.#local(expression.name)?.size : undefined
  }

  #entrySizes(expression: Expression): EntrySizes | undefined {
    const known = this.#entries.get(expression)
    return known ?? (expression.kind === 'ident' ? this.#local(expression.name)?.entries : undefined)
  }

  #costSelect(expression: ExpressionOf<'select'>): Estimate {
    const { operand, field, isTest } = expression
    const cost = this.cost(operand)
    if (isTest) return cost
    this.#paths.set(expression, [...this.#path(operand), field])
    const { kind } = this.#checked.typeOf(operand)
    return kind === 'map' || kind === 'struct' || kind === 'param' ? sum(cost, fixed(1)) : cost
  }

  #node(expression: Expression, cost: Estimate): CostNode {
    const path = this.#path(expression)
    return {
      expression,
      type: this.#checked.typeOf(expression),
      size: this.#size(expression),
      cost,
      elementSize: () => (path.length === 0 ? undefined : this.#declaredSize([...path, '@items'])),
    }
  }

  #costCall(expression: ExpressionOf<'call'>): Estimate {
    const { name, args, target } = expression
    const [only] = args
    if (name === 'dyn' && only !== undefined) {
      const cost = sum(fixed(1), this.cost(only))
      this.#copySizes(expression, only)
      return cost
    }
    const nodes = args.map((arg) => this.#node(arg, this.cost(arg)))
    const overloads = this.#checked.overloadsOf(expression)
    if (overloads.length === 0) return nothing
    const isNamespaced = target !== undefined && this.#isNamespace(expression, target)
    const before = target === undefined || isNamespaced ? nothing : this.cost(target)
    const targetNode = target === undefined || isNamespaced ? undefined : this.#node(target, before)
    let cost: Estimate = { min: Number.MAX_VALUE, max: 0 }
    let size: Estimate | undefined
    for (const overload of overloads) {
      const qualified = isNamespaced ? `${spelled(target)}.${name}` : name
      const call = costOfCall({ name: qualified, overload, target: targetNode, args: nodes })
      cost = either(cost, call.cost)
      if (call.size !== undefined) size = size === undefined ? call.size : either(size, call.size)
      size = this.#indexed(expression, overload) ?? size ?? this.#size(expression)
      if (overload === 'conditional' || overload.startsWith('add_')) this.#joinEntries(expression, overload)
    }
    if (size !== undefined) this.#sizes.set(expression, size)
    return sum(before, cost)
  }

  /** True when what stands before the dot is no value but the first half of a function's name. */
  #isNamespace(call: ExpressionOf<'call'>, target: Expression): boolean {
    return target.kind === 'ident' && this.#checked.typeOf(target).kind === 'error' && call.target === target
  }

  /** What an index leads to lies in its list or map. */
  #indexed(expression: ExpressionOf<'call'>, overload: string): Estimate | undefined {
    const [list] = expression.args
    if (list === undefined || (overload !== 'index_list' && overload !== 'index_map')) return undefined
    this.#paths.set(expression, [...this.#path(list), overload === 'index_list' ? '@items' : '@values'])
    return this.#entrySizes(list)?.value
  }

  #joinEntries(expression: ExpressionOf<'call'>, overload: string): void {
    const [left, right] = (overload === 'conditional' ? expression.args.slice(1) : expression.args).map((arg) =>
      this.#entrySizes(arg),
    )
    if (left === undefined || right === undefined) return
    this.#entries.set(expression, {
      container: left.container,
      key: either(left.key, right.key),
      value: either(left.value, right.value),
    })
  }

  #copySizes(to: Expression, from: Expression): void {
    const size = this.#size(from)
    if (size !== undefined) this.#sizes.set(to, size)
    const entries = this.#entrySizes(from)
    if (entries !== undefined) this.#entries.set(to, entries)
  }

  #together(parts: readonly Expression[]): Estimate {
    const sizes = parts.map((part) => this.#size(part) ?? unknownEstimate)
    return sizes.length === 0 ? nothing : sizes.reduce(either)
  }

  #costList(expression: ExpressionOf<'list'>): Estimate {
    const cost = sum(...expression.elements.map((element) => this.cost(element)))
    this.#entries.set(expression, { container: 'list', key: fixed(1), value: this.#together(expression.elements) })
    return sum(cost, fixed(10))
  }

  #costMap(expression: ExpressionOf<'map'>): Estimate {
    const cost = sum(...expression.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]))
    const key = this.#together(expression.entries.map((entry) => entry.key))
    const value = this.#together(expression.entries.map((entry) => entry.value))
    this.#entries.set(expression, { container: 'map', key, value })
    return sum(cost, fixed(30))
  }

  #costComprehension(expression: Expression & Comprehension): Estimate {
    const { range, start, condition, step, result, variable, second, accumulator } = expression
    const before = sum(this.cost(range), this.cost(start))
    const whole: Local = { path: this.#path(start), size: this.#size(start), entries: this.#entrySizes(start) }
    this.#push(accumulator, whole)
    if (accumulator !== accumulatorName) {
      // One value under another name: nothing is walked.
      const cost = this.cost(result)
      this.#pop(accumulator)
      this.#copySizes(expression, result)
      return sum(before, cost)
    }
    this.#pushVariables(range, variable, second)
    const each = sum(this.cost(condition), this.cost(step))
    this.#pop(variable)
    this.#pop(second)
    const after = this.cost(result)
    this.#pop(accumulator)
    const count = this.#size(range) ?? unknownEstimate
    if (start.kind === 'literal') {
      const size = this.#size(start)
      if (size !== undefined) this.#sizes.set(expression, size)
    } else {
      this.#sizes.set(expression, count)
      const entries = this.#entrySizes(step)
      if (entries !== undefined) this.#entries.set(expression, entries)
    }
    return sum(before, after, product(count, each))
  }

  #pushVariables(range: Expression, variable: string, second: string | undefined): void {
    const entries = this.#entrySizes(range)
    const path = this.#path(range)
    const isList = (entries?.container ?? this.#checked.typeOf(range).kind) === 'list'
    const key: Local = { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key, entries: undefined }
    const value: Local = { path: [...path, isList ? '@items' : '@values'], size: entries?.value, entries: undefined }
    this.#push(variable, second !== undefined || !isList ? key : value)
    if (second !== undefined) this.#push(second, value)
  }
}

function spelled(expression: Expression): string {
  return expression.kind === 'ident' ? expression.name : ''
}

function literalSize(expression: Expression): Estimate | undefined {
  switch (expression.kind) {
    case 'literal':
      if (expression.literal.type === 'string') return fixed([...expression.literal.value].length)
      return expression.literal.type === 'bytes' ? fixed(expression.literal.value.length) : fixed(1)
    case 'list':
      return fixed(expression.elements.length)
    case 'map':
      return fixed(expression.entries.length)
    default:
      return undefined
  }
}
