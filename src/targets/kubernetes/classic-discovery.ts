import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Answer, ServedKind, SilentGroup } from '../contract.ts'
import { objectsOf, textOf, textsOf } from '../json-fields.ts'
import type { GroupVersion, OwnGroupsMemory } from './own-groups.ts'
import type { RetryingSender } from './retry.ts'
import { errorOfFailure } from './status-error.ts'

const TIMEOUT_MS = 30_000
/** Tries of one group of an old server: one whose own server is down should not hold up everything else. */
const GROUP_TRIES = 2

/** What the groups below a path serve, and which of them do not answer. */
export interface ListedKinds {
  readonly kinds: readonly ServedKind[]
  readonly silent: readonly SilentGroup[]
}

/** Asks a server older than aggregated discovery for each of its groups, but for those that are known of it. */
export async function classicKinds(
  sender: RetryingSender,
  path: string,
  body: JsonObject,
  own: OwnGroupsMemory,
  signal: AbortSignal,
): Promise<Answer<ListedKinds>> {
  const versions =
    path === '/api'
      ? textsOf(body.versions).map((version) => ({ group: '', version, path: `/api/${version}` }))
      : objectsOf(body.groups).flatMap(groupVersions)
  const answers = await Promise.all(
    versions.map(async (item) => {
      const known = await own.of(item)
      if (known !== undefined) return { item, known }
      const request = { method: 'GET', path: item.path, accept: 'application/json', timeoutMs: TIMEOUT_MS, signal } as const
      return { item, exchange: await sender.send(request, GROUP_TRIES) }
    }),
  )
  const kinds: ServedKind[] = []
  const silent: SilentGroup[] = []
  for (const { item, known, exchange } of answers) {
    if (exchange === undefined) {
      kinds.push(...known)
      continue
    }
    if (!exchange.ok) return { ok: false, error: errorOfFailure(exchange.failure) }
    const { status } = exchange.response
    const list = status === 200 ? exchange.response.json() : undefined
    if (!isJsonObject(list)) {
      // Gone since the groups were listed, or its own server is down: the rest works.
      if (status !== 404) silent.push({ group: item.group, version: item.version })
      continue
    }
    const listed = objectsOf(list.resources).flatMap((resource) => kindOf(item, resource))
    own.learn(item, listed)
    kinds.push(...listed)
  }
  return { ok: true, value: { kinds, silent }, warnings: [] }
}

function kindOf({ group, version }: GroupVersion, resource: JsonObject): readonly ServedKind[] {
  const plural = textOf(resource.name)
  const kind = textOf(resource.kind)
  if (plural === undefined || kind === undefined || plural.includes('/')) return []
  return [{ group, version, kind, plural, namespaced: resource.namespaced === true, verbs: textsOf(resource.verbs) }]
}

/** The versions of a group, the preferred one first. */
function groupVersions(group: JsonObject): readonly GroupVersion[] {
  const name = textOf(group.name) ?? ''
  const preferred = group.preferredVersion
  const first = isJsonObject(preferred) ? textOf(preferred.version) : undefined
  const versions = objectsOf(group.versions).flatMap((version) => textOf(version.version) ?? [])
  const ordered = first === undefined ? versions : [first, ...versions.filter((version) => version !== first)]
  return ordered.map((version) => ({ group: name, version, path: `/apis/${name}/${version}` }))
}
