import { isJsonObject } from '../../plan/json.ts'
import type { Answer, LiveObject, WatchEvent } from '../contract.ts'
import { done, type Store } from './store.ts'

/** How long one blocking query waits for a change. */
const WAIT_SECONDS = 60
/** Between looks at what Consul cannot block on, and after an error. */
const PAUSE_MS = 500
const MOST_ERRORS = 20

/**
 * Watches a store by blocking queries: what there is first, then a bookmark, then what changes. An index that goes back means that
 * the servers began anew, and so does the watch (developer.hashicorp.com/consul/api-docs/features/blocking).
 */
export async function watchStore(
  store: Store,
  kind: string,
  fits: (object: LiveObject) => boolean,
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<Answer<void>> {
  let known: ReadonlyMap<string, LiveObject> = new Map()
  let index = 0
  let begun = false
  let errors = 0
  while (!signal.aborted) {
    const listed = await store.list(kind, signal, begun && index > 0 ? { index, waitSeconds: WAIT_SECONDS } : undefined)
    if (signal.aborted) break
    if (!listed.ok) {
      const lasting =
        listed.error.kind === 'forbidden' || listed.error.kind === 'unauthorized' || listed.error.kind === 'not-served'
      if (lasting || ++errors > MOST_ERRORS) return listed
      await pause(PAUSE_MS, signal)
      continue
    }
    errors = 0
    const now = new Map(listed.value.objects.filter(fits).map((object) => [nameOf(object), object]))
    tellChanges(known, now, onEvent)
    known = now
    if (!begun) onEvent({ type: 'bookmark', resourceVersion: String(listed.value.index) })
    begun = true
    index = listed.value.index < index ? 0 : listed.value.index
    if (index === 0) await pause(PAUSE_MS, signal)
  }
  return done(undefined)
}

function tellChanges(
  before: ReadonlyMap<string, LiveObject>,
  now: ReadonlyMap<string, LiveObject>,
  onEvent: (event: WatchEvent) => void,
): void {
  for (const [name, object] of now) {
    const old = before.get(name)
    if (old === undefined) onEvent({ type: 'added', object })
    else if (versionOf(old) !== versionOf(object)) onEvent({ type: 'modified', object })
  }
  for (const [name, object] of before) if (!now.has(name)) onEvent({ type: 'deleted', object })
}

function nameOf({ metadata }: LiveObject): string {
  return isJsonObject(metadata) && typeof metadata.name === 'string' ? metadata.name : ''
}

function versionOf({ metadata }: LiveObject): unknown {
  return isJsonObject(metadata) ? metadata.resourceVersion : undefined
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds)
    function end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
