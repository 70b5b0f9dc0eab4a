import type { JsonObject } from '../../plan/json.ts'
import { BenchLog } from './bench-log.ts'
import type { Callout } from './callout.ts'
import { envoyForeignFunctions, type ForeignFunction } from './foreign-functions.ts'
import { MetricStore } from './metric-store.ts'
import { SeededRandom } from './seeded-random.ts'
import { SharedData } from './shared-data.ts'
import { SharedQueues } from './shared-queues.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A callout that is under way, and who gets its answer. */
export interface PendingCallout<Owner> {
  readonly guest: Owner
  readonly callout: Callout
  /** When it was asked for, in nanoseconds of the virtual clock. */
  readonly startedAt: bigint
}

/** How the proxy around the filters is set up. */
export interface WorldOptions {
  /** The clock's start, in milliseconds since 1970 in UTC. */
  readonly startMilliseconds: number
  readonly seed: number
  /** The clusters that callouts may name; any, when not told. */
  readonly clusters?: readonly string[]
  /** Properties that filters may read, on top of the well-known ones: nested, or under dotted keys. */
  readonly properties: JsonObject
  readonly foreignFunctions: Readonly<Record<string, ForeignFunction>>
  /** The level that proxy_get_log_level answers, by number. */
  readonly logLevel: number
  /** Told of every call of a host function, by name. Slows all of them down. */
  readonly onHostCall?: (name: string) => void
  /** Told what of a guest runs now, by number (guest-calls.ts), and 0 when it has returned. */
  readonly onGuestCall?: (number: number) => void
}

/** Callouts under way at once, past which the proxy refuses more. */
const maximumCallouts = 1_000
/** Bytes of all callouts' bodies and messages that are kept at once. */
const maximumCalloutBytes = 128 * 1024 * 1024

/**
 * All that filters of one proxy have in common: its clock, its stores, its log and its callouts under way. `Owner` is the running
 * filter, of which nothing is known here but who it is.
 */
export class World<Owner> {
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly metrics = new MetricStore()
  readonly sharedData = new SharedData()
  readonly queues = new SharedQueues<Owner>()
  readonly log = new BenchLog()
  readonly properties: JsonObject
  readonly logLevel: number
  readonly onHostCall: ((name: string) => void) | undefined
  readonly inGuest: (number: number) => void
  readonly #clusters: ReadonlySet<string> | undefined
  #claimed = 0
  readonly #foreign: ReadonlyMap<string, ForeignFunction>
  /** Callouts under way, oldest first. */
  readonly pending: PendingCallout<Owner>[] = []
  /** Callouts that were begun since the last exchange ended, for its report. */
  begun: Callout[] = []
  /** Queues that got an item and whose owners have not been told yet. */
  readonly queueNotices: { readonly guest: Owner; readonly queue: number }[] = []

  constructor(options: WorldOptions) {
    this.clock = new VirtualClock(options.startMilliseconds)
    this.random = new SeededRandom(options.seed)
    this.properties = options.properties
    this.logLevel = options.logLevel
    this.onHostCall = options.onHostCall
    this.inGuest = options.onGuestCall ?? (() => undefined)
    this.#clusters = options.clusters === undefined ? undefined : new Set(options.clusters)
    this.#foreign = new Map([...Object.entries(envoyForeignFunctions), ...Object.entries(options.foreignFunctions)])
  }

  knowsCluster(name: string): boolean {
    return this.#clusters === undefined || this.#clusters.has(name)
  }

  foreignFunction(name: string): ForeignFunction | undefined {
    return this.#foreign.get(name)
  }

  /** Puts a callout under way; false when there are too many. */
  begin(guest: Owner, callout: Callout): boolean {
    const size = callout.kind === 'http' ? callout.body.length : (callout.messages[0]?.length ?? 0)
    if (this.pending.length >= maximumCallouts || this.begun.length >= maximumCallouts || !this.claim(size)) return false
    this.pending.push({ guest, callout, startedAt: this.clock.now })
    this.begun.push(callout)
    return true
  }

  /** Takes bytes that callouts are about to keep out of what they may; false when there are none left. */
  claim(bytes: number): boolean {
    if (this.#claimed + bytes > maximumCalloutBytes) return false
    this.#claimed += bytes
    return true
  }

  /** Hands out the callouts that were begun since the last time. */
  takeBegun(): readonly Callout[] {
    const { begun } = this
    this.begun = []
    if (this.pending.length === 0) this.#claimed = 0
    return begun
  }

  /** Ends a callout: its answer is in, or nobody waits for it. HTTP and gRPC callouts are numbered apart. */
  end(guest: Owner, calloutId: number, kind: Callout['kind']): PendingCallout<Owner> | undefined {
    const isHttp = kind === 'http'
    const at = this.pending.findIndex(
      (entry) => entry.guest === guest && entry.callout.id === calloutId && (entry.callout.kind === 'http') === isHttp,
    )
    return at < 0 ? undefined : this.pending.splice(at, 1)[0]
  }
}
