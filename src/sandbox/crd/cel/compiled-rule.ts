import type { ValidationRule } from '../../structural-schema.ts'
import { type Expression, partsOf, problemText } from './expression.ts'
import { parseExpression } from './parser.ts'
import { type Evaluation, type Program, programOf } from './run/program.ts'
import { type CelValue, OptionalValue } from './run/values.ts'

/** What a rule is evaluated on. */
export interface RuleScope {
  readonly self: CelValue
  /** Undefined when there is nothing that the value replaces. */
  readonly oldSelf: CelValue | undefined
}

/** What a rule's message came to, and what that cost. */
export type MessageOutcome =
  | { readonly kind: 'told'; readonly text: string; readonly cost: number }
  | { readonly kind: 'untold'; readonly cost: number }
  | { readonly kind: 'too-costly' }

/** A rule parsed once. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Compares with the value before, so it says nothing of a new one. */
  readonly usesOldSelf: boolean
  readonly evaluate: (scope: RuleScope) => Evaluation
  /** The words that the rule has for what breaks it; undefined when they are not computed. */
  readonly message: ((scope: RuleScope) => MessageOutcome) | undefined
}

/** The words in which a rule that can't be compiled is refused. */
export interface RuleProblem {
  readonly problem: string
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
  return 'problem' in result
}

function names(expression: Expression, name: string): boolean {
  if (expression.kind === 'ident') return expression.name === name
  return partsOf(expression).some((part) => names(part, name))
}

function compile(rule: ValidationRule): CompiledRule | RuleProblem {
  const parsed = parseExpression(rule.rule)
  if (!parsed.ok) return { problem: problemText(rule.rule, parsed.problems) }
  const program = programOf(parsed.expression)
  const { messageExpression = '' } = rule
  const message = messageExpression === '' ? undefined : parseExpression(messageExpression)
  if (message?.ok === false) return { problem: problemText(messageExpression, message.problems) }
  const told = message === undefined ? undefined : programOf(message.expression)
  return {
    rule,
    usesOldSelf: names(parsed.expression, 'oldSelf'),
    evaluate: (scope) => program.evaluate(rule.optionalOldSelf === true ? optionalVariables(scope) : plainVariables(scope)),
    message: told === undefined ? undefined : (scope) => messageOf(told, scope),
  }
}

/** The value before is an optional only to the rule itself, not to its message. */
function plainVariables({ self, oldSelf }: RuleScope): { readonly [name: string]: CelValue } {
  return oldSelf === undefined ? { self } : { self, oldSelf }
}

function optionalVariables({ self, oldSelf }: RuleScope): { readonly [name: string]: CelValue } {
  return { self, oldSelf: new OptionalValue(oldSelf) }
}

/** The longest message that is told, in bytes. */
const longestMessage = 5 * 1024

/** A message that can't be told, is empty, too long or has line breaks gives way to the rule's fixed one. */
function messageOf(program: Program, scope: RuleScope): MessageOutcome {
  const outcome = program.evaluate(plainVariables(scope))
  const { cost } = outcome
  if (outcome.kind === 'failed') return outcome.isTooCostly ? { kind: 'too-costly' } : { kind: 'untold', cost }
  const text = typeof outcome.value === 'string' ? outcome.value.trim() : ''
  const isFit = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= longestMessage
  return isFit ? { kind: 'told', text, cost } : { kind: 'untold', cost }
}
