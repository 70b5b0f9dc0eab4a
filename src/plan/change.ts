import type { JsonObject, JsonValue } from './json.ts'
import type { Manifest, ObjectKey } from './manifest.ts'
import type { SourceLocation, ValuePath } from './source.ts'

/** What is done to one object. `replace` deletes and creates (or the other way round), `forget` only drops it from the state. */
export type Action = 'no-op' | 'create' | 'update' | 'replace' | 'delete' | 'forget' | 'import'

/** Actions that send the object, with its secrets. */
export const SENDS: { readonly [A in Action]: boolean } = {
  'no-op': false,
  create: true,
  update: true,
  replace: true,
  delete: false,
  forget: false,
  import: true,
}

/** How sure a change is: told by the server's dry run, merged here without one, or not yet computable at all. */
export type Certainty = 'exact' | 'approximate' | 'deferred'

/**
 * The reason of a change that was merged here because nobody was going to read the plan before it is carried out: views need not
 * say it of every object.
 */
export const NOT_ASKED = 'the server was not asked'

/** Why an action was chosen, where the action alone does not tell. */
export type ActionReason =
  | 'delete_because_no_component'
  /** Its component is there, and makes it no more. */
  | 'delete_because_not_made'
  /** The item of its forEach is gone. */
  | 'delete_because_each_key'
  /** The pattern that it came from is gone. */
  | 'delete_because_no_pattern'
  | 'delete_because_destroy'
  | 'replace_because_cannot_update'
  | 'replace_by_request'
  | 'replace_by_triggers'
  | 'replace_with_container'
  | 'update_because_drift'
  | 'create_because_missing'
  | 'adopt_unowned'
  | 'take_from_other_design'
  | 'forget_because_removed'
  | 'forget_because_kept'
  | 'forget_because_occupied'
  | 'moved'

/** One field that differs. Keyed lists are walked by key, so a moved item is not a change of every item behind it. */
export interface FieldChange {
  readonly path: ValuePath
  /** Undefined when the field is added. */
  readonly before: JsonValue | undefined
  /** Undefined when the field is removed. */
  readonly after: JsonValue | undefined
  /** Where the design says it; undefined for what the server adds. */
  readonly origin: SourceLocation | undefined
  readonly sensitive: boolean
}

/** A field that the design sets and another manager owns. */
export interface FieldConflict {
  /** As servers write it, without the leading dot: `spec.containers[name="app"].image`. */
  readonly field: string
  readonly manager: string
  /** It stops the plan; the field is taken over, by policy or with the object; or it is left to the other. */
  readonly outcome: 'refused' | 'taken' | 'left'
}

/** What to do where another manager owns a field. */
export type ConflictPolicy = 'fail' | 'force' | 'leave'

/** How an object is kept from being deleted or replaced: not at all, at any price, or until somebody names it. */
export type Protection = boolean | 'confirm'

/** What to do with an object that exists but is not ours. */
export type AdoptionPolicy = 'refuse' | 'adopt' | 'take'

/** The change of one object: the unit of a plan. Carries all that apply needs, so that apply decides nothing. */
export interface ObjectChange {
  /** objectKeyText of the key: unique in the plan. */
  readonly id: string
  readonly key: ObjectKey
  readonly apiVersion: string
  /** The component it belongs to, such as `traffic.reviews`. */
  readonly address: string
  readonly previousAddress: string | undefined
  readonly action: Action
  readonly reason: ActionReason | undefined
  readonly certainty: Certainty
  /** Why the certainty is not exact. */
  readonly certaintyReason: string | undefined
  /** The live object's fields as they are, without server bookkeeping; undefined when there is none. Secrets masked. */
  readonly before: JsonObject | undefined
  /** The object's fields as they will be. Secrets masked. */
  readonly after: JsonObject | undefined
  readonly fields: readonly FieldChange[]
  /** Exactly what is sent, owner labels included; undefined for deletes. Secret values are held apart and resolved at apply. */
  readonly desired: Manifest | undefined
  /** sha256 of the unmasked desired object; salted and stretched where it holds secrets (secretDigest). */
  readonly desiredDigest: string | undefined
  /** The same of the owned, normalised fields of the live object at plan time; undefined when there is none. */
  readonly liveDigest: string | undefined
  readonly uid: string | undefined
  /** Ids of changes and names of barriers that must be done before this one. Sorted. */
  readonly dependencies: readonly string[]
  readonly origin: SourceLocation | undefined
  /** Whether health is waited for, and how long operations may take, in milliseconds. */
  readonly wait: boolean
  readonly applyTimeout: number
  readonly deleteTimeout: number
  readonly conflict: ConflictPolicy
  /** What stood in the way when the server was asked. Sorted by field. */
  readonly conflicts: readonly FieldConflict[]
  /**
   * Managers whose fields become ours before it is applied, such as that of kubectl's client-side apply: what they set and the design
   * does not say is removed then. Sorted.
   */
  readonly takesFrom: readonly string[]
  readonly protect: Protection
  /** Made by meshform rather than written by anyone, such as a Namespace. */
  readonly implicit: boolean
  readonly createBeforeDestroy: boolean
  /** Paths whose values are secret. */
  readonly sensitivePaths: readonly ValuePath[]
}
