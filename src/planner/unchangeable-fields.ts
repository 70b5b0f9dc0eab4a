import type { Diagnostic } from '../plan/diagnostic.ts'
import { matchesFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { MeshProvider } from '../providers/contract.ts'
import type { IgnoreRule, UnchangeableRule } from '../providers/rules.ts'
import type { Candidate } from './assess.ts'
import type { DryRun } from './dry-run.ts'

/** What the rules of meshes tell of changes without asking a server. */
export interface UnchangeableFindings {
  /** By id: objects that have to be made anew. */
  readonly answers: ReadonlyMap<string, DryRun>
  /** Changes that a mesh takes neither in place nor anew. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds changes of fields that meshes take once and for all. Their webhooks refuse them, at the apply where none runs at the plan, so
 * the plan knows by itself: the object is made anew, or the change is refused where making it anew would not do either.
 */
export function unchangeableFields(candidates: readonly Candidate[], providers: Iterable<MeshProvider>): UnchangeableFindings {
  const rules = [...providers].flatMap((provider) =>
    (provider.rules.unchangeable ?? []).map((rule) => ({ ...rule, by: provider.title })),
  )
  const answers = new Map<string, DryRun>()
  const diagnostics: Diagnostic[] = []
  for (const candidate of candidates) {
    if (candidate.kind !== 'update') continue
    const { desired } = candidate
    const rule = rules.find(
      ({ group, kinds, paths, ...rest }) =>
        group === desired.key.group && kinds.includes(desired.key.kind) && paths.some((one) => isChanged(candidate, one, rest)),
    )
    const path = rule?.paths.find((one) => isChanged(candidate, one, rule))
    if (rule === undefined || path === undefined) continue
    if (rule.otherwise === undefined)
      answers.set(desired.id, { kind: 'immutable', message: `${path} can't be changed: ${rule.reason}` })
    else {
      diagnostics.push({
        severity: 'error',
        code: 'MF2038',
        summary: `${path} of ${describeObject(desired.key)} can't be changed`,
        detail: `${rule.by} refuses that: ${rule.reason}.`,
        address: desired.address,
        location: desired.originOf(path.split('.')) ?? desired.origin,
        hint: rule.otherwise,
      })
    }
  }
  return { answers, diagnostics }
}

/** What the design says differs from what is there, or the design said it before and says it no more. */
function isChanged(
  candidate: Extract<Candidate, { kind: 'update' }>,
  path: string,
  rule: Pick<UnchangeableRule, 'mayBeSet' | 'mayBeRemoved'>,
): boolean {
  const { desired, recorded, live } = candidate
  if (desired.ignore.some((ignored) => keeps(ignored, path.split('.')))) return false
  const wanted = valueAt(desired.manifest, path)
  const there = valueAt(live ?? recorded?.desired ?? {}, path)
  if (wanted === undefined) {
    return rule.mayBeRemoved !== true && there !== undefined && valueAt(recorded?.desired ?? {}, path) !== undefined
  }
  if (there === undefined) return rule.mayBeSet !== true
  return !holds(there, wanted)
}

/** True of a rule of the design by which the field stays as it is. */
function keeps({ keeps: stays, everything, paths }: IgnoreRule, place: ValuePath): boolean {
  return stays === true && (everything === true || paths.some((path) => matchesFieldPath(path, place)))
}

/** True when a value has all that is wanted of it; a server may have put more into it. */
function holds(there: JsonValue, wanted: JsonValue): boolean {
  if (isJsonObject(there) && isJsonObject(wanted)) {
    return Object.entries(wanted).every(([key, value]) => {
      const inner = there[key]
      return inner !== undefined && holds(inner, value)
    })
  }
  return JSON.stringify(there) === JSON.stringify(wanted)
}

function valueAt(object: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object
  for (const key of path.split('.')) value = isJsonObject(value) ? value[key] : undefined
  return value
}
