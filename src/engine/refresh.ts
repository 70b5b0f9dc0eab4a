import { digestOf } from '../plan/canonical-json.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../plan/json.ts'
import { type ObjectKey, objectKeyText } from '../plan/manifest.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { isSecretDigest, secretDigest } from '../plan/secret-digest.ts'
import { isAsRecorded, type LiveView, type Unread } from '../planner/assess.ts'
import type { DesiredObject } from '../planner/desired-object.ts'
import type { FieldManagers } from '../planner/field-managers.ts'
import { hasPathElsewhere } from '../planner/idle-paths.ts'
import { type Owner, ownerSelector } from '../planner/owner-labels.ts'
import { resolvedRules } from '../planner/resolve-ignore.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import type { Answer, LiveObject, ServedKinds, Target, TargetError } from '../targets/contract.ts'
import { targetDiagnostic } from '../targets/error-diagnostics.ts'
import { needsStatus } from '../targets/health/health.ts'
import { ownedFields } from '../targets/owned-fields.ts'
import type { Emit } from './events.ts'
import { isLively, type ListForm } from './list-form.ts'
import type { ListsAhead } from './lists-ahead.ts'

/** Up to so many objects of one kind (missing ones: and namespace) are asked for one by one; beyond, the kind is listed. */
const SINGLE_GETS = 20

/** A cluster that can be asked, or why not. `title` is what people know it by: the context, where one stands in for the sandbox. */
export type Connection =
  | { readonly kind: 'connected'; readonly title: string; readonly target: Target; readonly served: ServedKinds }
  | { readonly kind: 'unavailable'; readonly title: string; readonly reason: string }

/** What refresh looks at. */
export interface RefreshRequest {
  readonly connections: ReadonlyMap<string, Connection>
  readonly desired: readonly DesiredObject[]
  readonly state: RecordedState
  readonly owner: Owner
  readonly managers: FieldManagers
  /** Something may be replaced that did not change: every object is read whole. */
  readonly wholeObjects: boolean
  /** An apply follows, which waits for what is not healthy although it is as designed: where only the status tells, it is read. */
  readonly healthMatters: boolean
  /** Lists that are on their way already. */
  readonly ahead?: ListsAhead
  readonly emit: Emit
  readonly now: () => number
  readonly signal: AbortSignal
}

/** An object to look for. */
interface Sought {
  readonly id: string
  readonly key: ObjectKey
  readonly apiVersion: string
  readonly ignore: readonly IgnoreRule[]
  readonly recorded: RecordedObject | undefined
  /** Digests of it are salted and stretched. */
  readonly holdsSecrets: boolean
  /** Its metadata alone won't do, even where it is as it was recorded: it is to be changed, taken over or deleted. */
  readonly whole: boolean
}

/**
 * Finds the live objects of design and state: one LIST a kind by owner label, all kinds at once, then the few that bear no label of
 * ours one by one. Never a GET for each object. Of kinds that are most likely as they were recorded only the metadata is listed:
 * the resourceVersion tells what changed since, and that is read whole.
 */
export async function refresh(
  request: RefreshRequest,
): Promise<{ readonly live: LiveView; readonly diagnostics: readonly Diagnostic[] }> {
  const sought = soughtObjects(request)
  const objects = new Map<string, JsonObject>()
  const unknown = new Map<string, Unread>()
  const diagnostics: Diagnostic[] = []
  const byCluster = groupBy(sought, (item) => item.key.cluster)
  await Promise.all(
    [...byCluster].map(async ([cluster, items]) => {
      const connection = request.connections.get(cluster)
      if (connection === undefined || connection.kind === 'unavailable') {
        const reason = connection?.reason ?? `cluster ${cluster} is not connected`
        for (const item of items) unknown.set(item.id, { reason, cause: 'offline' })
        return
      }
      await refreshCluster(cluster, connection, items, request, objects, unknown, diagnostics)
    }),
  )
  const live = { objects, unknown, ownedDigests: ownedDigests(sought, objects, request) }
  return { live, diagnostics }
}

function soughtObjects(request: RefreshRequest): readonly Sought[] {
  const sought = new Map<string, Sought>()
  const { state, wholeObjects, healthMatters, managers } = request
  for (const [id, recorded] of state.objects) {
    const holdsSecrets = isSecretDigest(recorded.desiredDigest)
    sought.set(id, { id, key: recorded.key, apiVersion: recorded.apiVersion, ignore: [], recorded, holdsSecrets, whole: true })
  }
  for (const { id, key, apiVersion, desiredDigest } of state.pending ?? []) {
    const holdsSecrets = isSecretDigest(desiredDigest)
    sought.set(id, { id, key, apiVersion, ignore: [], recorded: state.objects.get(id), holdsSecrets, whole: true })
  }
  for (const object of request.desired) {
    const { id, key, manifest, ignore, digest, wait, health, conflict } = object
    const recorded = state.objects.get(id)
    const isWaitedFor = healthMatters && wait && needsStatus(key.group, key.kind, health)
    const isTakenOver = conflict === 'force' || (recorded?.fieldManager ?? managers.usual) !== managers.of(key.cluster)
    const whole = wholeObjects || isWaitedFor || isTakenOver || recorded?.desiredDigest !== digest || hasPathElsewhere(object)
    const holdsSecrets = isSecretDigest(digest) || isSecretDigest(recorded?.desiredDigest)
    sought.set(id, { id, key, apiVersion: manifest.apiVersion, ignore, recorded, holdsSecrets, whole })
  }
  return [...sought.values()]
}

async function refreshCluster(
  cluster: string,
  connection: Extract<Connection, { kind: 'connected' }>,
  items: readonly Sought[],
  request: RefreshRequest,
  objects: Map<string, JsonObject>,
  unknown: Map<string, Unread>,
  diagnostics: Diagnostic[],
): Promise<void> {
  const started = request.now()
  const kinds = groupBy(items, (item) => `${item.apiVersion}|${item.key.kind}`)
  request.emit({ type: 'refresh-start', cluster, kinds: kinds.size })
  const before = objects.size
  await Promise.all(
    [...kinds.values()].map(async (ofKind) => {
      const first = ofKind[0]
      if (first === undefined) return
      const silent = connection.served.silent?.some(({ group }) => group === first.key.group) === true
      if (!silent && connection.served.find(first.key.group, first.key.kind) === undefined) {
        markUnknown(ofKind, `${first.key.kind} (${first.apiVersion}) is not served`, 'not-served', unknown)
        return
      }
      const error = await refreshKind(connection.target, cluster, ofKind, request, objects)
      if (error === undefined) return
      const unread = ofKind.filter((item) => !objects.has(item.id))
      markUnknown(unread, error.message, error.kind === 'not-served' ? 'not-served' : 'refused', unknown)
      // Whoever works inside a namespace often may not look at it: that it is there has to be taken on trust.
      const isTrusted = error.kind === 'forbidden' && first.key.kind === 'Namespace' && first.key.group === ''
      if (error.kind !== 'not-served' && !isTrusted)
        diagnostics.push(targetDiagnostic(error, { verb: 'list', kind: first.key.kind, cluster: connection.title }))
    }),
  )
  request.emit({ type: 'refresh-complete', cluster, objects: objects.size - before, elapsedMs: request.now() - started })
}

function markUnknown(items: readonly Sought[], reason: string, cause: Unread['cause'], unknown: Map<string, Unread>): void {
  for (const item of items) unknown.set(item.id, { reason, cause })
}

async function refreshKind(
  target: Target,
  cluster: string,
  items: readonly Sought[],
  request: RefreshRequest,
  objects: Map<string, JsonObject>,
  form = listForm(items),
): Promise<TargetError | undefined> {
  const { apiVersion, key } = items[0] as Sought
  const wanted = new Map(items.map((item) => [item.id, item]))
  const listed = await listOwned(target, apiVersion, items, request, form)
  if (!listed.ok && listed.error.kind !== 'forbidden') return listed.error
  if (!listed.ok) return getAll(target, items, request, objects)
  const unread: Sought[] = []
  for (const object of listed.value) {
    const id = listedId(object, key)
    const item = wanted.get(id)
    if (item === undefined) continue
    wanted.delete(id)
    if (form === 'whole' || (!item.whole && isAsRecorded(item.recorded, object))) objects.set(id, object)
    else unread.push(item)
  }
  const changed = unread.length > SINGLE_GETS ? 'many' : await getAll(target, unread, request, objects)
  // More changed than was thought, or what may be listed may not be read one by one.
  if (changed !== undefined) return refreshKind(target, cluster, items, request, objects, 'whole')
  const byNamespace = groupBy([...wanted.values()], (item) => item.key.namespace)
  const errors = await Promise.all(
    [...byNamespace.values()].map((missing) => findUnlabelled(target, apiVersion, missing, request, objects)),
  )
  return errors.find((error) => error !== undefined)
}

/**
 * What costs the fewest bytes: metadata, unless much has to be read whole afterwards because the plan is about it, or because the
 * kind's own controllers write it all the time.
 */
function listForm(items: readonly Sought[]): ListForm {
  const first = items[0]
  if (first === undefined || isLively(first.key)) return 'whole'
  const whole = items.filter((item) => item.whole).length
  return whole === items.length || whole > SINGLE_GETS ? 'whole' : 'metadata'
}

/** Lists what bears our label: everywhere at once, or in each namespace by itself for those who may not see the others. */
async function listOwned(
  target: Target,
  apiVersion: string,
  items: readonly Sought[],
  request: RefreshRequest,
  form: ListForm,
): Promise<Answer<readonly LiveObject[]>> {
  const { cluster, kind } = (items[0] as Sought).key
  const metadataOnly = form === 'metadata'
  const asked = { apiVersion, kind, labelSelector: ownerSelector(request.owner), metadataOnly }
  const everywhere = await (request.ahead?.take(cluster, apiVersion, kind, form) ?? target.list(asked, request.signal))
  const namespaces = [...new Set(items.map((item) => item.key.namespace))]
  if (everywhere.ok || everywhere.error.kind !== 'forbidden' || namespaces.includes('')) return everywhere
  const answers = await Promise.all(namespaces.map((namespace) => target.list({ ...asked, namespace }, request.signal)))
  const objects: LiveObject[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    objects.push(...answer.value)
  }
  return { ok: true, value: objects, warnings: [] }
}

/** Objects that bear no label of ours may still be there: somebody else's, or ours with the label taken off. */
async function findUnlabelled(
  target: Target,
  apiVersion: string,
  missing: readonly Sought[],
  request: RefreshRequest,
  objects: Map<string, JsonObject>,
): Promise<TargetError | undefined> {
  if (missing.length <= SINGLE_GETS) return getAll(target, missing, request, objects)
  const first = missing[0] as Sought
  const { kind, namespace } = first.key
  const listed = await target.list(
    { apiVersion, kind, metadataOnly: true, ...(namespace === '' ? {} : { namespace }) },
    request.signal,
  )
  if (!listed.ok) return listed.error.kind === 'forbidden' ? getAll(target, missing, request, objects) : listed.error
  const there = new Set(listed.value.map((object) => listedId(object, first.key)))
  return getAll(
    target,
    missing.filter((item) => there.has(item.id)),
    request,
    objects,
  )
}

async function getAll(
  target: Target,
  items: readonly Sought[],
  request: RefreshRequest,
  objects: Map<string, JsonObject>,
): Promise<TargetError | undefined> {
  const answers = await Promise.all(items.map((item) => target.get(item.key, item.apiVersion, request.signal)))
  let failure: TargetError | undefined
  answers.forEach((answer, index) => {
    const item = items[index]
    if (item === undefined) return
    if (answer.ok) objects.set(item.id, answer.value)
    else if (answer.error.kind !== 'not-found') failure = answer.error
  })
  return failure
}

/** The id of an item of a list. Items leave out apiVersion and kind on some servers; whoever asked knows them. */
function listedId(object: JsonObject, asked: ObjectKey): string {
  const { name, namespace }: JsonObject = isJsonObject(object.metadata) ? object.metadata : {}
  return objectKeyText({
    cluster: asked.cluster,
    group: asked.group,
    kind: asked.kind,
    namespace: typeof namespace === 'string' ? namespace : '',
    name: String(name),
  })
}

function ownedDigests(
  sought: readonly Sought[],
  objects: ReadonlyMap<string, JsonObject>,
  request: RefreshRequest,
): ReadonlyMap<string, string> {
  const digests = new Map<string, string>()
  for (const item of sought) {
    const live = objects.get(item.id)
    if (live === undefined) continue
    // Untouched since it was recorded: no need to look inside.
    const { recorded } = item
    digests.set(
      item.id,
      recorded !== undefined && isAsRecorded(recorded, live) && isSecretDigest(recorded.ownedDigest) === item.holdsSecrets
        ? recorded.ownedDigest
        : ownedDigest(
            live,
            recorded === undefined ? request.managers.of(item.key.cluster) : (recorded.fieldManager ?? request.managers.usual),
            item.ignore,
            // What is taken over with an object must still be what was seen when its plan was made.
            recorded === undefined ? request.managers.takeFrom : [],
            item.holdsSecrets ? item.id : undefined,
          ),
    )
  }
  return digests
}

/** Digest of what a manager owns of an object, salted where a salt is given, without the fields that others are known to write. */
export function ownedDigest(
  live: JsonObject,
  manager: string,
  ignore: readonly IgnoreRule[],
  taken: readonly string[] = [],
  salt?: string,
): string {
  const fields = ownedFields(live, manager, resolvedRules(ignore, [live]), taken)
  return salt === undefined ? digestOf(fields) : secretDigest(fields, salt)
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
