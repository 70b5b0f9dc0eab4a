import { Peer } from '../abi/constants.ts'
import { ByteBuffer } from '../host/byte-buffer.ts'
import { noOrders, type TcpContext } from '../host/contexts.ts'
import { type FilterFailure, GuestFailed } from '../host/failure.ts'
import type { FilterVm } from '../host/filter-vm.ts'
import { newStreamInfo } from '../host/stream-info.ts'
import type { CallbackTrace, ChainLink } from './chain.ts'

interface TcpStage {
  readonly link: ChainLink
  readonly vm: FilterVm
  readonly context: TcpContext
  /** Data that the filter was shown and did not let pass, by direction: it is shown again with what comes next. */
  readonly held: { readonly downstream: ByteBuffer; readonly upstream: ByteBuffer }
}

/**
 * One TCP connection through the network filters of a chain: data from the client meets them in order, data from the service in
 * reverse. A filter that stops is shown its data again, longer, when more comes, as Envoy's read buffer does.
 */
export class TcpExchange {
  readonly trace: CallbackTrace[] = []
  readonly failures: FilterFailure[] = []
  /** What came through, by the side it goes to. */
  readonly toService: Buffer[] = []
  readonly toClient: Buffer[] = []
  /** True once a filter closed the connection, failed, or a side closed it. */
  closed = false
  readonly #stages: TcpStage[] = []

  constructor(links: readonly ChainLink[], now: bigint, connectionId: number, nextContextId: () => number) {
    const info = newStreamInfo(now, connectionId)
    for (const link of links) {
      if (link.vm === undefined || link.vm.failure !== undefined) {
        const failure = link.vm?.failure ?? link.failure
        if (failure !== undefined) this.failures.push(failure)
        if (link.settings.failurePolicy === 'fail-closed') this.closed = true
        continue
      }
      const context: TcpContext = { kind: 'tcp', id: nextContextId(), info, orders: noOrders() }
      this.#stages.push({ link, vm: link.vm, context, held: { downstream: new ByteBuffer(), upstream: new ByteBuffer() } })
    }
    for (const stage of this.#stages) {
      if (this.closed) return
      this.#guard(stage, () => {
        stage.vm.open(stage.context)
        this.#note(stage, 'proxy_on_new_connection', stage.vm.call('proxy_on_new_connection', stage.context))
      })
      this.#settle()
    }
  }

  /** Bytes from the client. */
  send(bytes: Buffer, endOfStream: boolean): void {
    this.#through('downstream', 0, bytes, endOfStream)
  }

  /** Bytes from the service. */
  receive(bytes: Buffer, endOfStream: boolean): void {
    this.#through('upstream', 0, bytes, endOfStream)
  }

  /** Ends the connection for all filters. */
  close(peer: 'client' | 'service'): void {
    for (const stage of this.#stages) {
      const callback = peer === 'client' ? 'proxy_on_downstream_connection_close' : 'proxy_on_upstream_connection_close'
      this.#guard(stage, () => {
        stage.vm.call(callback, stage.context, Peer.remote)
        for (const last of ['proxy_on_done', 'proxy_on_log', 'proxy_on_delete']) stage.vm.call(last, stage.context)
      })
      stage.vm.close(stage.context)
    }
    this.closed = true
  }

  #order(side: 'downstream' | 'upstream'): readonly TcpStage[] {
    return side === 'downstream' ? this.#stages : [...this.#stages].reverse()
  }

  /** Takes bytes through the filters from one place in the order on. */
  #through(side: 'downstream' | 'upstream', from: number, bytes: Buffer, endOfStream: boolean): void {
    let passing = bytes
    const order = this.#order(side)
    for (let index = from; index < order.length; index += 1) {
      const stage = order[index]
      if (this.closed || stage === undefined) return
      const held = stage.held[side]
      held.append(passing)
      const property = side === 'downstream' ? 'downstreamData' : 'upstreamData'
      stage.context[property] = held
      const callback = `proxy_on_${side}_data`
      const returned = this.#guard(stage, () => stage.vm.call(callback, stage.context, held.length, endOfStream ? 1 : 0))
      this.#note(stage, callback, returned)
      if (returned !== undefined && returned !== 0) {
        this.#settle()
        return
      }
      stage.context[property] = undefined
      passing = held.drain()
      this.#settle()
    }
    if (!this.closed && passing.length > 0) (side === 'downstream' ? this.toService : this.toClient).push(passing)
  }

  /** Carries out what guests asked for. */
  #settle(): void {
    for (const stage of this.#stages) {
      const { orders } = stage.context
      if (orders.closed !== undefined) this.closed = true
      const { continueDownstream, continueUpstream } = orders
      orders.continueDownstream = false
      orders.continueUpstream = false
      if (continueDownstream) this.#release(stage, 'downstream')
      if (continueUpstream) this.#release(stage, 'upstream')
    }
  }

  #release(stage: TcpStage, side: 'downstream' | 'upstream'): void {
    const held = stage.held[side].drain()
    if (held.length > 0) this.#through(side, this.#order(side).indexOf(stage) + 1, held, false)
  }

  #guard(stage: TcpStage, run: () => unknown): number | undefined {
    try {
      const result = run()
      return typeof result === 'number' ? result : undefined
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
      this.failures.push(error.failure)
      if (stage.link.settings.failurePolicy === 'fail-closed') this.closed = true
      return undefined
    }
  }

  #note(stage: TcpStage, callback: string, returned: number | undefined): void {
    if (returned === undefined || this.trace.length >= 10_000) return
    this.trace.push({ filter: stage.link.settings.name, callback, action: returned === 0 ? 'continue' : 'pause', returned })
  }
}
