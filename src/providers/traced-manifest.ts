import type { JsonObject, JsonPrimitive, JsonValue } from '../plan/json.ts'
import type { Manifest, StringMap } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { DesiredManifest } from './contract.ts'

const ORIGIN = Symbol('origin')

/** A value that remembers which path of the component's spec it comes from. */
export interface Traced {
  readonly [ORIGIN]: ValuePath
  readonly value: Draft
}

/** A value on its way into a manifest: JSON, with origins marked by `from`, and undefined for what is left out. */
export type Draft = JsonPrimitive | undefined | readonly Draft[] | DraftObject | Traced

/** An object on its way into a manifest; keys whose value is undefined are left out. */
export interface DraftObject {
  readonly [key: string]: Draft
}

/** A manifest on its way. */
export interface DraftManifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string | undefined
    readonly labels?: StringMap | undefined
    readonly annotations?: DraftObject | undefined
  }
  readonly [key: string]: Draft
}

/** Marks a value as coming from this path of the component's spec. */
export function from(origin: ValuePath, value: Draft): Draft {
  return value === undefined ? undefined : { [ORIGIN]: origin, value }
}

/** The object with the origins of its parts; `whole` is where the object itself comes from. */
export function traceManifest(draft: DraftManifest, whole: ValuePath): DesiredManifest {
  const origins: Record<string, ValuePath> = { '': whole }
  const manifest = settle(draft, '', origins)
  return { manifest: manifest as Manifest, origins }
}

/** A draft as plain JSON, its origins forgotten. */
export function plainValue(draft: Draft): JsonValue | undefined {
  return settle(draft, '', {})
}

function settle(draft: Draft, pointer: string, origins: Record<string, ValuePath>): JsonValue | undefined {
  if (draft === undefined || draft === null || typeof draft !== 'object') return draft
  if (Array.isArray(draft)) {
    const items = (draft as readonly Draft[]).filter((item) => item !== undefined)
    return items.map((item, index) => settle(item, `${pointer}/${index}`, origins) as JsonValue)
  }
  if (isTraced(draft)) {
    origins[pointer] = draft[ORIGIN]
    return settle(draft.value, pointer, origins)
  }
  const result: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(draft)) {
    const settled = settle(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, origins)
    if (settled !== undefined) result[key] = settled
  }
  return result satisfies JsonObject
}

function isTraced(draft: object): draft is Traced {
  return ORIGIN in draft
}
