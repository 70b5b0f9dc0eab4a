import { Status } from '../abi/constants.ts'

/** A queue that a filter asked for and nobody has. */
export interface MissingQueue {
  readonly vmId: string
  readonly name: string
}

interface Queue<Owner> {
  readonly owner: Owner
  readonly items: Buffer[]
}

const maximumQueues = 1_000
const maximumItems = 100_000
const maximumBytes = 64 * 1024 * 1024
const longestName = 4_096

/** The queues of one proxy, by vm id and name. An owner is who registered it first and is told of new items. */
export class SharedQueues<Owner> {
  readonly #queues: Queue<Owner>[] = []
  readonly #ids = new Map<string, number>()
  #items = 0
  #bytes = 0
  /** The queue that was asked for last and is not there. */
  missing: MissingQueue | undefined

  /** The queue's number, from 1; registering again gives the same. Undefined when there are too many. */
  register(vmId: string, name: string, owner: Owner): number | undefined {
    const key = `${vmId}\0${name}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    if (this.#queues.length >= maximumQueues || key.length > longestName) return undefined
    this.#queues.push({ owner, items: [] })
    this.#ids.set(key, this.#queues.length)
    return this.#queues.length
  }

  resolve(vmId: string, name: string): number | undefined {
    const id = this.#ids.get(`${vmId}\0${name}`)
    if (id === undefined && vmId.length + name.length < longestName) this.missing = { vmId, name }
    return id
  }

  /** Puts an item in and says whom to tell. */
  enqueue(id: number, item: Buffer): { readonly owner: Owner } | { readonly status: Status } {
    const queue = this.#queues[id - 1]
    if (queue === undefined) return { status: Status.notFound }
    if (this.#items >= maximumItems || this.#bytes + item.length > maximumBytes) return { status: Status.internalFailure }
    this.#items += 1
    this.#bytes += item.length
    queue.items.push(item)
    return { owner: queue.owner }
  }

  dequeue(id: number): { readonly item: Buffer } | { readonly status: Status } {
    const queue = this.#queues[id - 1]
    if (queue === undefined) return { status: Status.notFound }
    const item = queue.items.shift()
    if (item === undefined) return { status: Status.empty }
    this.#items -= 1
    this.#bytes -= item.length
    return { item }
  }
}
