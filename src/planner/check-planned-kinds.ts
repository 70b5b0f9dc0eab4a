import type { Diagnostic } from '../plan/diagnostic.ts'
import { formatFieldPath } from '../plan/field-text.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Candidate } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'
import type { DryRun } from './dry-run.ts'
import type { PlannedKind, PlannedKinds } from './planned-kinds.ts'
import { type SchemaMistake, schemaMistakes } from './schema-mistakes.ts'

/** Mistakes told of one object before the rest is only counted. */
const TOLD = 5

/**
 * Objects whose kind is defined by the same plan, and that no server could judge, are held against that definition: what it does not
 * take would fail in the middle of the apply.
 */
export function checkPlannedKinds(
  candidates: readonly Candidate[],
  kindOf: PlannedKinds,
  dryRuns: ReadonlyMap<string, DryRun>,
): readonly Diagnostic[] {
  return candidates.flatMap((candidate): readonly Diagnostic[] => {
    if (candidate.kind !== 'create' && candidate.kind !== 'update') return []
    const { desired } = candidate
    const kind = kindOf(desired.key)
    if (kind === undefined || dryRuns.get(desired.id)?.kind === 'result') return []
    const mistakes = mistakesOf(desired, kind)
    return mistakes.length === 0 ? [] : [misfit(desired, mistakes)]
  })
}

function mistakesOf({ manifest }: DesiredObject, { definition }: PlannedKind): readonly SchemaMistake[] {
  const versions = objectsIn(isJsonObject(definition.spec) ? definition.spec.versions : undefined)
  const name = manifest.apiVersion.slice(manifest.apiVersion.lastIndexOf('/') + 1)
  const version = versions.find((one) => one.name === name && one.served !== false)
  if (version === undefined) {
    const served = versions.filter((one) => one.served !== false).map((one) => String(one.name))
    const hint = served.length === 0 ? undefined : `It has ${served.join(', ')}.`
    return [{ path: ['apiVersion'], problem: `names version ${name}, which its definition does not serve`, hint }]
  }
  const schema = isJsonObject(version.schema) ? version.schema.openAPIV3Schema : undefined
  return isJsonObject(schema) ? schemaMistakes(schema, manifest) : []
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function misfit(desired: DesiredObject, mistakes: readonly SchemaMistake[]): Diagnostic {
  const [first] = mistakes
  const location = (first === undefined ? undefined : desired.originOf(first.path)) ?? desired.origin
  const lines = mistakes.slice(0, TOLD).map(({ path, problem }) => `${formatFieldPath(path)} ${problem}.`)
  const more = mistakes.length - TOLD
  return {
    severity: 'error',
    code: 'MF2037',
    summary: `${describeObject(desired.key)} does not fit the definition of its kind`,
    detail: `${lines.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`,
    address: desired.address,
    ...(location.file === '' ? {} : { location }),
    hint: first?.hint ?? 'The definition comes with this plan: change it, or the object.',
  }
}
