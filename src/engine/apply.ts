import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import { recordedSecrets } from '../planner/mask.ts'
import type { Effect } from '../state/state-operation.ts'
import type { StateResult } from '../state/state-result.ts'
import type { ApplyRequest, ApplyWork } from './apply-request.ts'
import { carryOut } from './carry-out.ts'
import { outageNode, outageNodes, outagesOf } from './cluster-outages.ts'
import { sharedTroublesOnce } from './cluster-troubles.ts'
import { contextOf, deleteTimeoutOf } from './record-object.ts'
import { runGraph, type WorkNode } from './run-graph.ts'
import { ServerWarnings } from './server-warnings.ts'
import { type ClusterResult, type ClusterTally, clusterTally, tallied } from './tally.ts'
import { isAmiss, notWaitedFor } from './wait-for-change.ts'

/** How an apply ended. */
export interface ApplyResult {
  readonly done: number
  readonly failed: number
  /** How many of the failed ones were written and recorded, and did not get healthy. */
  readonly unhealthy: number
  readonly skipped: number
  /** Objects that were written, and not waited for to the end since the run was stopped. */
  readonly unawaited: number
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
  const work: ApplyWork = {
    ...request,
    names,
    diagnostics,
    summary: {},
    withdrawn: [],
    unawaited: new Map(),
    unhealthy: new Set(),
    warnings,
  }
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
  // One that let others go on and failed after that keeps its component from being done.
  for (const [name, members] of Object.entries(request.plan.barriers)) {
    if (members.some((id) => unfinished.has(id))) unfinished.add(name)
  }
  return {
    ...tally,
    diagnostics: [...sharedTroublesOnce(diagnostics), ...notWaitedFor([...work.unawaited.values()]), ...warnings.diagnostics()],
    unhealthy: work.unhealthy.size,
    unawaited: work.unawaited.size,
    summary: work.summary,
    clusters: Object.fromEntries([...clusters].sort()),
    unfinished,
  }
}

function changeNode(change: ObjectChange, work: ApplyWork, tally: ClusterTally | undefined): WorkNode {
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
    run: async (turn) => {
      const started = work.now()
      if (action === 'no-op') recordUnchanged(change, work)
      if (action === 'no-op' && !isAmiss(change, work, work.live.get(id))) return 'done'
      work.emit({ type: 'apply-start', id, key, address, action })
      const failure = (await announceOnce()) ?? untouched(change, work.journal.allowed()) ?? (await carryOut(change, work, turn))
      const written = work.unhealthy.has(id)
      if (failure === undefined || written) {
        if (action !== 'no-op') summary[action] = (summary[action] ?? 0) + 1
        if (tally !== undefined) tally.summary[action] = (tally.summary[action] ?? 0) + 1
      }
      if (failure === undefined) {
        const waited = !work.unawaited.has(id)
        work.emit({ type: 'apply-complete', id, key, address, action, elapsedMs: work.now() - started, waited })
        return 'done'
      }
      diagnostics.push(failure)
      if (tally !== undefined) tally.failed++
      if (tally !== undefined && written) tally.unhealthy++
      work.emit({ type: 'apply-failed', id, key, address, action, written, diagnostic: failure })
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
function recordUnchanged(change: ObjectChange, request: ApplyRequest): void {
  const old = request.recorded.get(change.id)
  const manifest = request.manifests.get(change.id)
  if (old === undefined || change.desiredDigest === undefined) return
  const { deleteTimeout: _timeout, context: _context, ...lasting } = old
  const now = { ...deleteTimeoutOf(change), ...contextOf(change, request) }
  const same =
    old.desiredDigest === change.desiredDigest &&
    old.address === change.address &&
    old.protect === change.protect &&
    old.deleteTimeout === now.deleteTimeout &&
    old.context === now.context &&
    sameList(old.dependencies, change.dependencies)
  if (same) return
  request.journal.result({
    id: change.id,
    outcome: 'recorded',
    object: {
      ...lasting,
      ...now,
      address: change.address,
      desiredDigest: change.desiredDigest,
      desired: manifest === undefined ? old.desired : recordedSecrets(manifest, request.sensitiveValues),
      ownedDigest: change.liveDigest ?? old.ownedDigest,
      dependencies: change.dependencies,
      protect: change.protect,
    },
  })
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index])
}

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
