import type { Diagnostic } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../plan/json.ts'
import { describeObject, type Manifest } from '../plan/manifest.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { barrierOf, type DesiredObject } from './desired-object.ts'
import { DEFAULT_TIMEOUT, type Expansion } from './expand.ts'
import { holdsCoveredValue } from './mask.ts'

/** The objects as they were recorded right after the deploy with this serial; undefined where the history does not reach back to it. */
export function objectsAfter(state: RecordedState, serial: number): ReadonlyMap<string, RecordedObject> | undefined {
  if (!state.history.some((record) => record.serial === serial)) return undefined
  const objects = new Map(state.objects)
  for (const record of [...state.history].reverse()) {
    if (record.serial <= serial) break
    if (record.undo === undefined) return undefined
    for (const { id, before } of record.undo) {
      if (before === null) objects.delete(id)
      else objects.set(id, before)
    }
  }
  return objects
}

/**
 * Recorded objects as wishes, so that a plan leads back to them. What the design as it is now says of an object's noise, health and
 * places still holds. Values that were never recorded can't be wished for: an object that has some stays as it is if it has not
 * changed, else it is an error.
 */
export function recallObjects(
  earlier: ReadonlyMap<string, RecordedObject>,
  state: RecordedState,
  now: readonly DesiredObject[],
): Expansion {
  const diagnostics: Diagnostic[] = []
  const current = new Map(now.map((object) => [object.id, object]))
  const addresses = new Set([...earlier.values()].map(({ address }) => address))
  const isKnown = (name: string) => earlier.has(name) || [...addresses].some((address) => name === barrierOf(address))
  const objects = [...earlier].flatMap(([id, recorded]): DesiredObject[] => {
    const manifest = manifestOf(recorded)
    const same = state.objects.get(id)?.desiredDigest === recorded.desiredDigest
    if (manifest === undefined || (holdsCoveredValue(manifest) && !same)) {
      diagnostics.push(notRecorded(recorded))
      return []
    }
    return [desiredOf(id, recorded, manifest, current.get(id), recorded.dependencies.filter(isKnown))]
  })
  const components = [...addresses].map((address) => ({ address, origin: NOWHERE, dependencies: [] }))
  return { objects, components, diagnostics }
}

const NOWHERE = { file: '', line: 1, column: 1 }

function desiredOf(
  id: string,
  recorded: RecordedObject,
  manifest: Manifest,
  current: DesiredObject | undefined,
  dependencies: readonly string[],
): DesiredObject {
  return {
    wait: true,
    applyTimeout: DEFAULT_TIMEOUT,
    deleteTimeout: recorded.deleteTimeout ?? DEFAULT_TIMEOUT,
    conflict: 'fail',
    adoption: 'adopt',
    createBeforeDestroy: false,
    ignore: [],
    health: [],
    implicit: false,
    stage: 0,
    ...current,
    id,
    key: recorded.key,
    address: recorded.address,
    manifest,
    digest: recorded.desiredDigest,
    protect: recorded.protect,
    dependencies,
    // The design says something else now, so none of its lines says these fields.
    origin: NOWHERE,
    originOf: () => undefined,
  }
}

function manifestOf({ desired }: RecordedObject): Manifest | undefined {
  return isManifest(desired) ? desired : undefined
}

function isManifest(value: JsonObject): value is Manifest {
  return (
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isJsonObject(value.metadata) &&
    typeof value.metadata.name === 'string'
  )
}

function notRecorded(recorded: RecordedObject): Diagnostic {
  return {
    severity: 'error',
    code: 'MF2030',
    summary: `${describeObject(recorded.key)} can not be put back as it was`,
    detail: 'It holds secret values, which the state keeps as digests only, and it has changed since.',
    address: recorded.address,
    hint: 'Apply the design as it was then, with its secrets; or leave the object out: --exclude its address.',
  }
}
