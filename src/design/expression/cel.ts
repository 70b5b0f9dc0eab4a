import { type ASTNode, TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import type { JsonValue } from '../../plan/json.ts'
import type { DesignCode } from '../codes.ts'
import { didYouMean } from '../nearest.ts'
import { fromCel, NotJson } from './cel-values.ts'
import { type ExpressionReference, findReferences } from './references.ts'

/** What is wrong with an expression. `start` counts characters from the beginning of the expression. */
export interface ExpressionProblem {
  readonly code: DesignCode
  readonly start: number
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
  /** More text may make an expression of it. */
  readonly unfinished?: true
}

/** A value, or why there is none. */
export type ExpressionResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: ExpressionProblem }

/** An expression parsed once and evaluated as often as wanted. */
export interface CompiledExpression {
  readonly source: string
  readonly references: readonly ExpressionReference[]
  /** Evaluates in a scope of CEL values (see toCel). Errors that the scope throws itself pass through. */
  readonly evaluate: (scope: Readonly<Record<string, unknown>>) => ExpressionResult
}

/** Longest list that `range` makes. */
const LONGEST_RANGE = 100_000

/** One environment for all expressions: CEL with optionals, mixed arithmetic, and a few functions of ours. */
function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxDepth: 100, maxAstNodes: 20_000 },
  })
  const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
    '+': (left, right) => left + right,
    '-': (left, right) => left - right,
    '*': (left, right) => left * right,
    '/': (left, right) => left / right,
  }
  // JSON does not tell 2 from 2.0, so neither should `inputs.rate * 2`.
  for (const [operator, compute] of Object.entries(arithmetic)) {
    environment.registerOperator(`int ${operator} double`, (left: bigint, right: number) => compute(Number(left), right))
    environment.registerOperator(`double ${operator} int`, (left: number, right: bigint) => compute(left, Number(right)))
  }
  environment.registerFunction('json(dyn): string', (value: unknown) => JSON.stringify(fromCel(value)))
  environment.registerFunction('merge(map, map): map', (left: object, right: object) => ({ ...left, ...right }))
  environment.registerFunction('range(int): list<int>', (count: bigint) => {
    if (count < 0n || count > BigInt(LONGEST_RANGE)) throw new EvaluationError(`range takes 0 to ${LONGEST_RANGE}`)
    return Array.from({ length: Number(count) }, (_, index) => BigInt(index))
  })
  return environment
}

let shared: Environment | undefined
function environment(): Environment {
  shared ??= createEnvironment()
  return shared
}

const compiled = new Map<string, CompiledExpression | ExpressionProblem>()
/** Above this the cache starts over: a long-lived process must not keep every expression it ever saw. */
const LARGEST_CACHE = 50_000

/** Parses an expression, once for each text. */
export function compileExpression(source: string): CompiledExpression | ExpressionProblem {
  const known = compiled.get(source)
  if (known !== undefined) return known
  if (compiled.size >= LARGEST_CACHE) compiled.clear()
  const result = parse(source)
  compiled.set(source, result)
  return result
}

/** True for what compileExpression gives when the text is no expression. */
export function isProblem(result: CompiledExpression | ExpressionProblem): result is ExpressionProblem {
  return 'code' in result
}

/** True for names that CEL itself brings, such as `int`, and `cel` of `cel.bind`. */
export function isBuiltInName(name: string): boolean {
  return environment().hasVariable(name)
}

function parse(source: string): CompiledExpression | ExpressionProblem {
  if (source.trim() === '') return { code: 'MF1201', start: 0, summary: 'The expression is empty' }
  try {
    const parsed = environment().parse(source)
    let running = false
    return {
      source,
      references: findReferences(parsed.ast as ASTNode),
      evaluate: (scope) => {
        // A parsed comprehension keeps its loop variable in itself, so an expression that leads back to itself needs a fresh one.
        const run = running ? environment().parse(source) : parsed
        const outer = running
        running = true
        try {
          return { ok: true, value: fromCel(run(scope)) }
        } catch (error) {
          return { ok: false, problem: describeError(error, source) }
        } finally {
          running = outer
        }
      },
    }
  } catch (error) {
    return describeError(error, source)
  }
}

function describeError(error: unknown, source: string): ExpressionProblem {
  if (error instanceof NotJson) return { code: 'MF1205', start: 0, summary: error.message }
  if (error instanceof ParseError) {
    const start = error.range?.start ?? 0
    if (/Unexpected token: EOF|got EOF/.test(error.summary)) {
      return { code: 'MF1201', start, summary: 'The expression ends too early', unfinished: true }
    }
    const isOpen = /^unterminated triple-quoted/i.test(error.summary)
    return {
      code: 'MF1201',
      start,
      summary: `The expression is not valid: ${lowerFirst(error.summary)}`,
      ...(isOpen ? { unfinished: true } : {}),
    }
  }
  if (error instanceof EvaluationError || error instanceof CelTypeError) return describeFailure(error, source)
  throw error
}

function describeFailure(error: EvaluationError | CelTypeError, source: string): ExpressionProblem {
  const start = error.range?.start ?? 0
  switch (error.code) {
    case 'no_such_key':
      return {
        code: 'MF1205',
        start,
        summary: `There is no key "${error.summary.replace('No such key: ', '')}"`,
        hint: 'Use `has(...)` to ask first, or `.?` with `orValue(...)`.',
      }
    case 'no_such_overload': {
      const operation = error.summary.replace('no such overload: ', '')
      return {
        code: 'MF1205',
        start,
        summary: `CEL has no ${operation}`,
        hint: 'Convert one side, with string(...), int(...) or double(...).',
      }
    }
    case 'no_matching_overload': {
      const call = /'(.*)'/.exec(error.summary)?.[1] ?? source
      const name = /(\w+)\(/.exec(call)?.[1] ?? call
      const known = functionNames()
      const hint = known.has(name) ? undefined : didYouMean(name, known)
      return {
        code: known.has(name) ? 'MF1205' : 'MF1202',
        start,
        summary: known.has(name) ? `${name} does not take these arguments: ${call}` : `There is no function ${name}`,
        ...(hint === undefined ? {} : { hint }),
      }
    }
    case 'division_by_zero':
      return { code: 'MF1205', start, summary: 'Division by zero' }
    default:
      return { code: 'MF1205', start, summary: `The expression failed: ${lowerFirst(error.summary)}` }
  }
}

let functions: ReadonlySet<string> | undefined
function functionNames(): ReadonlySet<string> {
  functions ??= new Set(
    environment()
      .getDefinitions()
      .functions.map((each) => each.name),
  )
  return functions
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`
}
