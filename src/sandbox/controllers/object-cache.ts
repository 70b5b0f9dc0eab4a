import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, stringMapAt, textAt } from '../builtin/json-tree.ts'
import type { ControllerEvent, KindKey } from './controller-host.ts'

/** Namespace and name of an object; the namespace is '' for cluster-scoped ones. */
export interface ObjectName {
  readonly namespace: string
  readonly name: string
}

/** The name of an object. */
export function nameOf(object: JsonObject): ObjectName {
  const metadata = objectAt(object, 'metadata')
  return { namespace: textAt(metadata, 'namespace'), name: textAt(metadata, 'name') }
}

/** The uid of an object. */
export function uidOf(object: JsonObject): string {
  return textAt(objectAt(object, 'metadata'), 'uid')
}

/** The owner that controls an object, if any. */
export function controllerOf(object: JsonObject): JsonObject | undefined {
  return objectsAt(objectAt(object, 'metadata'), 'ownerReferences').find((owner) => owner.controller === true)
}

/** Labels of an object. */
export function labelsOf(object: JsonObject): { readonly [key: string]: string } {
  return stringMapAt(objectAt(object, 'metadata'), 'labels')
}

/** True once deletion has been asked for. */
export function isTerminating(object: JsonObject): boolean {
  return textAt(objectAt(object, 'metadata'), 'deletionTimestamp') !== ''
}

function textOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`
}

type Index = Map<string, Map<string, JsonObject>>

function addTo(index: Index, key: string, name: string, object: JsonObject): void {
  let entries = index.get(key)
  if (entries === undefined) {
    entries = new Map()
    index.set(key, entries)
  }
  entries.set(name, object)
}

function removeFrom(index: Index, key: string, name: string): void {
  const entries = index.get(key)
  entries?.delete(name)
  if (entries?.size === 0) index.delete(key)
}

const noObjects: readonly JsonObject[] = []

/**
 * The objects that controllers look at, as last seen, found by name, by controlling owner, and by a label, so that no
 * controller ever scans a whole kind.
 */
export class ObjectCache {
  private readonly byName = new Map<KindKey, Map<string, JsonObject>>()
  private readonly byOwner: Index = new Map()
  private readonly byLabel: Index = new Map()

  get(kind: KindKey, name: ObjectName): JsonObject | undefined {
    return this.byName.get(kind)?.get(textOf(name))
  }

  all(kind: KindKey): Iterable<JsonObject> {
    return this.byName.get(kind)?.values() ?? noObjects
  }

  /** Objects of a kind that the owner with that uid controls. */
  ownedBy(kind: KindKey, ownerUid: string): readonly JsonObject[] {
    const owned = this.byOwner.get(`${kind} ${ownerUid}`)
    return owned === undefined ? noObjects : [...owned.values()]
  }

  /** Objects of a kind in a namespace that carry all the labels; none when no label is asked for. */
  labelled(kind: KindKey, namespace: string, labels: { readonly [key: string]: string }): readonly JsonObject[] {
    const pairs = Object.entries(labels)
    let smallest: ReadonlyMap<string, JsonObject> | undefined
    for (const [key, value] of pairs) {
      const found = this.byLabel.get(labelKey(kind, namespace, key, value))
      if (found === undefined) return noObjects
      if (smallest === undefined || found.size < smallest.size) smallest = found
    }
    if (smallest === undefined) return noObjects
    return [...smallest.values()].filter((object) => {
      const given = labelsOf(object)
      return pairs.every(([key, value]) => given[key] === value)
    })
  }

  /** Takes in a change, unless a later one of the same object is known. */
  accept(event: ControllerEvent): void {
    const known = this.get(event.kind, nameOf(event.object))
    if (known !== undefined && isOlder(event.object, known)) return
    if (event.type === 'DELETED') this.remove(event.kind, event.object)
    else this.put(event.kind, event.object)
  }

  /** Takes in an object as it is now. */
  put(kind: KindKey, object: JsonObject): void {
    this.remove(kind, object)
    const name = nameOf(object)
    const text = textOf(name)
    let objects = this.byName.get(kind)
    if (objects === undefined) {
      objects = new Map()
      this.byName.set(kind, objects)
    }
    objects.set(text, object)
    const owner = textAt(controllerOf(object), 'uid')
    if (owner !== '') addTo(this.byOwner, `${kind} ${owner}`, text, object)
    for (const [key, value] of Object.entries(labelsOf(object))) {
      addTo(this.byLabel, labelKey(kind, name.namespace, key, value), text, object)
    }
  }

  private remove(kind: KindKey, object: JsonObject): void {
    const name = nameOf(object)
    const text = textOf(name)
    const objects = this.byName.get(kind)
    const known = objects?.get(text)
    if (known === undefined) return
    objects?.delete(text)
    const owner = textAt(controllerOf(known), 'uid')
    if (owner !== '') removeFrom(this.byOwner, `${kind} ${owner}`, text)
    for (const [key, value] of Object.entries(labelsOf(known))) {
      removeFrom(this.byLabel, labelKey(kind, name.namespace, key, value), text)
    }
  }
}

function isOlder(object: JsonObject, known: JsonObject): boolean {
  const version = (each: JsonObject): number => Number(textAt(objectAt(each, 'metadata'), 'resourceVersion'))
  return version(object) < version(known)
}

function labelKey(kind: KindKey, namespace: string, key: string, value: string): string {
  return `${kind} ${namespace} ${key}=${value}`
}
