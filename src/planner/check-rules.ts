import type { Design } from '../design/design.ts'
import { compileExpression, isBuiltInName, isProblem, unknownName } from '../design/expression.ts'
import type { IgnoredFieldsSpec } from '../design/schema/rules.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { parseFieldPath } from '../plan/field-path.ts'
import type { SourceLocation } from '../plan/source.ts'

/** A rule where it stands. */
interface Placed<Rule> {
  readonly rule: Rule
  readonly address?: string
  readonly location: SourceLocation
}

/** What is wrong with the rules of a design: paths that are none, expressions that can't be read, rules that say nothing. */
export function checkRules({ components, rules }: Pick<Design, 'components' | 'rules'>): readonly Diagnostic[] {
  const ignored: Placed<IgnoredFieldsSpec>[] = rules.ignore.map((rule) => ({ rule, location: rule.location }))
  const health = rules.health.map((rule) => ({ rule, location: rule.location }) as Placed<HealthExpressions>)
  for (const { address, spec, locate, section } of components) {
    const told = spec.lifecycle?.ignoreChanges ?? []
    const rulesOfOwn = told === 'all' ? [] : told
    rulesOfOwn.forEach((rule, index) => {
      ignored.push({ rule, address, location: locate(['lifecycle', 'ignoreChanges', index]) })
    })
    spec.health?.forEach((rule, index) => {
      health.push({ rule, address, location: locate(['health', index]) })
    })
    if (section !== 'meshes') continue
    spec.ignore?.forEach((rule, index) => {
      ignored.push({ rule, address, location: locate(['ignore', index]) })
    })
  }
  return [...ignored.flatMap(checkIgnored), ...health.flatMap(checkHealth)]
}

interface HealthExpressions {
  readonly healthy?: string
  readonly failed?: string
  readonly unblocks?: string
}

function checkIgnored(placed: Placed<IgnoredFieldsSpec>): readonly Diagnostic[] {
  const { rule } = placed
  const { paths, managers, where } = typeof rule === 'string' ? { paths: [rule] } : { ...rule }
  if (paths === undefined && managers === undefined && where === undefined) {
    return [wrong(placed, 'A rule for ignored fields names none', 'Give it `paths`, `managers` or `where`.')]
  }
  const unread = (paths ?? []).filter((path) => parseFieldPath(path) === undefined)
  return [
    ...unread.map((path) =>
      wrong(
        placed,
        `${JSON.stringify(path)} is no field path`,
        'Write it like `spec.ports[name=http].port` or `metadata.labels["a/b"]`.',
      ),
    ),
    ...(where === undefined ? [] : checkExpression(placed, 'where', where, ['field', 'object'])),
  ]
}

function checkHealth(placed: Placed<HealthExpressions>): readonly Diagnostic[] {
  const { healthy, failed, unblocks } = placed.rule
  const given = Object.entries({ healthy, failed, unblocks }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (given.length === 0) return [wrong(placed, 'A rule for health says nothing', 'Give it `healthy`, `failed` or `unblocks`.')]
  return given.flatMap(([name, text]) => checkExpression(placed, name, text, ['object']))
}

function checkExpression(placed: Placed<unknown>, name: string, text: string, known: readonly string[]): readonly Diagnostic[] {
  const expression = compileExpression(text)
  if (isProblem(expression)) return [wrong(placed, `\`${name}\` can't be read: ${expression.summary}`, expression.hint)]
  const strange = expression.references.find(({ root }) => !known.includes(root) && !isBuiltInName(root))
  if (strange === undefined) return []
  const { summary, hint } = unknownName(strange.root, strange.start, known)
  return [wrong(placed, `\`${name}\`: ${summary}`, hint ?? `In scope are ${known.map((one) => `\`${one}\``).join(' and ')}.`)]
}

function wrong({ address, location }: Placed<unknown>, summary: string, hint: string | undefined): Diagnostic {
  return {
    severity: 'error',
    code: 'MF2032',
    summary,
    ...(address === undefined ? {} : { address }),
    location,
    ...(hint === undefined ? {} : { hint }),
  }
}
