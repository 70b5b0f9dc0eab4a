import { randomInt, randomUUID } from 'node:crypto'
import type { ApiContext } from './api/api-context.ts'
import { ApiServer } from './api/api-server.ts'
import type { SandboxRequest, SandboxResponse } from './api/exchange.ts'
import { ResourceRegistry } from './api/resource-registry.ts'
import { builtinResourceTypes } from './builtin/resource-types.ts'
import { DiskLog, loadStore } from './store/disk-log.ts'
import { ObjectStore } from './store/object-store.ts'
import { claimFolder } from './store/owner-lock.ts'

export type { SandboxAnswer, SandboxRequest, SandboxResponse, SandboxStream, WatchEvent } from './api/exchange.ts'

/** How a sandbox is opened. */
export interface SandboxOptions {
  /** Where objects are kept; undefined keeps them in memory only. */
  readonly directory: string | undefined
  /** The time that objects are stamped with; the system's by default. */
  readonly clock?: () => Date
}

/** Letters of generated names: no vowels and nothing that looks like another. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

function randomSuffix(): string {
  let suffix = ''
  for (let index = 0; index < 5; index += 1) suffix += suffixAlphabet[randomInt(suffixAlphabet.length)]
  return suffix
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** A Kubernetes API inside the process. */
export class Sandbox {
  readonly #api: ApiServer
  readonly #store: ObjectStore
  readonly #log: DiskLog | undefined
  readonly #release: () => void

  private constructor(api: ApiServer, store: ObjectStore, log: DiskLog | undefined, release: () => void) {
    this.#api = api
    this.#store = store
    this.#log = log
    this.#release = release
  }

  /** Opens a sandbox with what its folder holds. Throws when another process has the folder open. */
  static async open(options: SandboxOptions): Promise<Sandbox> {
    const store = new ObjectStore()
    const registry = new ResourceRegistry(builtinResourceTypes)
    const context: ApiContext = {
      store,
      registry,
      customValidator: { validate: () => [] },
      now: options.clock ?? (() => new Date()),
      newUid: randomUUID,
      newSuffix: randomSuffix,
    }
    let log: DiskLog | undefined
    let release = (): void => undefined
    if (options.directory !== undefined) {
      const claim = claimFolder(options.directory)
      if (claim.kind === 'taken') throw new Error(`the sandbox in ${options.directory} is open in process ${claim.owner.pid}`)
      release = claim.release
      const loaded = loadStore(options.directory)
      log = new DiskLog(options.directory, loaded)
      store.restore(loaded.version, loaded.objects, log)
    }
    const sandbox = new Sandbox(new ApiServer(context), store, log, release)
    await sandbox.#bootstrap()
    return sandbox
  }

  /** Answers a request as the API server would. What a write changed is on disk when its answer arrives. */
  async handle(request: SandboxRequest): Promise<SandboxResponse> {
    const response = this.#api.handle(request)
    await this.#commit()
    return response
  }

  /** Makes everything durable and lets go of the folder. */
  async close(): Promise<void> {
    this.#log?.close(this.#store)
    this.#release()
  }

  /** Requests of one turn of the event loop share one write to the log. */
  async #commit(): Promise<void> {
    if (this.#log === undefined) return
    await Promise.resolve()
    this.#log.commit()
    if (this.#log.wantsCompaction) this.#log.compact(this.#store)
  }

  async #bootstrap(): Promise<void> {
    for (const name of systemNamespaces) {
      if (this.#store.get('/namespaces', '', name) !== undefined) continue
      this.#api.handle({
        method: 'POST',
        path: '/api/v1/namespaces',
        headers: { 'user-agent': 'kube-apiserver' },
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      })
    }
    await this.#commit()
  }
}
