import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject, type Manifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import { uidOf, versionOf } from '../planner/assess.ts'
import { recordedSecrets } from '../planner/mask.ts'
import type { HealthRule, IgnoreRule } from '../providers/rules.ts'
import type { EffectResult } from '../state/journal-entry.ts'
import type { Effect } from '../state/state-operation.ts'
import type { StateResult } from '../state/state-result.ts'
import type { Answer, LiveObject, Target, TargetError } from '../targets/contract.ts'
import { targetDiagnostic } from '../targets/error-diagnostics.ts'
import type { Waiter } from '../targets/wait-healthy.ts'
import { outageNode, outageNodes, outagesOf } from './cluster-outages.ts'
import { sharedTroublesOnce } from './cluster-troubles.ts'
import type { Emit } from './events.ts'
import { type Connection, ownedDigest } from './refresh.ts'
import { runGraph, type WorkNode } from './run-graph.ts'
import { ServerWarnings } from './server-warnings.ts'
import { type ClusterResult, type ClusterTally, clusterTally, tallied } from './tally.ts'

/** Where intents and results go: the journal of an operation on the state. */
export interface EffectJournal {
  /** Durable when it resolves; when it is refused the effect must not happen. */
  intent(effect: Effect): Promise<StateResult<void>>
  /** Refused when the lock is lost: intents are announced ahead, and the process may have been paused since. */
  allowed(): StateResult<void>
  result(result: EffectResult): void
}

/** What applying a plan needs. Everything that could be decided has been. */
export interface ApplyRequest {
  readonly plan: Plan
  /** Values that the state must not hold. */
  readonly sensitiveValues: readonly string[]
  /** The objects with their secrets, by id: a plan on disk holds none. */
  readonly manifests: ReadonlyMap<string, Manifest>
  /** Rules of each object, by id. */
  readonly rules: ReadonlyMap<string, { readonly ignore: readonly IgnoreRule[]; readonly health: readonly HealthRule[] }>
  readonly recorded: ReadonlyMap<string, RecordedObject>
  readonly connections: ReadonlyMap<string, Connection>
  readonly waiters: ReadonlyMap<string, Waiter>
  readonly journal: EffectJournal
  readonly fieldManager: string
  readonly parallelism: number
  readonly onError: 'stop' | 'continue'
  readonly emit: Emit
  readonly now: () => number
  /** First Ctrl-C: begin nothing new. */
  readonly stop: AbortSignal
  /** Second Ctrl-C or the end: give up what is running. */
  readonly signal: AbortSignal
}

/** How an apply ended. */
export interface ApplyResult {
  readonly done: number
  readonly failed: number
  readonly skipped: number
  readonly diagnostics: readonly Diagnostic[]
  /** Counts of finished changes by action. */
  readonly summary: { readonly [action: string]: number }
  /** The same for each cluster that the plan changes, by name. */
  readonly clusters: { readonly [cluster: string]: ClusterResult }
  /** Ids of changes and barriers that failed or were never begun. */
  readonly unfinished: ReadonlySet<string>
}

/** Intents that are written down ahead of their turn, so that many share one write to the disk and nobody waits for it alone. */
const AHEAD = 64

/** Carries a plan out, each change after what it needs, and records every effect before and after it happens. */
export async function applyPlan(request: ApplyRequest): Promise<ApplyResult> {
  const diagnostics: Diagnostic[] = []
  const names = new Map(request.plan.changes.map((change) => [change.id, describeObject(change.key)]))
  const outages = outagesOf(request.plan.changes, request.connections)
  for (const cluster of outages.keys()) names.set(outageNode(cluster), `cluster "${cluster}"`)
  const clusters = new Map<string, ClusterTally>()
  const warnings = new ServerWarnings(request.plan.diagnostics)
  const work: Work = { ...request, names, diagnostics, summary: {}, withdrawn: [], warnings }
  const tallyOf = (change: ObjectChange) => clusterTally(clusters, change.key.cluster, !outages.has(change.key.cluster))
  const nodes: WorkNode[] = [
    ...outageNodes(outages, diagnostics),
    ...request.plan.changes.map((change) => changeNode(change, work, change.action === 'no-op' ? undefined : tallyOf(change))),
  ]
  const barrierNames = new Set(Object.keys(request.plan.barriers))
  for (const [name, members] of Object.entries(request.plan.barriers)) {
    nodes.push({ id: name, dependencies: members, occupies: false, run: async () => 'done', skip: () => undefined })
  }
  const tally = { done: 0, failed: 0, skipped: 0 }
  const unfinished = new Set<string>()
  await runGraph(
    nodes.map((node) => tallied(node, barrierNames, tally, unfinished)),
    {
      concurrency: request.parallelism,
      ahead: AHEAD,
      onError: request.onError,
      stop: request.stop,
    },
  )
  await Promise.all(work.withdrawn)
  return {
    ...tally,
    diagnostics: [...sharedTroublesOnce(diagnostics), ...warnings.diagnostics()],
    summary: work.summary,
    clusters: Object.fromEntries([...clusters].sort()),
    unfinished,
  }
}

/** What the nodes of an apply share. */
interface Work extends ApplyRequest {
  /** What to call a node that others wait for, by id. */
  readonly names: ReadonlyMap<string, string>
  readonly diagnostics: Diagnostic[]
  readonly summary: Record<string, number>
  /** Announced and never begun: it is being written down that it has surely not happened. */
  readonly withdrawn: Promise<void>[]
  readonly warnings: ServerWarnings
}

function changeNode(change: ObjectChange, work: Work, tally: ClusterTally | undefined): WorkNode {
  const { id, key, address, action } = change
  const { diagnostics, summary, names } = work
  let announced: Promise<Diagnostic | undefined> | undefined
  const announceOnce = () => {
    if (action === 'no-op' || action === 'forget') return Promise.resolve(undefined)
    announced ??= announce(change, action, work)
    return announced
  }
  return {
    id,
    dependencies: tally === undefined || tally.reached ? change.dependencies : [outageNode(key.cluster), ...change.dependencies],
    occupies: action !== 'no-op',
    prepare: () => {
      if (tally === undefined || tally.reached) void announceOnce()
    },
    run: async (release) => {
      if (action === 'no-op') return recordUnchanged(change, work)
      const started = work.now()
      work.emit({ type: 'apply-start', id, key, address, action })
      const failure =
        (await announceOnce()) ?? untouched(change, work.journal.allowed()) ?? (await carryOut(change, work, release))
      if (failure === undefined) {
        summary[action] = (summary[action] ?? 0) + 1
        if (tally !== undefined) tally.summary[action] = (tally.summary[action] ?? 0) + 1
        work.emit({ type: 'apply-complete', id, key, address, action, elapsedMs: work.now() - started })
        return 'done'
      }
      diagnostics.push(failure)
      if (tally !== undefined) tally.failed++
      work.emit({ type: 'apply-failed', id, key, address, action, diagnostic: failure })
      return 'failed'
    },
    skip: (needs, because) => {
      if (action === 'no-op') return
      if (announced !== undefined)
        work.withdrawn.push(announced.then(() => work.journal.result({ id, outcome: 'failed', uncertain: false })))
      if (tally !== undefined) tally.skipped++
      work.emit({ type: 'apply-skipped', id, key, address, action, needs: names.get(needs) ?? needs, because })
    },
  }
}

/** An object that needs nothing may still be recorded anew: its component was renamed, or its wording changed without effect. */
async function recordUnchanged(change: ObjectChange, request: ApplyRequest): Promise<'done'> {
  const old = request.recorded.get(change.id)
  const manifest = request.manifests.get(change.id)
  if (old === undefined || change.desiredDigest === undefined) return 'done'
  const same =
    old.desiredDigest === change.desiredDigest &&
    old.address === change.address &&
    old.protect === change.protect &&
    sameList(old.dependencies, change.dependencies)
  if (same) return 'done'
  request.journal.result({
    id: change.id,
    outcome: 'recorded',
    object: {
      ...old,
      address: change.address,
      desiredDigest: change.desiredDigest,
      desired: manifest === undefined ? old.desired : recordedSecrets(manifest, request.sensitiveValues),
      ownedDigest: change.liveDigest ?? old.ownedDigest,
      dependencies: change.dependencies,
      protect: change.protect,
    },
  })
  return 'done'
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index])
}

async function carryOut(change: ObjectChange, request: Work, release: () => void): Promise<Diagnostic | undefined> {
  const connection = request.connections.get(change.key.cluster)
  if (connection === undefined || connection.kind === 'unavailable') {
    if (change.action === 'no-op') return undefined
    throw new Error(`Changes of ${change.key.cluster} wait for the node of its outage`)
  }
  switch (change.action) {
    case 'no-op':
      return undefined
    case 'forget':
      return forget(change, connection.target, request)
    case 'create':
    case 'update':
    case 'import':
      return upsert(change, connection.target, request, release)
    case 'replace':
      return (
        (await remove(change, connection.target, request, release, false)) ?? upsert(change, connection.target, request, release)
      )
    case 'delete':
      return remove(change, connection.target, request, release, true)
  }
}

const WATCH_RIGHTS = 'Waiting takes the rights to list and watch the kind. Ask for them, and run again.'

/** Writes the intent down; without it the effect must not happen. */
async function announce(change: ObjectChange, action: Effect['action'], request: ApplyRequest): Promise<Diagnostic | undefined> {
  return untouched(change, await request.journal.intent(effectOf(change, action)))
}

function untouched(change: ObjectChange, allowed: StateResult<void>): Diagnostic | undefined {
  if (allowed.ok) return undefined
  return {
    severity: 'error',
    code: 'MF4005',
    summary: `${describeObject(change.key)} was not touched: the state can't be written`,
    detail: allowed.error.message,
    address: change.address,
    hint: 'Nothing happens that could not be recorded. Mend the cause and run apply again.',
  }
}

/** A change as the journal says it. */
export function effectOf(change: ObjectChange, action: Effect['action']): Effect {
  return {
    id: change.id,
    action,
    key: change.key,
    apiVersion: change.apiVersion,
    address: change.address,
    desiredDigest: change.desiredDigest,
    dependencies: change.dependencies,
  }
}

async function upsert(change: ObjectChange, target: Target, request: Work, release: () => void): Promise<Diagnostic | undefined> {
  const manifest = request.manifests.get(change.id)
  if (manifest === undefined) throw new Error(`The plan has no manifest for ${change.id}`)
  const answer = await target.apply(manifest, {
    fieldManager: request.fieldManager,
    force: change.conflict === 'force' || change.reason === 'take_from_other_design',
    dryRun: false,
    signal: request.signal,
  })
  if (!answer.ok) {
    request.journal.result({ id: change.id, outcome: 'failed', uncertain: isUncertain(answer.error) })
    return failed('apply', change, answer.error, request)
  }
  request.warnings.add(answer.warnings, { key: change.key, address: change.address, location: change.origin })
  request.journal.result({ id: change.id, outcome: 'recorded', object: recordOf(change, manifest, answer.value, request) })
  request.emit({ type: 'apply-written', id: change.id, key: change.key, address: change.address, action: change.action })
  release()
  return change.wait ? waitHealthy(change, request, answer) : undefined
}

function recordOf(change: ObjectChange, manifest: Manifest, live: LiveObject, request: ApplyRequest): RecordedObject {
  const old = request.recorded.get(change.id)
  return {
    key: change.key,
    apiVersion: change.apiVersion,
    address: change.address,
    desiredDigest: change.desiredDigest ?? '',
    desired: recordedSecrets(manifest, request.sensitiveValues),
    ownedDigest: ownedDigest(live, request.fieldManager, request.rules.get(change.id)?.ignore ?? []),
    resourceVersion: versionOf(live),
    uid: uidOf(live),
    created: change.action === 'create' || change.action === 'replace' || (old?.created ?? false),
    dependencies: change.dependencies,
    protect: change.protect,
  }
}

async function waitHealthy(
  change: ObjectChange,
  request: ApplyRequest,
  written: Answer<LiveObject>,
): Promise<Diagnostic | undefined> {
  const waiter = request.waiters.get(change.key.cluster)
  if (waiter === undefined || !written.ok) return undefined
  const started = request.now()
  const health = await waiter.healthy(change.key, change.apiVersion, {
    timeoutMs: change.applyTimeout,
    rules: request.rules.get(change.id)?.health ?? [],
    written: written.value,
    onProgress: (reason) =>
      request.emit({
        type: 'apply-progress',
        id: change.id,
        key: change.key,
        address: change.address,
        reason,
        elapsedMs: request.now() - started,
      }),
  })
  if (health.healthy) return undefined
  return {
    severity: 'error',
    code: health.timedOut ? 'MF4003' : 'MF4002',
    summary: `${describeObject(change.key)} is not healthy${health.timedOut ? ' in time' : ''}`,
    detail: health.reason,
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
    hint: health.unwatched
      ? WATCH_RIGHTS
      : health.timedOut
        ? 'It is applied and recorded. Look at the cause, then run apply again; `timeouts.apply` on the component gives it longer.'
        : 'It is applied and recorded. Mend the cause and run apply again.',
  }
}

async function remove(
  change: ObjectChange,
  target: Target,
  request: ApplyRequest,
  release: () => void,
  recordGone: boolean,
): Promise<Diagnostic | undefined> {
  const answer = await target.delete(change.key, change.apiVersion, {
    ...(change.uid === undefined || change.uid === '' ? {} : { uid: change.uid }),
    propagation: 'Background',
    signal: request.signal,
  })
  if (!answer.ok && answer.error.kind !== 'not-found' && answer.error.kind !== 'not-served') {
    request.journal.result({ id: change.id, outcome: 'failed', uncertain: isUncertain(answer.error) })
    return failed('delete', change, answer.error, request)
  }
  if (recordGone) release()
  const waiter = request.waiters.get(change.key.cluster)
  if (answer.ok && answer.value === 'deleting' && waiter !== undefined) {
    const gone = await waiter.deleted(change.key, change.apiVersion, { timeoutMs: change.deleteTimeout, uid: change.uid })
    if (!gone.healthy) {
      request.journal.result({ id: change.id, outcome: 'failed', uncertain: true })
      return {
        severity: 'error',
        code: 'MF4004',
        summary: `${describeObject(change.key)} is still there after its delete`,
        detail: gone.reason,
        address: change.address,
        hint:
          gone.unwatched === true
            ? WATCH_RIGHTS
            : 'A finalizer that nobody serves is the usual cause: look at `metadata.finalizers` of the object.',
      }
    }
  }
  if (recordGone) request.journal.result({ id: change.id, outcome: 'deleted' })
  return undefined
}

/** Gives an object up without deleting it: where it is still there, the fields that were ours are let go. */
async function forget(change: ObjectChange, target: Target, request: ApplyRequest): Promise<Diagnostic | undefined> {
  if (change.before !== undefined && change.reason === 'forget_because_removed') {
    const { name, namespace } = change.key
    const empty: Manifest = {
      apiVersion: change.apiVersion,
      kind: change.key.kind,
      metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    }
    const answer = await target.apply(empty, {
      fieldManager: request.fieldManager,
      force: false,
      dryRun: false,
      signal: request.signal,
    })
    if (!answer.ok && answer.error.kind !== 'not-found' && answer.error.kind !== 'not-served')
      return failed('release', change, answer.error, request)
  }
  request.journal.result({ id: change.id, outcome: 'forgotten' })
  return undefined
}

/** True when the effect may have happened although no answer said so. */
function isUncertain(error: TargetError): boolean {
  return error.kind === 'unreachable' || error.kind === 'timeout' || error.kind === 'aborted' || error.kind === 'other'
}

function failed(verb: string, change: ObjectChange, error: TargetError, request: ApplyRequest): Diagnostic {
  return targetDiagnostic(error, {
    verb,
    kind: change.key.kind,
    cluster: request.connections.get(change.key.cluster)?.title ?? change.key.cluster,
    key: change.key,
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
  })
}
