import { describeObject, objectKeyText } from '../plan/manifest.ts'
import { changeAddress } from '../plan/plan-file.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'

/** What came of moving or forgetting. */
export interface EditedState {
  readonly state: RecordedState
  /** The objects concerned, as they were. */
  readonly objects: readonly RecordedObject[]
}

/** Records the objects of one component under another address; those of its `forEach` items and inner components go along. */
export function moveAddress(state: RecordedState, from: string, to: string): EditedState {
  const moved: RecordedObject[] = []
  const objects = new Map(state.objects)
  for (const [id, object] of state.objects) {
    const address = movedAddress(object.address, from, to)
    if (address === undefined) continue
    moved.push(object)
    objects.set(id, { ...object, address })
  }
  return { state: { ...state, objects }, objects: moved }
}

/** Forgets the objects that the test accepts, and what is open about them. They stay where they are. */
export function forgetObjects(state: RecordedState, isMeant: (object: RecordedObject) => boolean): EditedState {
  const forgotten = [...state.objects.values()].filter(isMeant)
  const gone = new Set(forgotten.map(({ key }) => objectKeyText(key)))
  const objects = new Map(
    [...state.objects]
      .filter(([id]) => !gone.has(id))
      .map(([id, object]) => [id, { ...object, dependencies: object.dependencies.filter((other) => !gone.has(other)) }]),
  )
  const pending = (state.pending ?? []).filter(({ id }) => !gone.has(id))
  return { state: { ...state, objects, pending }, objects: forgotten }
}

/**
 * Whether words of a user mean this object: its component, or the object itself as lists print it (`ConfigMap shop/settings`, with a slash
 * in place of the space too), as plans address it, or by its whole key.
 */
export function isMeant({ address, key }: RecordedObject, what: string): boolean {
  const { kind, group, namespace, name } = key
  return (
    movedAddress(address, what, what) !== undefined ||
    what === `${kind}/${name}` ||
    what === `${kind}/${namespace}/${name}` ||
    (group !== '' && (what === `${kind}.${group}/${name}` || what === `${kind}.${group}/${namespace}/${name}`)) ||
    what === describeObject(key) ||
    what === objectKeyText(key) ||
    what === changeAddress({ address, key })
  )
}

/** The address after a move; undefined when the move does not concern it. */
export function movedAddress(address: string, from: string, to: string): string | undefined {
  if (address === from) return to
  const next = address.startsWith(from) ? address[from.length] : undefined
  return next === '.' || next === '[' ? `${to}${address.slice(from.length)}` : undefined
}
