import type { FieldConflict } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { Candidate } from '../planner/assess.ts'
import type { DryRun } from '../planner/dry-run.ts'
import type { FieldManagers } from '../planner/field-managers.ts'
import { keepIgnored } from '../planner/keep-ignored.ts'
import type { PlannedKinds } from '../planner/planned-kinds.ts'
import { expectedConflicts, isAmong, settleConflicts, withoutConflicts } from '../planner/settle-conflicts.ts'
import type { TargetError } from '../targets/contract.ts'
import { targetDiagnostic } from '../targets/error-diagnostics.ts'
import { objectOf } from '../targets/json-fields.ts'
import { ownedFields } from '../targets/owned-fields.ts'
import { afterTransfer } from '../targets/transfer-ownership.ts'
import { sharedTroublesOnce } from './cluster-troubles.ts'
import type { Emit } from './events.ts'
import type { Connection } from './refresh.ts'
import { ServerWarnings } from './server-warnings.ts'

/** What dry runs are made with. */
export interface DryRunRequest {
  readonly connections: ReadonlyMap<string, Connection>
  readonly candidates: readonly Candidate[]
  readonly managers: FieldManagers
  /** Ask about new objects too. Left out where the apply follows at once and says the same. */
  readonly includeCreates: boolean
  /** Those who may read and not patch get what is worked out here, with a warning: for a plan that nothing follows. */
  readonly readersWelcome: boolean
  /** Only to be looked at: whoever owns a field, the answer is what differs, and never a refusal. */
  readonly onlyToSee: boolean
  /** Kinds that the design defines: what a server refuses by a definition that the plan changes says nothing. */
  readonly kindOf: PlannedKinds
  readonly emit: Emit
  readonly signal: AbortSignal
}

/** Asks the servers what each change would come to. Refusals are diagnostics that name object, field and manager. */
export async function dryRunAll(
  request: DryRunRequest,
): Promise<{ readonly results: ReadonlyMap<string, DryRun>; readonly diagnostics: readonly Diagnostic[] }> {
  const asked = request.candidates.filter((candidate): candidate is Asked =>
    candidate.kind === 'update' ? candidate.ask : candidate.kind === 'create' && candidate.ask && request.includeCreates,
  )
  const results = new Map<string, DryRun>()
  const diagnostics: Diagnostic[] = []
  if (asked.length === 0) return { results, diagnostics }
  request.emit({ type: 'dry-run-start', objects: asked.length })
  const unpatchable = new Map<string, Set<string>>()
  const warnings = new ServerWarnings([])
  let done = 0
  await Promise.all(
    asked.map(async (candidate) => {
      const answer = await dryRunOne(candidate, request, diagnostics, unpatchable, warnings)
      if (answer !== undefined) results.set(candidate.desired.id, answer)
      done++
      request.emit({ type: 'dry-run-progress', done, objects: asked.length })
    }),
  )
  const refusals = sharedTroublesOnce(diagnostics)
  const notes: Diagnostic[] = [...warnings.diagnostics()]
  for (const [cluster, resources] of unpatchable) notes.push(approximate(cluster, [...resources].sort()))
  return { results, diagnostics: [...refusals, ...notes] }
}

type Asked = Extract<Candidate, { kind: 'create' | 'update' }>

function approximate(cluster: string, resources: readonly string[]): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF5020',
    summary: `The plan for cluster ${cluster} is approximate: a dry run needs the right to patch`,
    detail: `May be read and not patched: ${resources.join(', ')}.`,
    hint: 'What the server would default, refuse or find in conflict is not in this plan. Whoever applies needs the right to patch.',
  }
}

async function dryRunOne(
  candidate: Asked,
  request: DryRunRequest,
  diagnostics: Diagnostic[],
  unpatchable: Map<string, Set<string>>,
  warnings: ServerWarnings,
): Promise<DryRun | undefined> {
  const { desired } = candidate
  const connection = request.connections.get(desired.key.cluster)
  if (connection === undefined || connection.kind === 'unavailable') return undefined
  const { target } = connection
  const fieldManager = request.managers.of(desired.key.cluster)
  const ask = (manifest: Manifest, force: boolean) =>
    target.apply(manifest, { fieldManager, force, dryRun: true, signal: request.signal })
  const refuse = (error: TargetError) => {
    diagnostics.push(
      targetDiagnostic(error, {
        verb: 'apply',
        kind: desired.key.kind,
        cluster: connection.title,
        key: desired.key,
        address: desired.address,
        location: desired.origin,
        manifest: desired.manifest,
        originOf: desired.originOf,
      }),
    )
    return undefined
  }
  const live = candidate.kind === 'update' ? candidate.live : undefined
  let sent =
    live === undefined
      ? desired.manifest
      : keepIgnored(desired.manifest, live, ownedFields(live, fieldManager, []), desired.ignore)
  let answer = await ask(sent, request.onlyToSee)
  if (!answer.ok && answer.error.kind === 'conflict') {
    const expected = expectedConflicts(sent, answer.error.conflicts, desired.ignore)
    if (expected.length > 0) {
      sent = withoutConflicts(sent, expected)
      answer = await ask(sent, false)
    }
  }
  let conflicts: readonly FieldConflict[] = []
  if (!answer.ok && answer.error.kind === 'conflict' && answer.error.conflicts.length > 0) {
    conflicts = settleConflicts(answer.error.conflicts, candidate)
    const refused = conflicts.filter(({ outcome }) => outcome === 'refused')
    if (refused.length > 0) refuse({ ...answer.error, conflicts: answer.error.conflicts.filter(isAmong(refused)) })
    sent = withoutConflicts(
      sent,
      conflicts.filter(({ outcome }) => outcome === 'left'),
    )
    // What is refused is shown all the same, as it would come out.
    answer = await ask(
      sent,
      conflicts.some(({ outcome }) => outcome !== 'left'),
    )
    if (!answer.ok && refused.length > 0) return undefined
  }
  if (answer.ok) {
    warnings.add(answer.warnings, { key: desired.key, address: desired.address, location: desired.origin })
    const takesFrom = candidate.kind === 'update' ? candidate.takesFrom : []
    if (takesFrom.length === 0) return { kind: 'result', object: answer.value, sent, conflicts, guessed: false }
    const taken = afterTransfer(answer.value, takesFrom, fieldManager)
    if (!taken.removes) return { kind: 'result', object: answer.value, sent, conflicts, guessed: false }
    const replaced = await target.previewReplacement?.(replacementOf(taken.object, sent), {
      fieldManager,
      signal: request.signal,
    })
    return replaced?.ok === true
      ? { kind: 'result', object: replaced.value, sent, conflicts, guessed: false }
      : { kind: 'result', object: taken.object, sent, conflicts, guessed: true }
  }
  const { error } = answer
  if (error.kind === 'immutable') return { kind: 'immutable', message: error.message }
  if (error.kind === 'not-served') return { kind: 'unknown', reason: error.message }
  if (error.kind === 'not-found') return { kind: 'unknown', reason: error.message }
  if (error.kind === 'invalid' && request.kindOf(desired.key)?.changes === true) {
    return { kind: 'unknown', reason: 'its kind changes with this plan' }
  }
  const resource = request.readersWelcome && error.kind === 'forbidden' ? unpatchableResource(error.message) : undefined
  if (resource !== undefined) {
    const known = unpatchable.get(connection.title) ?? new Set()
    unpatchable.set(connection.title, known.add(resource))
    return { kind: 'unknown', reason: 'it may not be patched' }
  }
  return refuse(error)
}

/** An object as it is put: without bookkeeping of fields, and with what only goes in and never comes out. */
function replacementOf(object: JsonObject, sent: Manifest): Manifest {
  const { managedFields: _managedFields, ...metadata } = objectOf(object.metadata)
  return {
    ...object,
    apiVersion: sent.apiVersion,
    kind: sent.kind,
    metadata: { ...metadata, name: sent.metadata.name },
    ...(sent.stringData === undefined ? {} : { stringData: sent.stringData }),
  }
}

/** `configmaps in team`, of what RBAC says to those who may not patch; undefined of other refusals, such as a quota's. */
function unpatchableResource(message: string): string | undefined {
  const denied = /cannot patch resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(message)
  if (denied === null) return undefined
  const [, resource, group, namespace] = denied
  return `${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`
}
