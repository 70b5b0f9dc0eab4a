import { canonicalJson } from '../plan/canonical-json.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject, type Manifest } from '../plan/manifest.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import type { LiveObject, Target, TargetError } from '../targets/contract.ts'
import { targetDiagnostic } from '../targets/error-diagnostics.ts'
import { ownedFields } from '../targets/owned-fields.ts'
import type { ApplyWork } from './apply-request.ts'
import { recordAsSeen, recordOf } from './record-object.ts'
import type { Turn } from './run-graph.ts'
import { healthNow, isAmissNow, type Waited, waitUntilGone, waitUntilHealthy } from './wait-for-change.ts'

/**
 * Does what a change says to its object, and records it. A value is why it could not be done; its turn is given back as soon as
 * others may begin.
 */
export async function carryOut(change: ObjectChange, work: ApplyWork, turn: Turn): Promise<Diagnostic | undefined> {
  const connection = work.connections.get(change.key.cluster)
  if (connection === undefined || connection.kind === 'unavailable') {
    if (change.action === 'no-op') return undefined
    throw new Error(`Changes of ${change.key.cluster} wait for the node of its outage`)
  }
  switch (change.action) {
    case 'no-op': {
      const live = work.live.get(change.id)
      return live === undefined
        ? undefined
        : settled(change, work, await waitUntilHealthy(change, work, live, turn.pass), undefined)
    }
    case 'forget':
      return forget(change, connection.target, work)
    case 'create':
    case 'update':
    case 'import':
      return upsert(change, connection.target, work, turn)
    case 'replace':
      return (await remove(change, connection.target, work, turn, false)) ?? upsert(change, connection.target, work, turn)
    case 'delete':
      return remove(change, connection.target, work, turn, true)
  }
}

async function upsert(change: ObjectChange, target: Target, work: ApplyWork, turn: Turn): Promise<Diagnostic | undefined> {
  const manifest = work.manifests.get(change.id)
  if (manifest === undefined) throw new Error(`The plan has no manifest for ${change.id}`)
  const fieldManager = work.managers.of(change.key.cluster)
  if (change.takesFrom.length > 0 && target.takeOver !== undefined) {
    const { takesFrom: from } = change
    const expects = sameOwnership(work.live.get(change.id), fieldManager, from)
    const taken = await target.takeOver(change.key, change.apiVersion, { from, to: fieldManager, expects, signal: work.signal })
    if (!taken.ok) {
      work.journal.result({ id: change.id, outcome: 'failed', uncertain: isUncertain(taken.error) })
      return failed('take over', change, taken.error, work)
    }
    if (taken.value === 'not-as-expected') {
      work.journal.result({ id: change.id, outcome: 'failed', uncertain: false })
      return changedMeanwhile(change)
    }
  }
  const answer = await target.apply(manifest, {
    fieldManager,
    force: change.conflict === 'force' || change.reason === 'take_from_other_design',
    dryRun: false,
    signal: work.signal,
  })
  if (!answer.ok) {
    work.journal.result({ id: change.id, outcome: 'failed', uncertain: isUncertain(answer.error) })
    return failed('apply', change, answer.error, work)
  }
  work.warnings.add(answer.warnings, { key: change.key, address: change.address, location: change.origin })
  const made = recordOf(change, manifest, answer.value, work)
  // Until it is healthy no version counts as the recorded one, so that the next run looks at it whole, and waits for it again.
  const health = healthNow(change, work, answer.value)
  const record = isAmissNow(health) ? { ...made, resourceVersion: '' } : made
  work.journal.result({ id: change.id, outcome: 'recorded', object: record })
  work.emit({ type: 'apply-written', id: change.id, key: change.key, address: change.address, action: change.action })
  turn.release()
  return health === 'current'
    ? undefined
    : settled(change, work, await waitUntilHealthy(change, work, answer.value, turn.pass), record)
}

/** Whether an object still has the fields of these managers that it had when it was planned; whatever others write does not count. */
function sameOwnership(seen: LiveObject | undefined, manager: string, from: readonly string[]): (live: LiveObject) => boolean {
  const owned = (live: LiveObject) => canonicalJson(ownedFields(live, manager, [], from))
  const planned = seen === undefined ? undefined : owned(seen)
  return (live) => planned === undefined || planned === owned(live)
}

/** What is taken over must be what was shown: otherwise fields would go that nobody saw go. */
function changedMeanwhile(change: ObjectChange): Diagnostic {
  return {
    severity: 'error',
    code: 'MF4014',
    summary: `${describeObject(change.key)} was changed after it was looked at, and was not taken over`,
    detail: `Fields of ${change.takesFrom.map((manager) => `"${manager}"`).join(', ')} are no longer those of the plan.`,
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
    hint: 'Run again: the next plan shows it as it is now.',
  }
}

/** Failed, or well, or written and not waited for any longer: that is told at the end, for all of them. */
function settled(
  change: ObjectChange,
  work: ApplyWork,
  waited: Waited,
  record: RecordedObject | undefined,
): Diagnostic | undefined {
  if (waited.kind === 'done' && record !== undefined) {
    const object = recordAsSeen(record, waited.seen, work)
    if (object !== record) work.journal.result({ id: change.id, outcome: 'recorded', object })
  }
  if (waited.kind === 'stopped') work.unawaited.set(change.id, `${describeObject(change.key)}: ${waited.reason}`)
  if (waited.kind !== 'failed') return undefined
  work.unhealthy.add(change.id)
  return waited.diagnostic
}

async function remove(
  change: ObjectChange,
  target: Target,
  work: ApplyWork,
  turn: Turn,
  recordGone: boolean,
): Promise<Diagnostic | undefined> {
  const answer = await target.delete(change.key, change.apiVersion, {
    ...(change.uid === undefined || change.uid === '' ? {} : { uid: change.uid }),
    propagation: 'Background',
    signal: work.signal,
  })
  if (!answer.ok && answer.error.kind !== 'not-found' && answer.error.kind !== 'not-served') {
    work.journal.result({ id: change.id, outcome: 'failed', uncertain: isUncertain(answer.error) })
    return failed('delete', change, answer.error, work)
  }
  if (recordGone) turn.release()
  const left = answer.ok && answer.value === 'deleting' ? await waitUntilGone(change, work) : undefined
  if (left !== undefined) {
    work.journal.result({ id: change.id, outcome: 'failed', uncertain: true })
    return left
  }
  if (recordGone) work.journal.result({ id: change.id, outcome: 'deleted' })
  return undefined
}

/** Gives an object up without deleting it: where it is still there, the fields that were ours are let go. */
async function forget(change: ObjectChange, target: Target, work: ApplyWork): Promise<Diagnostic | undefined> {
  if (change.before !== undefined && change.reason !== 'forget_because_kept') {
    const { name, namespace } = change.key
    const empty: Manifest = {
      apiVersion: change.apiVersion,
      kind: change.key.kind,
      metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    }
    const answer = await target.apply(empty, {
      fieldManager: work.recorded.get(change.id)?.fieldManager ?? work.managers.usual,
      force: false,
      dryRun: false,
      signal: work.signal,
    })
    if (!answer.ok && answer.error.kind !== 'not-found' && answer.error.kind !== 'not-served')
      return failed('release', change, answer.error, work)
  }
  work.journal.result({ id: change.id, outcome: 'forgotten' })
  return undefined
}

/** True when the effect may have happened although no answer said so. */
function isUncertain(error: TargetError): boolean {
  return error.kind === 'unreachable' || error.kind === 'timeout' || error.kind === 'aborted' || error.kind === 'other'
}

function failed(verb: string, change: ObjectChange, error: TargetError, work: ApplyWork): Diagnostic {
  return targetDiagnostic(error, {
    verb,
    kind: change.key.kind,
    cluster: work.connections.get(change.key.cluster)?.title ?? change.key.cluster,
    key: change.key,
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
  })
}
