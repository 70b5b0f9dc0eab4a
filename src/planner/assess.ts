import type { ActionReason } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import type { PendingEffect, RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import type { DesiredObject } from './desired-object.ts'
import { type FieldManagers, takenManagers } from './field-managers.ts'
import { isDigestOf } from './object-digest.ts'
import { isKept, isOwnersMark, type Owner, ownerOf } from './owner-labels.ts'
import { type Places, placesOf, whyUnwanted } from './why-unwanted.ts'

/** Why an object could not be looked for. */
export interface Unread {
  readonly reason: string
  /** Its cluster can't be reached, its kind is not served, or the server does not let us look. */
  readonly cause: 'offline' | 'not-served' | 'refused'
}

/** What refresh found out about one cluster's objects. */
export interface LiveView {
  /**
   * By id. An object that was looked for and is not there is absent; one that nobody wrote since it was recorded, and that nothing
   * is to be done with, may be there with its metadata alone.
   */
  readonly objects: ReadonlyMap<string, JsonObject>
  /** By id. */
  readonly unknown: ReadonlyMap<string, Unread>
  /** sha256 of the fields that this design owns of a live object, by id; only of objects it owns any of. */
  readonly ownedDigests: ReadonlyMap<string, string>
}

/**
 * What is to be done with one object, as far as design, state and live object tell. `ask` means that the server's dry run gives the
 * exact result; without it the local merge stands in.
 */
export type Candidate =
  | {
      readonly kind: 'no-op'
      readonly desired: DesiredObject
      readonly recorded: RecordedObject | undefined
      readonly live: JsonObject | undefined
    }
  | {
      readonly kind: 'create'
      readonly desired: DesiredObject
      readonly recorded: RecordedObject | undefined
      readonly reason: ActionReason | undefined
      readonly ask: boolean
      /** Why the server can't be asked; undefined when it can. */
      readonly unsure: string | undefined
      /** Nobody in this plan makes its kind: what comes of it can't be told yet. */
      readonly deferred: boolean
    }
  | {
      readonly kind: 'update'
      readonly desired: DesiredObject
      readonly recorded: RecordedObject | undefined
      readonly live: JsonObject | undefined
      readonly reason: ActionReason | undefined
      readonly drifted: boolean
      /** See ObjectChange. */
      readonly takesFrom: readonly string[]
      readonly ask: boolean
      readonly unsure: string | undefined
    }
  | {
      readonly kind: 'delete'
      readonly recorded: RecordedObject
      readonly live: JsonObject | undefined
      readonly reason: ActionReason
    }
  | {
      readonly kind: 'forget'
      readonly recorded: RecordedObject
      readonly live: JsonObject | undefined
      readonly reason: ActionReason
    }

/** What assessment needs. */
export interface AssessRequest {
  readonly desired: readonly DesiredObject[]
  readonly state: RecordedState
  readonly live: LiveView
  readonly owner: Owner
  /** Whether `removed` gives up a recorded address without deleting its objects. */
  readonly isForgotten: (address: string) => boolean
  /** Ids that `imports` takes in, whoever owns them. */
  readonly imported: ReadonlySet<string>
  readonly managers: FieldManagers
  readonly destroy: boolean
}

/** Decides for every object of design or state what is to be done. Pure; order of the design, then that of the state. */
export function assess(request: AssessRequest): {
  readonly candidates: readonly Candidate[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const diagnostics: Diagnostic[] = []
  const candidates: Candidate[] = []
  const wanted = new Set<string>()
  const places = placesOf(request.desired)
  if (!request.destroy) {
    const created = new Set(request.desired.filter((object) => isMissing(object.id, request.live)).map((object) => object.id))
    for (const object of request.desired) {
      const candidate = assessDesired(object, request, created, diagnostics)
      wanted.add(object.id)
      if (candidate !== undefined) candidates.push(candidate)
    }
  }
  for (const [id, recorded] of request.state.objects) {
    if (!wanted.has(id)) candidates.push(assessUnwanted(id, recorded, request, places))
  }
  for (const effect of request.state.pending ?? []) {
    if (wanted.has(effect.id) || request.state.objects.has(effect.id)) continue
    const leftover = leftoverOf(effect, request)
    if (leftover !== undefined) candidates.push(assessUnwanted(effect.id, leftover, request, places))
  }
  return { candidates: withoutNamespacesInUse(candidates), diagnostics }
}

/** A namespace stays with what stays in it: deleting it would delete that too. */
function withoutNamespacesInUse(candidates: readonly Candidate[]): readonly Candidate[] {
  const used = new Set(
    candidates.flatMap((candidate) => {
      if (candidate.kind !== 'forget' || (candidate.live === undefined && candidate.reason !== 'forget_because_kept')) return []
      const { cluster, namespace } = candidate.recorded.key
      return namespace === '' ? [] : [`${cluster}/${namespace}`]
    }),
  )
  if (used.size === 0) return candidates
  return candidates.map((candidate): Candidate => {
    if (candidate.kind !== 'delete') return candidate
    const { cluster, group, kind, name } = candidate.recorded.key
    if (group !== '' || kind !== 'Namespace' || !used.has(`${cluster}/${name}`)) return candidate
    return { kind: 'forget', recorded: candidate.recorded, live: candidate.live, reason: 'forget_because_kept' }
  })
}

/** An object that an interrupted apply made and never recorded, if it is there and bears our marks. */
function leftoverOf(effect: PendingEffect, request: AssessRequest): RecordedObject | undefined {
  const live = request.live.objects.get(effect.id)
  const owner = live === undefined ? undefined : ownerOf(live)
  if (live === undefined || owner?.design !== request.owner.design || owner.workspace !== request.owner.workspace)
    return undefined
  return {
    key: effect.key,
    apiVersion: effect.apiVersion,
    address: effect.address,
    desiredDigest: effect.desiredDigest ?? '',
    desired: {},
    ownedDigest: '',
    resourceVersion: '',
    uid: uidOf(live),
    created: true,
    dependencies: effect.dependencies,
    protect: false,
  }
}

function isMissing(id: string, live: LiveView): boolean {
  return !live.objects.has(id) && !live.unknown.has(id)
}

function assessDesired(
  desired: DesiredObject,
  request: AssessRequest,
  created: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): Candidate | undefined {
  const recorded = request.state.objects.get(desired.id)
  const live = request.live.objects.get(desired.id)
  const unknown = request.live.unknown.get(desired.id)
  if (unknown !== undefined && unknown.cause !== 'not-served') {
    // A namespace that only has to be there, and that we may not look at: the objects inside will tell when it is not.
    const isTrusted = unknown.cause === 'refused' && recorded === undefined && desired.implicit && isBareNamespace(desired)
    return isTrusted ? undefined : assessBlind(desired, recorded, unknown.reason)
  }
  if (live === undefined) {
    const made = desired.dependencies.filter((id) => created.has(id))
    const definition = unknown?.cause === 'not-served' && made.some((id) => id.includes('/CustomResourceDefinition/'))
    const namespace = made.some((id) => id.includes('//Namespace//'))
    const unsure = definition
      ? 'its kind comes with this plan'
      : (unknown?.reason ?? (namespace ? 'its namespace comes with this plan' : undefined))
    return {
      kind: 'create',
      desired,
      recorded,
      reason: recorded === undefined ? undefined : 'create_because_missing',
      ask: unsure === undefined,
      unsure,
      deferred: unknown?.cause === 'not-served' && !definition,
    }
  }
  return assessExisting(desired, recorded, live, request, diagnostics)
}

/** Without a server the state is all there is to compare with. */
function assessBlind(desired: DesiredObject, recorded: RecordedObject | undefined, reason: string): Candidate {
  if (recorded === undefined)
    return { kind: 'create', desired, recorded, reason: undefined, ask: false, unsure: reason, deferred: false }
  if (isDigestOf(recorded.desiredDigest, desired)) return { kind: 'no-op', desired, recorded, live: undefined }
  return {
    kind: 'update',
    desired,
    recorded,
    live: undefined,
    reason: undefined,
    drifted: false,
    takesFrom: [],
    ask: false,
    unsure: reason,
  }
}

function assessExisting(
  desired: DesiredObject,
  recorded: RecordedObject | undefined,
  live: JsonObject,
  request: AssessRequest,
  diagnostics: Diagnostic[],
): Candidate | undefined {
  const owner = ownerOf(live)
  const ours = owner !== undefined && owner.design === request.owner.design && owner.workspace === request.owner.workspace
  let reason: ActionReason | undefined
  if (recorded !== undefined && owner !== undefined && !ours && !desired.implicit && !request.imported.has(desired.id)) {
    const refusal = refuseAdoption(desired, owner)
    if (refusal !== undefined) diagnostics.push({ ...refusal, summary: takenAway(desired, owner) })
    else reason = 'take_from_other_design'
  }
  if (recorded === undefined && !ours && !request.imported.has(desired.id)) {
    // A namespace that only has to be there is left alone when it is, as is another design's that bears the wanted marks.
    if (desired.implicit && (isBareNamespace(desired) || (owner !== undefined && hasMarks(desired, live)))) return undefined
    const refusal = refuseAdoption(desired, owner)
    if (refusal !== undefined) {
      diagnostics.push(refusal)
      return undefined
    }
    reason = owner === undefined ? 'adopt_unowned' : 'take_from_other_design'
  }
  if (recorded !== undefined && recorded.address !== desired.address) reason ??= 'moved'
  const digest = request.live.ownedDigests.get(desired.id)
  const untouched = recorded !== undefined && (isAsRecorded(recorded, live) || digest === recorded.ownedDigest)
  const same = recorded !== undefined && isDigestOf(recorded.desiredDigest, desired)
  const takesFrom = takenManagers(desired, recorded, live, request.managers)
  if (same && untouched && takesFrom.length === 0 && reason !== 'take_from_other_design')
    return { kind: 'no-op', desired, recorded, live }
  const drifted = recorded !== undefined && !untouched
  return {
    kind: 'update',
    desired,
    recorded,
    live,
    reason: reason ?? (same && drifted ? 'update_because_drift' : undefined),
    drifted,
    takesFrom,
    ask: true,
    unsure: undefined,
  }
}

function takenAway(desired: DesiredObject, owner: Owner): string {
  return `${describeObject(desired.key)} belongs to design "${owner.design}", workspace "${owner.workspace}" by now`
}

/** True when a live namespace bears every mark that its meshes want to see on it. */
function hasMarks(desired: DesiredObject, live: JsonObject): boolean {
  const there = live.metadata as JsonObject | undefined
  return (['labels', 'annotations'] as const).every((key) => {
    const marks = there?.[key] as JsonObject | undefined
    return Object.entries(desired.manifest.metadata[key] ?? {}).every(
      ([name, value]) => isOwnersMark(name) || marks?.[name] === value,
    )
  })
}

function isBareNamespace(desired: DesiredObject): boolean {
  const { labels, annotations } = desired.manifest.metadata
  const foreign = (name: string) => !isOwnersMark(name)
  return !Object.keys(labels ?? {}).some(foreign) && !Object.keys(annotations ?? {}).some(foreign)
}

function refuseAdoption(desired: DesiredObject, owner: Owner | undefined): Diagnostic | undefined {
  if (desired.adoption === 'take') return undefined
  if (owner === undefined && desired.adoption === 'adopt') return undefined
  return {
    severity: 'error',
    code: 'MF2006',
    summary: `${describeObject(desired.key)} exists already${owner === undefined ? '' : ` and belongs to design "${owner.design}"`}`,
    detail:
      owner === undefined
        ? 'Nobody is marked as its owner, and the adoption policy is to refuse.'
        : `Its workspace is "${owner.workspace}". Two designs that own one object would undo each other's work.`,
    address: desired.address,
    location: desired.origin,
    hint: desired.implicit
      ? 'Let that design make the marks, take workloads in one by one with `onboard: workload`, or move the Namespace over: write it under `resources` with `adoption: take`.'
      : owner === undefined
        ? 'Say `adoption: adopt` on the component, or give the object another name.'
        : 'Remove it from one of the designs, or say `adoption: take` here to move it over.',
  }
}

/** True when nobody wrote a live object since it was recorded. A cluster made anew counts from the start: its uids are others. */
export function isAsRecorded(recorded: RecordedObject | undefined, live: JsonObject): boolean {
  if (recorded === undefined || recorded.resourceVersion === '' || recorded.resourceVersion !== versionOf(live)) return false
  return recorded.uid === '' || recorded.uid === uidOf(live)
}

/** The resourceVersion of a live object, '' when it has none. */
export function versionOf(live: JsonObject): string {
  const metadata = live.metadata as JsonObject | undefined
  return typeof metadata?.resourceVersion === 'string' ? metadata.resourceVersion : ''
}

/** The uid of a live object, '' when it has none. */
export function uidOf(live: JsonObject): string {
  const metadata = live.metadata as JsonObject | undefined
  return typeof metadata?.uid === 'string' ? metadata.uid : ''
}

function assessUnwanted(id: string, recorded: RecordedObject, request: AssessRequest, places: Places): Candidate {
  const live = request.live.objects.get(id)
  const gone = live === undefined && isMissing(id, request.live)
  if (gone) return { kind: 'forget', recorded, live, reason: 'forget_because_removed' }
  if (request.isForgotten(recorded.address)) return { kind: 'forget', recorded, live, reason: 'forget_because_removed' }
  if (!recorded.created && (recorded.key.kind === 'Namespace' || recorded.key.kind === 'CustomResourceDefinition')) {
    return { kind: 'forget', recorded, live, reason: 'forget_because_removed' }
  }
  if (isKept(recorded.desired)) return { kind: 'forget', recorded, live, reason: 'forget_because_kept' }
  const owner = live === undefined ? undefined : ownerOf(live)
  if (owner !== undefined && (owner.design !== request.owner.design || owner.workspace !== request.owner.workspace)) {
    return { kind: 'forget', recorded, live, reason: 'forget_because_removed' }
  }
  return {
    kind: 'delete',
    recorded,
    live,
    reason: request.destroy ? 'delete_because_destroy' : whyUnwanted(recorded.address, places),
  }
}
