import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Candidate } from '../planner/assess.ts'
import type { DesiredObject } from '../planner/desired-object.ts'
import type { DryRun } from '../planner/dry-run.ts'
import { expectedConflicts, withoutConflicts } from '../planner/leave-conflicts.ts'
import { targetDiagnostic } from '../targets/error-diagnostics.ts'
import { sharedTroublesOnce } from './cluster-troubles.ts'
import type { Emit } from './events.ts'
import type { Connection } from './refresh.ts'
import { ServerWarnings } from './server-warnings.ts'

/** What dry runs are made with. */
export interface DryRunRequest {
  readonly connections: ReadonlyMap<string, Connection>
  readonly candidates: readonly Candidate[]
  readonly fieldManager: string
  /** Ask about new objects too. Left out where the apply follows at once and says the same. */
  readonly includeCreates: boolean
  /** Those who may read and not patch get what is worked out here, with a warning: for a plan that nothing follows. */
  readonly readersWelcome: boolean
  /** Only to be looked at: whoever owns a field, the answer is what differs, and never a refusal. */
  readonly onlyToSee: boolean
  readonly emit: Emit
  readonly signal: AbortSignal
}

/** Asks the servers what each change would come to. Refusals are diagnostics that name object, field and manager. */
export async function dryRunAll(
  request: DryRunRequest,
): Promise<{ readonly results: ReadonlyMap<string, DryRun>; readonly diagnostics: readonly Diagnostic[] }> {
  const asked = request.candidates.filter((candidate): candidate is Extract<Candidate, { kind: 'create' | 'update' }> =>
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
    asked.map(async ({ desired, reason }) => {
      const force = request.onlyToSee || desired.conflict === 'force' || reason === 'take_from_other_design'
      const answer = await dryRunOne(desired, force, request, diagnostics, unpatchable, warnings)
      if (answer !== undefined) results.set(desired.id, answer)
      done++
      request.emit({ type: 'dry-run-progress', done, objects: asked.length })
    }),
  )
  const refusals = sharedTroublesOnce(diagnostics)
  const notes: Diagnostic[] = [...warnings.diagnostics()]
  for (const [cluster, resources] of unpatchable) notes.push(approximate(cluster, [...resources].sort()))
  return { results, diagnostics: [...refusals, ...notes] }
}

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
  desired: DesiredObject,
  force: boolean,
  request: DryRunRequest,
  diagnostics: Diagnostic[],
  unpatchable: Map<string, Set<string>>,
  warnings: ServerWarnings,
): Promise<DryRun | undefined> {
  const connection = request.connections.get(desired.key.cluster)
  if (connection === undefined || connection.kind === 'unavailable') return undefined
  const options = {
    fieldManager: request.fieldManager,
    force,
    dryRun: true,
    signal: request.signal,
  }
  let sent = desired.manifest
  let answer = await connection.target.apply(sent, options)
  if (!answer.ok && answer.error.kind === 'conflict') {
    const expected = expectedConflicts(sent, answer.error.conflicts, desired.ignore)
    if (expected.length > 0) {
      sent = withoutConflicts(sent, expected)
      answer = await connection.target.apply(sent, options)
    }
  }
  if (!answer.ok && answer.error.kind === 'conflict' && desired.conflict === 'leave') {
    sent = withoutConflicts(sent, answer.error.conflicts)
    answer = await connection.target.apply(sent, options)
  }
  if (answer.ok) {
    warnings.add(answer.warnings, { key: desired.key, address: desired.address, location: desired.origin })
    return { kind: 'result', object: answer.value, sent }
  }
  const { error } = answer
  if (error.kind === 'immutable') return { kind: 'immutable', message: error.message }
  if (error.kind === 'not-served') return { kind: 'unknown', reason: error.message }
  if (error.kind === 'not-found') return { kind: 'unknown', reason: error.message }
  const resource = request.readersWelcome && error.kind === 'forbidden' ? unpatchableResource(error.message) : undefined
  if (resource !== undefined) {
    const known = unpatchable.get(connection.title) ?? new Set()
    unpatchable.set(connection.title, known.add(resource))
    return { kind: 'unknown', reason: 'it may not be patched' }
  }
  diagnostics.push(
    targetDiagnostic(error, {
      verb: 'apply',
      kind: desired.key.kind,
      cluster: connection.title,
      key: desired.key,
      address: desired.address,
      location: desired.origin,
      originOf: desired.originOf,
    }),
  )
  return undefined
}

/** `configmaps in team`, of what RBAC says to those who may not patch; undefined of other refusals, such as a quota's. */
function unpatchableResource(message: string): string | undefined {
  const denied = /cannot patch resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(message)
  if (denied === null) return undefined
  const [, resource, group, namespace] = denied
  return `${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`
}
