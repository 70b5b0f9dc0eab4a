import { TypeError as CelTypeError, EvaluationError, Optional, ParseError } from '@marcbachmann/cel-js'
import type { ValidationRule } from '../../structural-schema.ts'
import { patternProblem } from '../go-pattern.ts'
import { optionalEnvironment, ruleEnvironment } from './environment.ts'
import { spellHas } from './spell-has.ts'

/** What a rule is evaluated on. */
export interface RuleScope {
  readonly self: unknown
  /** Undefined when there is nothing that the value replaces. */
  readonly oldSelf: unknown
}

/** What a rule came to. */
export type RuleOutcome =
  | { readonly kind: 'holds' }
  | { readonly kind: 'broken'; readonly message: string | undefined }
  | { readonly kind: 'failed'; readonly why: string }

/** A rule parsed once. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Compares with the value before, so it says nothing of a new one. */
  readonly usesOldSelf: boolean
  readonly evaluate: (scope: RuleScope) => RuleOutcome
}

/** The words in which a rule that can't be compiled is refused. */
export interface RuleProblem {
  readonly part: 'rule' | 'messageExpression'
  readonly message: string
}

const compiled = new WeakMap<ValidationRule, CompiledRule | RuleProblem>()

/** Parses a rule, once for each. */
export function compileRule(rule: ValidationRule): CompiledRule | RuleProblem {
  let known = compiled.get(rule)
  if (known === undefined) {
    known = compile(rule)
    compiled.set(rule, known)
  }
  return known
}

/** True for what can't be compiled. */
export function isRuleProblem(result: CompiledRule | RuleProblem): result is RuleProblem {
  return 'part' in result
}

type Program = (scope: Readonly<Record<string, unknown>>) => unknown

function parse(source: string, environment = ruleEnvironment()): Program | string {
  try {
    return environment.parse(spellHas(source))
  } catch (error) {
    if (error instanceof ParseError || error instanceof CelTypeError) return error.summary ?? error.message
    throw error
  }
}

function compile(rule: ValidationRule): CompiledRule | RuleProblem {
  const program = parse(rule.rule, rule.optionalOldSelf === true ? optionalEnvironment() : ruleEnvironment())
  if (typeof program === 'string') return { part: 'rule', message: program }
  const message =
    rule.messageExpression === undefined || rule.messageExpression === '' ? undefined : parse(rule.messageExpression)
  if (typeof message === 'string') return { part: 'messageExpression', message }
  const usesOldSelf = /\boldSelf\b/.test(rule.rule)
  const evaluateRule = (scope: RuleScope): RuleOutcome =>
    evaluate(program, message, variablesOf(rule, scope), plainVariables(scope))
  return { rule, usesOldSelf, evaluate: evaluateRule }
}

/** The value before is an optional only to the rule itself, not to its message. */
function plainVariables({ self, oldSelf }: RuleScope): Readonly<Record<string, unknown>> {
  return oldSelf === undefined ? { self } : { self, oldSelf }
}

function variablesOf(rule: ValidationRule, scope: RuleScope): Readonly<Record<string, unknown>> {
  if (rule.optionalOldSelf !== true) return plainVariables(scope)
  const { self, oldSelf } = scope
  return { self, oldSelf: oldSelf === undefined ? Optional.none() : Optional.of(oldSelf) }
}

/** What goes wrong in evaluation, from the library's words to the server's. */
const failureWords: readonly (readonly [RegExp, string])[] = [
  [/^No such key: index out of bounds, index (-?\d+) .*$/, 'index out of bounds: $1'],
  [/^No such key/, 'no such key'],
  [/^integer overflow: .*$/, 'integer overflow'],
  [/^modulo by zero/, 'modulus by zero'],
  [/^Optional value is not present$/, 'optional.none() dereference'],
  [/^no such overload.*$/s, 'no such overload'],
  [/^(int|double)\(\) type error: cannot convert to \1$/, "type conversion error from 'string' to '$1'"],
  [/^uint\(\) type error: cannot convert to uint$/, 'unsigned integer overflow'],
  [/^bool\(\) conversion error: .*$/s, "type conversion error from 'string' to 'bool'"],
  [/^Invalid duration string: .*$/s, "type conversion error from 'string' to 'google.protobuf.Duration'"],
]

/** What went wrong in an evaluation, in the words of the server. */
export function failureText(error: unknown): string {
  if (error instanceof EvaluationError || error instanceof CelTypeError) {
    const text = error.summary ?? error.message
    const pattern = /^Invalid regular expression: (.*)$/s.exec(text)?.[1]
    if (pattern !== undefined) return patternProblem(pattern) ?? text
    const words = failureWords.find(([known]) => known.test(text))
    return words === undefined ? text : text.replace(...words)
  }
  return error instanceof Error ? error.message : String(error)
}

function evaluate(
  program: Program,
  message: Program | undefined,
  scope: Readonly<Record<string, unknown>>,
  messageScope: Readonly<Record<string, unknown>>,
): RuleOutcome {
  try {
    if (program(scope) === true) return { kind: 'holds' }
  } catch (error) {
    return { kind: 'failed', why: failureText(error) }
  }
  return { kind: 'broken', message: message === undefined ? undefined : messageText(message, messageScope) }
}

/** A message that can't be told, is empty or has line breaks gives way to the rule's fixed one. */
function messageText(message: Program, scope: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const text = message(scope)
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : undefined
  } catch {
    return undefined
  }
}
