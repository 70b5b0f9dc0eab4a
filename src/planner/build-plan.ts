import type { Design } from '../design/design.ts'
import { digestOf } from '../plan/canonical-json.ts'
import { type ActionReason, type Certainty, type FieldChange, NOT_ASKED, type ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { parseDuration } from '../plan/duration.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import { describeObject, objectKeyText } from '../plan/manifest.ts'
import type { OutputChange, Plan, PlanMode, PlannedCheck, PlannedCluster, PlanOptions } from '../plan/plan.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { type Candidate, type LiveView, uidOf } from './assess.ts'
import { checkProtection } from './check-protection.ts'
import { barrierOf, type ComponentNode, type DesiredObject } from './desired-object.ts'
import { diffFields } from './diff/field-diff.ts'
import { mergeLocally } from './diff/local-merge.ts'
import { driftOf } from './drift.ts'
import type { DryRun } from './dry-run.ts'
import { DEFAULT_TIMEOUT } from './expand.ts'
import type { Masker } from './mask.ts'
import { barrierMembers, effectiveBarriers } from './order-objects.ts'
import { isOwnMark } from './own-marks.ts'
import { visibleFields } from './visible-fields.ts'

/** The barrier that all deletes wait for: everything else that the plan does. */
export const PRUNE_BARRIER = 'prune'

/** What a plan is built from; nothing else decides it. */
export interface BuildRequest {
  readonly mode: PlanMode
  readonly design: Design
  readonly options: PlanOptions
  readonly components: readonly ComponentNode[]
  readonly state: RecordedState
  readonly live: LiveView
  readonly clusters: readonly PlannedCluster[]
  readonly candidates: readonly Candidate[]
  /** The server's word on candidates that asked for it, by id. */
  readonly dryRuns: ReadonlyMap<string, DryRun>
  /** Ids of what may be deleted or replaced although it is protected by `confirm`. */
  readonly confirmed: ReadonlySet<string>
  readonly masker: Masker
  readonly diagnostics: readonly Diagnostic[]
}

/** Turns verdicts and dry runs into the plan. */
export function buildPlan(request: BuildRequest): Plan {
  const diagnostics = [...request.diagnostics]
  const changes: ObjectChange[] = []
  const drift: ObjectChange[] = []
  const timeouts = deleteTimeouts(request.design)
  for (const candidate of request.candidates) {
    const change = changeOf(candidate, request, timeouts)
    changes.push(change)
    const drifted = driftOf(candidate, change, request.masker)
    if (drifted !== undefined) drift.push(drifted)
    diagnostics.push(...checkProtection(change, request.mode, request.confirmed))
    if (change.action === 'replace' && change.createBeforeDestroy) diagnostics.push(sameName(change))
  }
  const ordered = [
    ...changes.filter((change) => change.action === 'delete'),
    ...changes.filter((change) => change.action !== 'delete'),
  ]
  const leaving = new Map(
    request.candidates.flatMap((candidate) =>
      candidate.kind === 'delete' ? [[objectKeyText(candidate.recorded.key), candidate.recorded] as const] : [],
    ),
  )
  const { sequenced, barriers } = sequenceDeletes(ordered, leaving)
  return {
    mode: request.mode,
    design: {
      name: request.design.name,
      version: request.design.version,
      digest: request.design.digest,
      directory: request.design.directory,
      paths: request.design.paths,
      inputs: Object.fromEntries(
        Object.entries(request.design.inputs).flatMap(([name, { value, sensitive }]) =>
          sensitive ? [] : [[name, value] as const],
        ),
      ),
    },
    options: request.options,
    state: { lineage: request.state.lineage, serial: request.state.serial },
    clusters: request.clusters,
    changes: request.mode === 'refresh-only' ? [] : sequenced,
    drift,
    barriers,
    outputs: request.mode === 'refresh-only' ? [] : outputChanges(request),
    checks: request.mode === 'apply' ? plannedChecks(request, changes) : [],
    diagnostics,
  }
}

function changeOf(candidate: Candidate, request: BuildRequest, timeouts: ReadonlyMap<string, number>): ObjectChange {
  switch (candidate.kind) {
    case 'no-op':
      return desiredChange(candidate.desired, candidate.recorded, request, {
        action: 'no-op',
        reason: undefined,
        before: undefined,
        after: undefined,
        live: candidate.live,
        certainty: 'exact',
        certaintyReason: undefined,
        diff: 'none',
      })
    case 'create': {
      const answer = request.dryRuns.get(candidate.desired.id)
      const exact = answer?.kind === 'result'
      return desiredChange(
        answer?.kind === 'result' ? { ...candidate.desired, manifest: answer.sent } : candidate.desired,
        candidate.recorded,
        request,
        {
          action: 'create',
          reason: candidate.reason,
          before: undefined,
          after: answer?.kind === 'result' ? answer.object : candidate.desired.manifest,
          live: undefined,
          certainty: exact ? 'exact' : candidate.deferred ? 'deferred' : 'approximate',
          certaintyReason: exact ? undefined : (candidate.unsure ?? unansweredReason(answer)),
          diff: 'design',
        },
      )
    }
    case 'update':
      return updateOf(candidate, request)
    case 'delete':
    case 'forget':
      return recordedChange(candidate, request, timeouts.get(candidate.recorded.address) ?? DEFAULT_TIMEOUT)
  }
}

/** Why the server did not tell what comes of it. */
function unansweredReason(answer: DryRun | undefined): string {
  switch (answer?.kind) {
    case 'immutable':
      return answer.message
    case 'unknown':
      return answer.reason
    case 'result':
    case undefined:
      return NOT_ASKED
  }
}

function updateOf(candidate: Extract<Candidate, { kind: 'update' }>, request: BuildRequest): ObjectChange {
  const answer = request.dryRuns.get(candidate.desired.id)
  const recorded = candidate.recorded?.desired
  const desired = answer?.kind === 'result' ? { ...candidate.desired, manifest: answer.sent } : candidate.desired
  const base = candidate.live ?? recorded
  const merged =
    answer?.kind === 'result'
      ? answer.object
      : base === undefined
        ? desired.manifest
        : mergeLocally(base, recorded === undefined ? undefined : (recorded as JsonObject), desired.manifest)
  const replace =
    answer?.kind === 'immutable' || candidate.reason === 'replace_by_request' || candidate.reason === 'replace_by_triggers'
  const change = desiredChange(desired, candidate.recorded, request, {
    action: replace ? 'replace' : 'update',
    reason: answer?.kind === 'immutable' ? 'replace_because_cannot_update' : candidate.reason,
    before: base,
    after: merged,
    live: candidate.live,
    certainty: answer?.kind === 'result' ? 'exact' : 'approximate',
    certaintyReason: answer?.kind === 'result' ? undefined : (candidate.unsure ?? unansweredReason(answer)),
    diff: 'both',
  })
  // Our own marks are no change of an object that is only taken in.
  const onlyMarks = candidate.recorded === undefined && change.fields.every(isOwnMark)
  if ((change.fields.length > 0 && !onlyMarks) || replace) return change
  // Nothing visible differs: what is left is to record it.
  return { ...change, action: candidate.recorded === undefined ? 'import' : 'no-op' }
}

interface ChangeParts {
  readonly action: ObjectChange['action']
  readonly reason: ActionReason | undefined
  readonly before: JsonObject | undefined
  readonly after: JsonObject | undefined
  readonly live: JsonObject | undefined
  readonly certainty: Certainty
  readonly certaintyReason: string | undefined
  /** Which fields are shown: what the design says of a new object, or all that differs. */
  readonly diff: 'none' | 'design' | 'both'
}

function desiredChange(
  desired: DesiredObject,
  recorded: RecordedObject | undefined,
  request: BuildRequest,
  parts: ChangeParts,
): ObjectChange {
  const { masker } = request
  const before = parts.before === undefined ? undefined : visibleFields(parts.before, desired.ignore)
  const after = parts.after === undefined ? undefined : visibleFields(parts.after, desired.ignore)
  const sent = masker.mask(desired.manifest)
  return {
    id: desired.id,
    key: desired.key,
    apiVersion: desired.manifest.apiVersion,
    address: desired.address,
    previousAddress: recorded !== undefined && recorded.address !== desired.address ? recorded.address : undefined,
    action: parts.action,
    reason: parts.reason,
    certainty: parts.certainty,
    certaintyReason: parts.certaintyReason,
    before: before === undefined ? undefined : masker.mask(before).masked,
    after: after === undefined ? undefined : masker.mask(after).masked,
    fields: fieldChanges(desired, before, after, parts.diff, masker),
    desired: sent.masked as ObjectChange['desired'],
    desiredDigest: desired.digest,
    liveDigest: request.live.ownedDigests.get(desired.id),
    uid: parts.live === undefined ? undefined : uidOf(parts.live),
    dependencies: desired.dependencies,
    origin: desired.origin,
    wait: desired.wait,
    applyTimeout: desired.applyTimeout,
    deleteTimeout: desired.deleteTimeout,
    conflict: desired.conflict,
    protect: desired.protect,
    implicit: desired.implicit,
    createBeforeDestroy: desired.createBeforeDestroy,
    sensitivePaths: sent.paths,
  }
}

function fieldChanges(
  desired: DesiredObject,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  diff: ChangeParts['diff'],
  masker: Masker,
): readonly FieldChange[] {
  if (diff === 'none' || after === undefined) return []
  const differences =
    diff === 'design' ? diffFields({}, visibleFields(desired.manifest, desired.ignore)) : diffFields(before ?? {}, after)
  return differences.map(({ path, sourcePath, before: old, after: value }) => {
    const sensitive =
      masker.isSecretPath(desired.manifest, path) ||
      [old, value].some((side) => typeof side === 'string' && masker.isSecretText(side))
    return {
      path,
      before: sensitive ? masker.maskValue(old) : old,
      after: sensitive ? masker.maskValue(value) : value,
      origin: value === undefined ? undefined : originInDesign(desired, sourcePath),
      sensitive,
    }
  })
}

/** Where the design says a field; undefined when it doesn't and the server filled it in. */
function originInDesign(desired: DesiredObject, path: readonly (string | number)[]) {
  let value: JsonValue | undefined = desired.manifest
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { readonly [key: string | number]: JsonValue })[step]
    if (value === undefined) return undefined
  }
  return desired.originOf(path)
}

/** How long a delete may take where the design still says it: in a destroy, and for what a component no longer makes. */
function deleteTimeouts(design: Design): ReadonlyMap<string, number> {
  return new Map(
    design.components.flatMap(({ address, spec }) => {
      const timeout = parseDuration(spec.timeouts?.delete ?? '')
      return timeout === undefined ? [] : [[address, timeout] as const]
    }),
  )
}

function recordedChange(
  candidate: Extract<Candidate, { kind: 'delete' | 'forget' }>,
  request: BuildRequest,
  deleteTimeout: number,
): ObjectChange {
  const { recorded, live } = candidate
  const id = objectKeyText(recorded.key)
  const before = live === undefined ? undefined : request.masker.mask(visibleFields(live, [])).masked
  return {
    id,
    key: recorded.key,
    apiVersion: recorded.apiVersion,
    address: recorded.address,
    previousAddress: undefined,
    action: candidate.kind,
    reason: candidate.reason,
    certainty: 'exact',
    certaintyReason: undefined,
    before,
    after: undefined,
    fields: [],
    desired: undefined,
    desiredDigest: undefined,
    liveDigest: request.live.ownedDigests.get(id),
    uid: live === undefined ? recorded.uid : uidOf(live),
    dependencies: [],
    origin: undefined,
    wait: true,
    applyTimeout: DEFAULT_TIMEOUT,
    deleteTimeout,
    conflict: 'fail',
    protect: recorded.protect,
    implicit: false,
    createBeforeDestroy: false,
    sensitivePaths: [],
  }
}

function sameName(change: ObjectChange): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF2015',
    summary: `${describeObject(change.key)} is deleted before it is made anew, although createBeforeDestroy is set`,
    detail: 'A cluster holds one object of a name. Under a new name the new object comes first and the old one goes last.',
    address: change.address,
    ...(change.origin === undefined ? {} : { location: change.origin }),
    hint: 'Give it a name that changes with its content, such as one with an input or a digest in it.',
  }
}

/**
 * Puts deletes in the reverse of the order things were applied in: what leaned on an object goes before it, and all of them after
 * everything else, so that nothing that is still wanted loses what it stands on.
 */
function sequenceDeletes(changes: readonly ObjectChange[], leaving: ReadonlyMap<string, RecordedObject>) {
  const removed = new Set(changes.filter((change) => change.action === 'delete').map((change) => change.id))
  const kept = changes.filter((change) => change.action !== 'delete' && change.action !== 'forget')
  const barriers: Record<string, readonly string[]> = Object.fromEntries(barrierMembers(kept))
  const waitsFor = new Map<string, string[]>()
  const released = new Map<string, string[]>()
  const removedAddresses = new Set<string>()
  for (const id of removed) removedAddresses.add(leaving.get(id)?.address ?? '')
  for (const id of removed) {
    for (const dependency of leaving.get(id)?.dependencies ?? []) {
      if (removed.has(dependency)) push(waitsFor, dependency, id)
      else if (dependency.startsWith('component:') && removedAddresses.has(dependency.slice('component:'.length))) {
        push(released, `released:${dependency.slice('component:'.length)}`, id)
      }
    }
  }
  for (const [barrier, members] of released) barriers[barrier] = members
  const upserts = kept.filter((change) => change.action !== 'no-op').map((change) => change.id)
  if (removed.size > 0 && upserts.length > 0) barriers[PRUNE_BARRIER] = upserts
  const sequenced = changes.map((change) => {
    if (!removed.has(change.id)) return change
    const release = `released:${change.address}`
    const dependencies = [
      ...(waitsFor.get(change.id) ?? []),
      ...(released.has(release) ? [release] : []),
      ...(upserts.length > 0 ? [PRUNE_BARRIER] : []),
    ]
    return { ...change, dependencies: dependencies.sort() }
  })
  return { sequenced, barriers }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function outputChanges(request: BuildRequest): readonly OutputChange[] {
  const before = request.state.outputs
  if (request.mode === 'destroy') {
    return Object.entries(before).map(([name, { value, sensitive }]) => ({
      name,
      before: value,
      after: undefined,
      unknown: false,
      sensitive,
    }))
  }
  const current = request.design.outputs.map(({ name, value, sensitive }) => ({
    name,
    before: before[name]?.value,
    after: value.known ? (sensitive ? coverOutput(value.value) : value.value) : undefined,
    unknown: !value.known,
    sensitive,
  }))
  const names = new Set(current.map((output) => output.name))
  const gone = Object.entries(before)
    .filter(([name]) => !names.has(name))
    .map(([name, { value, sensitive }]) => ({ name, before: value, after: undefined, unknown: false, sensitive }))
  return [...current, ...gone]
}

/** What stands for a sensitive output in plan and state: enough to see that it changed, nothing of what it is. */
export function coverOutput(value: JsonValue): string {
  return `(sensitive ${digestOf(value).slice(0, 8)})`
}

function plannedChecks(request: BuildRequest, changes: readonly ObjectChange[]): readonly PlannedCheck[] {
  const effective = effectiveBarriers(changes, request.components)
  return request.design.components
    .filter((component) => component.section === 'perfChecks')
    .map((component) => ({
      address: component.address,
      spec: request.masker.mask(component.spec as unknown as JsonObject).masked,
      dependencies: [...new Set(component.dependencies.flatMap((address) => effective.get(barrierOf(address)) ?? []))].sort(),
    }))
}
