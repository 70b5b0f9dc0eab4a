import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { Places } from '../places.ts'

/** A JSON merge patch (RFC 7396): null removes, maps merge, everything else replaces. Places are kept. */
export function mergePatch(base: JsonValue | undefined, patch: JsonValue, places: Places): JsonValue {
  if (!isJsonObject(patch)) return patch
  const under = isJsonObject(base) ? base : undefined
  const made: Record<string, JsonValue> = { ...under }
  places.copy(made, under ?? patch)
  for (const [key, item] of Object.entries(patch)) {
    if (item === null) delete made[key]
    else {
      made[key] = mergePatch(made[key], item, places)
      places.markKey(made, key, places.placeOf(patch, [key]))
    }
  }
  return made
}

/** Puts items into a list of named things: each over the one of its name, or at the end. */
export function mergeNamed(
  list: JsonValue | undefined,
  items: readonly JsonObject[],
  places: Places,
  key = 'name',
): readonly JsonValue[] {
  const made: JsonValue[] = Array.isArray(list) ? [...list] : []
  if (Array.isArray(list)) places.copy(made, list)
  for (const item of items) {
    const index = made.findIndex((each) => isJsonObject(each) && each[key] === item[key])
    if (index < 0) made.push(item)
    else made[index] = mergePatch(made[index], item, places)
  }
  return made
}

/** A value with what is at a path changed; maps on the way are made where they are missing. */
export function changeAt(
  value: JsonValue | undefined,
  path: readonly string[],
  places: Places,
  change: (inner: JsonValue | undefined) => JsonValue,
): JsonValue {
  const [key, ...rest] = path
  if (key === undefined) return change(value)
  const under = isJsonObject(value) ? value : {}
  return places.copy({ ...under, [key]: changeAt(under[key], rest, places, change) }, under)
}

/** Where the template of the pods stands in a workload. */
export function templatePath({ kind }: JsonObject): readonly string[] {
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template']
}

/** A workload with the spec of its pods changed. */
export function changePods(workload: JsonObject, places: Places, change: (spec: JsonObject) => JsonObject): JsonObject {
  const changed = changeAt(workload, [...templatePath(workload), 'spec'], places, (spec) =>
    change(isJsonObject(spec) ? spec : {}),
  )
  return changed as JsonObject
}

/** The containers of a workload. */
export function containersOf(workload: JsonObject): readonly JsonObject[] {
  let value: JsonValue | undefined = workload
  for (const key of [...templatePath(workload), 'spec', 'containers']) value = isJsonObject(value) ? value[key] : undefined
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** A workload with those of its containers changed that are meant. */
export function changeContainers(
  workload: JsonObject,
  places: Places,
  isMeant: (container: JsonObject, index: number) => boolean,
  change: (container: JsonObject) => JsonObject,
): JsonObject {
  return changePods(workload, places, (spec) => {
    const before = Array.isArray(spec.containers) ? spec.containers : []
    const containers = before.map((each, index) =>
      isJsonObject(each) && isMeant(each, index) ? places.copy({ ...change(each) }, each) : each,
    )
    return places.copy({ ...spec, containers: places.copy(containers, before) }, spec)
  })
}
