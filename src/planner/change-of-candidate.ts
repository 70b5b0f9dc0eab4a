import { type ActionReason, type Certainty, type FieldChange, NOT_ASKED, type ObjectChange } from '../plan/change.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { withoutServerMade } from '../plan/made-by-server.ts'
import { type Manifest, objectKeyText } from '../plan/manifest.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import { type Candidate, type LiveView, uidOf } from './assess.ts'
import type { DesiredObject } from './desired-object.ts'
import { diffFields } from './diff/field-diff.ts'
import { mergeLocally } from './diff/local-merge.ts'
import { replacedObject } from './diff/replaced-object.ts'
import type { DryRun } from './dry-run.ts'
import { DEFAULT_TIMEOUT } from './expand.ts'
import type { Masker } from './mask.ts'
import { holdsMask, maskFormer } from './mask-former.ts'
import { isOwnMark } from './own-marks.ts'
import { visibleFields } from './visible-fields.ts'

/** What candidates become changes with. */
export interface ChangeContext {
  readonly live: LiveView
  /** The server's word on candidates that asked for it, by id. */
  readonly dryRuns: ReadonlyMap<string, DryRun>
  readonly masker: Masker
  /** How long deletes may take, by component, where the design still says it. Milliseconds. */
  readonly deleteTimeouts: ReadonlyMap<string, number>
}

/** Turns a verdict, and what the server said to it, into the change of a plan. */
export function changeOf(candidate: Candidate, request: ChangeContext): ObjectChange {
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
      return recordedChange(candidate, request)
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

function updateOf(candidate: Extract<Candidate, { kind: 'update' }>, request: ChangeContext): ObjectChange {
  const answer = request.dryRuns.get(candidate.desired.id)
  const recorded = candidate.recorded?.desired
  const desired = answer?.kind === 'result' ? { ...candidate.desired, manifest: answer.sent } : candidate.desired
  const base = candidate.live ?? recorded
  const wanted = asKept(desired.manifest)
  const replace =
    answer?.kind === 'immutable' ||
    candidate.reason === 'replace_by_request' ||
    candidate.reason === 'replace_by_triggers' ||
    candidate.reason === 'replace_with_container'
  const after = (): JsonObject => {
    if (replace) return candidate.live === undefined ? wanted : replacedObject(candidate.live, wanted)
    if (answer?.kind === 'result') return answer.object
    return base === undefined ? wanted : mergeLocally(base, recorded, wanted)
  }
  const change = desiredChange(desired, candidate.recorded, request, {
    action: replace ? 'replace' : 'update',
    reason: answer?.kind === 'immutable' ? 'replace_because_cannot_update' : candidate.reason,
    before: base,
    after: after(),
    live: candidate.live,
    ...certaintyOf(candidate, answer),
    diff: 'both',
    conflicts: answer?.kind === 'result' ? answer.conflicts : [],
    takesFrom: candidate.takesFrom,
  })
  // Our own marks are no change of an object that is only taken in.
  const onlyMarks = candidate.recorded === undefined && change.fields.every(isOwnMark)
  const onlyOwners = candidate.takesFrom.length > 0 && candidate.recorded !== undefined
  if ((change.fields.length > 0 && !onlyMarks) || replace || onlyOwners) return change
  // Nothing visible differs: what is left is to record it.
  return { ...change, action: candidate.recorded === undefined ? 'import' : 'no-op' }
}

function certaintyOf(
  candidate: Extract<Candidate, { kind: 'update' }>,
  answer: DryRun | undefined,
): Pick<ObjectChange, 'certainty' | 'certaintyReason'> {
  if (answer?.kind !== 'result')
    return { certainty: 'approximate', certaintyReason: candidate.unsure ?? unansweredReason(answer) }
  if (answer.guessed) return { certainty: 'approximate', certaintyReason: 'fields go, and their defaults may come back' }
  return { certainty: 'exact', certaintyReason: undefined }
}

/** A manifest as servers keep it: the texts of a Secret stand among its data. */
function asKept(manifest: Manifest): JsonObject {
  const { stringData, ...rest } = manifest
  if (manifest.kind !== 'Secret' || manifest.apiVersion !== 'v1' || !isJsonObject(stringData)) return manifest
  const encoded = Object.entries(stringData).map(([name, text]) => [name, Buffer.from(String(text), 'utf8').toString('base64')])
  return { ...rest, data: { ...(isJsonObject(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } }
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
  /** Both default to none. */
  readonly conflicts?: ObjectChange['conflicts']
  readonly takesFrom?: ObjectChange['takesFrom']
}

function desiredChange(
  desired: DesiredObject,
  recorded: RecordedObject | undefined,
  request: ChangeContext,
  parts: ChangeParts,
): ObjectChange {
  const { masker } = request
  const sent = masker.mask(desired.manifest)
  // A new object begins with all that the design says, with fields that are left to others later too.
  const ignore = parts.action === 'create' || parts.action === 'replace' ? [] : desired.ignore
  const known = [desired.manifest, ...(parts.live === undefined || parts.action === 'replace' ? [] : [parts.live])]
  const made = parts.after === undefined ? undefined : withoutServerMade(parts.after, known)
  const after = made === undefined ? undefined : masker.mask(visibleFields(made, ignore)).masked
  const before =
    parts.before === undefined
      ? undefined
      : maskFormer(visibleFields(parts.before, ignore), [after, sent.masked, recorded?.desired], masker)
  const planned = parts.diff === 'design' ? visibleFields(sent.masked, ignore) : after
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
    before,
    after,
    fields: parts.diff === 'none' || planned === undefined ? [] : fieldChanges(desired, before ?? {}, planned),
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
    conflicts: parts.conflicts ?? [],
    takesFrom: parts.action === 'replace' ? [] : (parts.takesFrom ?? []),
    protect: desired.protect,
    implicit: desired.implicit,
    createBeforeDestroy: desired.createBeforeDestroy,
    sensitivePaths: sent.paths,
  }
}

/** What differs, secrets hidden already: equal ones have equal masks, so that what differs still does. */
function fieldChanges(desired: DesiredObject, before: JsonObject, after: JsonObject): readonly FieldChange[] {
  return diffFields(before, after).map(({ path, sourcePath, before: old, after: value }) => ({
    path,
    before: old,
    after: value,
    // Looked up when it is asked for: a new design has tens of thousands of fields, and few are ever shown with their place.
    get origin() {
      return value === undefined ? undefined : originInDesign(desired, sourcePath)
    },
    sensitive: holdsMask(old) || holdsMask(value),
  }))
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

function recordedChange(candidate: Extract<Candidate, { kind: 'delete' | 'forget' }>, request: ChangeContext): ObjectChange {
  const { recorded, live } = candidate
  const id = objectKeyText(recorded.key)
  const before = live === undefined ? undefined : maskFormer(visibleFields(live, []), [recorded.desired], request.masker)
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
    deleteTimeout: request.deleteTimeouts.get(recorded.address) ?? recorded.deleteTimeout ?? DEFAULT_TIMEOUT,
    conflict: 'fail',
    conflicts: [],
    takesFrom: [],
    protect: recorded.protect,
    implicit: false,
    createBeforeDestroy: false,
    sensitivePaths: [],
  }
}
