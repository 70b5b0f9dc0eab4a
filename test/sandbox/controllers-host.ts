import type { JsonObject } from '../../src/plan/json.ts'
import { objectAt, objectsAt, textAt } from '../../src/sandbox/builtin/json-tree.ts'
import { builtinResourceTypes } from '../../src/sandbox/builtin/resource-types.ts'
import { sameJson } from '../../src/sandbox/builtin/validation/field-errors.ts'
import type { ControllerEvent, ControllerHost, CreateOutcome, KindKey } from '../../src/sandbox/controllers/controller-host.ts'

const kept = builtinResourceTypes.filter((type) => type.conversion === undefined)
const types = new Map(kept.map((type) => [`${type.group}/${type.kind}`, type]))

/** A host that keeps objects in a map and its clock by hand: `run` works off what is due, without waiting. */
export class FakeHost implements ControllerHost {
  writes = 0
  private clock = Date.parse('2026-01-01T00:00:00Z')
  private version = 0
  private readonly objects = new Map<string, JsonObject>()
  private readonly listeners = new Set<(event: ControllerEvent) => void>()
  private timers: { readonly at: number; readonly callback: () => void }[] = []

  readonly now = (): Date => new Date(this.clock)
  readonly elapsedMs = (): number => this.clock
  readonly list = (kind: KindKey): JsonObject[] =>
    [...this.objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object)
  readonly get = (kind: KindKey, namespace: string, name: string): JsonObject | undefined =>
    this.objects.get(`${kind} ${namespace}/${name}`)
  readonly create = (kind: KindKey, object: JsonObject): JsonObject | undefined => {
    const metadata = {
      ...objectAt(object, 'metadata'),
      uid: `uid-${this.version + 1}`,
      creationTimestamp: this.now().toISOString(),
      generation: 1,
    }
    if (this.get(kind, textAt(metadata, 'namespace'), textAt(metadata, 'name')) !== undefined) return undefined
    const type = types.get(kind)
    const defaulted = type?.default?.({ ...object, metadata }) ?? { ...object, metadata }
    return this.put('ADDED', kind, type?.prepareForCreate?.(defaulted) ?? defaulted)
  }
  readonly tryCreate = (kind: KindKey, object: JsonObject): CreateOutcome => {
    const made = this.create(kind, object)
    return made === undefined ? { ok: false, why: 'it is there already' } : { ok: true, object: made }
  }
  /** What was said, in order: `Deployment/web ScalingReplicaSet: ...`. */
  readonly said: string[] = []
  readonly record = (event: JsonObject): void => {
    const { kind, name } = objectAt(event, 'involvedObject') ?? {}
    this.said.push(`${kind}/${name} ${event.reason}: ${event.message}`)
  }
  readonly update = (kind: KindKey, object: JsonObject): JsonObject | undefined => this.replace(kind, object, 'spec')
  readonly bind = (pod: JsonObject): JsonObject | undefined => this.replace('/Pod', pod, 'spec')
  readonly updateStatus = (kind: KindKey, object: JsonObject): JsonObject | undefined => this.replace(kind, object, 'status')
  readonly delete = (kind: KindKey, namespace: string, name: string): boolean => {
    const object = this.get(kind, namespace, name)
    if (object === undefined) return false
    this.objects.delete(`${kind} ${namespace}/${name}`)
    this.tell({ type: 'DELETED', kind, object })
    const uid = textAt(objectAt(object, 'metadata'), 'uid')
    for (const [key, owned] of [...this.objects]) {
      const metadata = objectAt(owned, 'metadata')
      if (!objectsAt(metadata, 'ownerReferences').some((owner) => owner.uid === uid)) continue
      this.delete(key.split(' ')[0] as KindKey, textAt(metadata, 'namespace'), textAt(metadata, 'name'))
    }
    return true
  }
  readonly watch = (listener: (event: ControllerEvent) => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly schedule = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.clock + delayMs, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((each) => each !== timer)
    }
  }

  /** Works off everything due within the given time, moving the clock. */
  run(milliseconds = 5000): void {
    const end = this.clock + milliseconds
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((left, right) => left.at - right.at)[0]
      if (next === undefined) break
      this.timers = this.timers.filter((timer) => timer !== next)
      this.clock = Math.max(this.clock, next.at)
      next.callback()
    }
    this.clock = end
  }

  private replace(kind: KindKey, object: JsonObject, part: 'spec' | 'status'): JsonObject | undefined {
    const metadata = objectAt(object, 'metadata')
    const old = this.get(kind, textAt(metadata, 'namespace'), textAt(metadata, 'name'))
    if (old === undefined || objectAt(old, 'metadata')?.resourceVersion !== metadata?.resourceVersion) return undefined
    const merged: JsonObject =
      part === 'spec'
        ? { ...object, ...(old.status === undefined ? {} : { status: old.status }) }
        : { ...old, status: object.status ?? {} }
    const grown = part === 'spec' && !sameJson(merged.spec, old.spec)
    const generation = Number(objectAt(old, 'metadata')?.generation) + (grown ? 1 : 0)
    const next = { ...merged, metadata: { ...objectAt(merged, 'metadata'), generation } }
    return this.put('MODIFIED', kind, types.get(kind)?.default?.(next) ?? next)
  }

  private put(type: 'ADDED' | 'MODIFIED', kind: KindKey, given: JsonObject): JsonObject {
    this.version += 1
    this.writes += 1
    const object = { ...given, metadata: { ...objectAt(given, 'metadata'), resourceVersion: String(this.version) } }
    const metadata = objectAt(object, 'metadata')
    this.objects.set(`${kind} ${textAt(metadata, 'namespace')}/${textAt(metadata, 'name')}`, object)
    this.tell({ type, kind, object })
    return object
  }

  private tell(event: ControllerEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}
