import type { Callout, CalloutAnswer } from '../host/callout.ts'
import { GuestFailed } from '../host/failure.ts'
import type { FilterVm } from '../host/filter-vm.ts'
import { nanosecondsPerMillisecond } from '../host/virtual-clock.ts'
import type { PendingCallout, World } from '../host/world.ts'
import { deliverAnswer } from './callout-delivery.ts'

/** What somebody outside answers a callout with; undefined leaves it without an answer, until its own timeout. */
export type CalloutResponder = (
  callout: Callout,
) => { readonly answer: CalloutAnswer; readonly delayMilliseconds: number } | undefined

/** Events that one pause may take, so that a filter that ticks or calls for ever comes to an end. */
const maximumEvents = 10_000

/**
 * The part of a proxy that is not about one stream: it makes the virtual clock pass from one event to the next, where an event is a
 * tick, a callout's answer or its timeout. Guests that fail are left to the exchange that they belong to.
 */
export class ProxyLoop {
  readonly #world: World<FilterVm>
  readonly #vms: readonly FilterVm[]
  readonly #responder: CalloutResponder
  readonly #answers = new WeakMap<PendingCallout<FilterVm>, { readonly due: bigint; readonly answer: CalloutAnswer } | 'never'>()

  constructor(world: World<FilterVm>, vms: readonly FilterVm[], responder: CalloutResponder) {
    this.#world = world
    this.#vms = vms
    this.#responder = responder
  }

  /** Runs what is due now and no later: queue notices and answers without delay. */
  runDue(): void {
    this.#runUntil(this.#world.clock.now, () => false)
  }

  /**
   * Lets time pass until `arrived` or until `milliseconds` are over, whichever is first. True when it arrived. Time that nothing
   * would happen in is passed over only when `idle` is `pass`.
   */
  run(milliseconds: number, arrived: () => boolean, idle: 'pass' | 'stop'): boolean {
    const until = this.#world.clock.now + BigInt(Math.max(0, Math.trunc(milliseconds))) * nanosecondsPerMillisecond
    const result = this.#runUntil(until, arrived)
    if (!result && idle === 'pass') this.#world.clock.advanceTo(until)
    return result
  }

  #runUntil(until: bigint, arrived: () => boolean): boolean {
    for (let events = 0; events < maximumEvents; events += 1) {
      if (this.#notify()) {
        if (arrived()) return true
        continue
      }
      const event = this.#next()
      if (event === undefined || event.due > until) return false
      this.#world.clock.advanceTo(event.due)
      guarded(event.run)
      if (arrived()) return true
    }
    return false
  }

  /** Tells one queue's owner of an item; false when there is nobody to tell. */
  #notify(): boolean {
    const notice = this.#world.queueNotices.shift()
    if (notice === undefined) return false
    guarded(() => notice.guest.call('proxy_on_queue_ready', notice.guest.root, notice.queue))
    return true
  }

  #next(): { readonly due: bigint; readonly run: () => void } | undefined {
    let next: { readonly due: bigint; readonly run: () => void } | undefined
    for (const pending of this.#world.pending) {
      const planned = this.#plan(pending)
      if (planned === 'never' || (next !== undefined && planned.due >= next.due)) continue
      next = { due: planned.due, run: () => deliverAnswer(pending, planned.answer) }
    }
    for (const vm of this.#vms) {
      if (vm.tickPeriod === 0n || vm.failure !== undefined || (next !== undefined && vm.nextTick >= next.due)) continue
      next = {
        due: vm.nextTick,
        run: () => {
          vm.nextTick = this.#world.clock.now + vm.tickPeriod
          vm.call('proxy_on_tick', vm.root)
        },
      }
    }
    return next
  }

  /** When a callout's answer comes, asked once. */
  #plan(pending: PendingCallout<FilterVm>): { readonly due: bigint; readonly answer: CalloutAnswer } | 'never' {
    const known = this.#answers.get(pending)
    if (known !== undefined) return known
    const given = this.#responder(pending.callout)
    const timeout = BigInt(Math.max(0, pending.callout.timeoutMilliseconds)) * nanosecondsPerMillisecond
    const delay =
      given === undefined ? undefined : BigInt(Math.max(0, Math.trunc(given.delayMilliseconds))) * nanosecondsPerMillisecond
    let plan: { readonly due: bigint; readonly answer: CalloutAnswer } | 'never'
    if (given !== undefined && delay !== undefined && (timeout === 0n || delay < timeout)) {
      plan = { due: pending.startedAt + delay, answer: given.answer }
    } else {
      plan = timeout === 0n ? 'never' : { due: pending.startedAt + timeout, answer: { kind: 'failure' } }
    }
    this.#answers.set(pending, plan)
    return plan
  }
}

/** A guest's failure is kept in the guest; whoever waits for it finds it there. */
function guarded(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof GuestFailed)) throw error
  }
}
