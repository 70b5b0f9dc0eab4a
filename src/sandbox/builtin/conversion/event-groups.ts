import type { JsonObject } from '../../../plan/json.ts'
import type { VersionConversion } from '../../resource-type.ts'

/** Fields of an Event of `events.k8s.io/v1`, and what the core group calls them. */
const names: readonly (readonly [own: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]
const toCore = new Map(names)
const fromCore = new Map(names.map(([own, core]) => [core, own]))

function renamed(object: JsonObject, by: ReadonlyMap<string, string>, apiVersion: string): JsonObject {
  const fields = Object.entries(object).map(([name, value]) => [by.get(name) ?? name, value] as const)
  return { ...Object.fromEntries(fields), apiVersion }
}

/** Events are the same objects in both groups; the core group stores them. */
export const eventConversion: VersionConversion = {
  storageGroup: '',
  storageVersion: 'v1',
  fromStorage: (object) => renamed(object, fromCore, 'events.k8s.io/v1'),
  toStorage: (object) => renamed(object, toCore, 'v1'),
}
