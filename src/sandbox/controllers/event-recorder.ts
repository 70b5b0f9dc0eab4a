import type { JsonObject } from '../../plan/json.ts'
import { textAt } from '../builtin/json-tree.ts'
import { timestamp } from './conditions.ts'
import type { ControllerHost } from './controller-host.ts'
import { nameOf, uidOf } from './object-cache.ts'

/** What a part of the cluster has to say of an object, for `kubectl describe` and `kubectl get events`. */
export interface Report {
  readonly type: 'Normal' | 'Warning'
  /** One word, such as `ScalingReplicaSet`. */
  readonly reason: string
  readonly message: string
  /** Who says it, such as `deployment-controller`. */
  readonly source: string
  /** The part of the object that it is about. */
  readonly fieldPath?: string
}

/** Older ones are forgotten, as a real cluster forgets them after an hour. */
const mostEvents = 1000

interface Told {
  readonly name: string
  readonly namespace: string
  readonly first: string
  count: number
}

/** Keeps what controllers report as Events. What is said again counts up the Event that said it first. */
export class EventRecorder {
  readonly #host: ControllerHost
  readonly #told = new Map<string, Told>()
  #number = 0

  constructor(host: ControllerHost) {
    this.#host = host
  }

  report(object: JsonObject, report: Report): void {
    const { namespace: ownNamespace, name } = nameOf(object)
    const namespace = ownNamespace === '' ? 'default' : ownNamespace
    const key = `${uidOf(object)} ${report.reason} ${report.source} ${report.fieldPath ?? ''} ${report.message}`
    const moment = timestamp(this.#host.now())
    const before = this.#told.get(key)
    const told = before ?? { name: `${name}.${this.#suffix()}`, namespace, first: moment, count: 0 }
    told.count += 1
    this.#host.record({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name: told.name, namespace },
      involvedObject: {
        kind: textAt(object, 'kind'),
        ...(ownNamespace === '' ? {} : { namespace }),
        name,
        uid: uidOf(object),
        apiVersion: textAt(object, 'apiVersion'),
        ...versionOf(object),
        ...(report.fieldPath === undefined ? {} : { fieldPath: report.fieldPath }),
      },
      reason: report.reason,
      message: report.message,
      source: { component: report.source, ...(report.source === 'kubelet' ? { host: 'sandbox' } : {}) },
      firstTimestamp: told.first,
      lastTimestamp: moment,
      count: told.count,
      type: report.type,
      eventTime: null,
      reportingComponent: report.source,
      reportingInstance: report.source === 'kubelet' ? 'sandbox' : '',
    })
    if (before !== undefined) return
    this.#told.set(key, told)
    if (this.#told.size > mostEvents) this.#forgetOldest()
  }

  /** Sixteen digits, as the nanoseconds that real names end with. */
  #suffix(): string {
    this.#number += 1
    return (BigInt(this.#host.now().getTime()) * 1_000_000n + BigInt(this.#number % 1_000_000)).toString(16)
  }

  #forgetOldest(): void {
    for (const [key, { namespace, name }] of this.#told) {
      this.#told.delete(key)
      this.#host.delete('/Event', namespace, name)
      return
    }
  }
}

function versionOf(object: JsonObject): JsonObject {
  const { resourceVersion } = (object.metadata ?? {}) as JsonObject
  return typeof resourceVersion === 'string' ? { resourceVersion } : {}
}
