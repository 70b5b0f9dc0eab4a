import type { DesignTestSpec } from '../../design/schema/design-test.ts'
import type { TestProblem } from '../../filters/test/check-expectation.ts'
import { canonicalJson } from '../../plan/canonical-json.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { type Plan, summarize } from '../../plan/plan.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { checkPolicies } from '../../planner/policies.ts'

/** What a run of a design came to. */
export interface DesignOutcome {
  /** Undefined where the design has mistakes. */
  readonly plan: Plan | undefined
  /** Objects as they are sent, by id. */
  readonly manifests: ReadonlyMap<string, Manifest>
  readonly diagnostics: readonly Pick<Diagnostic, 'severity' | 'code' | 'summary'>[]
}

/** Every difference between what was expected of a run and what came of it. */
export function checkExpectation(
  { expect, location }: Pick<DesignTestSpec, 'expect'> & { readonly location: SourceLocation },
  outcome: DesignOutcome,
): readonly TestProblem[] {
  const { plan } = outcome
  const said = diagnosticProblems(expect.diagnostics ?? [], outcome)
  if (plan === undefined) {
    const more = [expect.summary, expect.objects, expect.outputs, expect.conditions].some((part) => part !== undefined)
    return more && said.length === 0 ? [{ what: 'plan', detail: 'there is none: the design has mistakes' }] : said
  }
  const counts: { readonly [action: string]: number } = { ...summarize(plan) }
  const rules = (expect.conditions ?? []).map((rule) => ({ name: rule, rule, location, scope: '' }))
  return [
    ...said,
    ...Object.entries(expect.summary ?? {}).flatMap(([action, count]) =>
      counts[action] === count
        ? []
        : [{ what: `summary.${action}`, detail: `${counts[action] ?? 'no such count'}, not ${count}` }],
    ),
    ...Object.entries(expect.objects ?? {}).flatMap(([name, wanted]) =>
      objectProblems(name, wanted as JsonValue, plan, outcome.manifests),
    ),
    ...Object.entries(expect.outputs ?? {}).flatMap(([name, wanted]) => {
      const output = plan.outputs.find((each) => each.name === name)
      if (canonicalJson(output?.after) === canonicalJson(wanted as JsonValue)) return []
      const detail = output === undefined ? 'there is none' : output.unknown ? 'known after apply' : shown(output.after)
      return [{ what: `outputs.${name}`, detail: `${detail}, not ${shown(wanted as JsonValue)}` }]
    }),
    ...checkPolicies(plan, rules, (address) => address)
      .flatMap(({ diagnostics }) => diagnostics)
      .map(({ summary }) => ({ what: 'conditions', detail: summary })),
  ]
}

function diagnosticProblems(codes: readonly string[], { diagnostics }: DesignOutcome): readonly TestProblem[] {
  const missing = codes.filter((code) => !diagnostics.some((diagnostic) => diagnostic.code === code))
  const unexpected = diagnostics.filter(({ severity, code }) => severity === 'error' && !codes.includes(code))
  return [
    ...missing.map((code) => ({ what: 'diagnostics', detail: `${code} was not said` })),
    ...unexpected.map(({ code, summary }) => ({ what: 'error', detail: `${summary} [${code}]` })),
  ]
}

function objectProblems(
  name: string,
  wanted: JsonValue,
  plan: Plan,
  manifests: ReadonlyMap<string, Manifest>,
): readonly TestProblem[] {
  const change = plan.changes.find(
    ({ key }) => [key.kind, key.namespace, key.name].filter((part) => part !== '').join('/') === name,
  )
  const isThere = change !== undefined && change.action !== 'delete' && change.action !== 'forget'
  if (wanted === null) return isThere ? [{ what: name, detail: 'it is there' }] : []
  if (!isThere) return [{ what: name, detail: 'there is none' }]
  const object: JsonValue | undefined = manifests.get(change.id) ?? change.desired
  const difference = firstDifference(wanted, object, '')
  return difference === undefined ? [] : [{ what: name, detail: difference }]
}

/** Where the value lacks something of what is wanted: keys may be more, items of lists may not. */
function firstDifference(wanted: JsonValue, value: JsonValue | undefined, path: string): string | undefined {
  const at = path === '' ? 'it' : path
  if (isJsonObject(wanted) && isJsonObject(value)) {
    for (const [key, item] of Object.entries(wanted)) {
      const found = firstDifference(item ?? null, value[key], path === '' ? key : `${path}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (Array.isArray(wanted) && Array.isArray(value)) {
    const [expected, items] = [wanted as readonly JsonValue[], value as readonly JsonValue[]]
    if (expected.length !== items.length) return `${at} has ${items.length} items, not ${expected.length}`
    for (const [index, item] of expected.entries()) {
      const found = firstDifference(item, items[index], `${path}[${index}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return canonicalJson(wanted) === canonicalJson(value) ? undefined : `${at} is ${shown(value)}, not ${shown(wanted)}`
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200)
}
