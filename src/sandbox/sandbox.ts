import { randomInt, randomUUID } from 'node:crypto'
import { AllocationIndex } from './api/allocation-index.ts'
import type { ApiContext } from './api/api-context.ts'
import { ApiServer } from './api/api-server.ts'
import type { SandboxRequest, SandboxResponse } from './api/exchange.ts'
import { ResourceRegistry } from './api/resource-registry.ts'
import { bootstrap } from './bootstrap.ts'
import { builtinResourceTypes } from './builtin/resource-types.ts'
import type { SimulationOptions } from './controllers/controller.ts'
import { FailureSwitches } from './controllers/failure-switches.ts'
import { customValidator } from './crd/custom-validator.ts'
import { RequestFailures } from './failures/request-failures.ts'
import { Lifecycle } from './lifecycle/lifecycle.ts'
import { DiskLog, loadStore } from './store/disk-log.ts'
import { ObjectStore } from './store/object-store.ts'
import { claimFolder } from './store/owner-lock.ts'
import { callWebhook } from './webhooks/call-webhook.ts'
import { RequestMemory, RequestScope, WebhookPending } from './webhooks/request-memory.ts'

export type { SandboxRequest, SandboxResponse } from './api/exchange.ts'

/** How a sandbox is opened. */
export interface SandboxOptions {
  /** Where objects are kept; undefined keeps them in memory only. */
  readonly directory: string | undefined
  /** The time that objects are stamped with; the system's by default. */
  readonly clock?: () => Date
  /** How the simulated controllers run; quick and without failures when left out. */
  readonly simulation?: Partial<SimulationOptions>
}

/** Failures that can be switched on while a sandbox runs. */
export interface SandboxFailures {
  readonly pods: FailureSwitches
  readonly requests: RequestFailures
}

/** Letters of generated names: no vowels and nothing that looks like another. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

function randomSuffix(): string {
  let suffix = ''
  for (let index = 0; index < 5; index += 1) suffix += suffixAlphabet[randomInt(suffixAlphabet.length)]
  return suffix
}

/** Thrown when another process has the folder open. */
export class SandboxInUse extends Error {
  readonly pid: number

  constructor(directory: string, pid: number) {
    super(`the sandbox in ${directory} is open in process ${pid}`)
    this.name = 'SandboxInUse'
    this.pid = pid
  }
}

/** A Kubernetes API inside the process, with what happens in a cluster by itself: workloads start, owned objects go with their owner. */
export class Sandbox {
  /** Switches for tests of what is built on the sandbox. */
  readonly failures: SandboxFailures
  readonly #api: ApiServer
  readonly #scope: RequestScope
  readonly #store: ObjectStore
  readonly #log: DiskLog | undefined
  readonly #release: () => void
  #lifecycle: Lifecycle | undefined
  #written: NodeJS.Immediate | undefined

  private constructor(api: ApiServer, scope: RequestScope, store: ObjectStore, log: DiskLog | undefined, release: () => void) {
    this.failures = { pods: new FailureSwitches(), requests: new RequestFailures() }
    this.#api = api
    this.#scope = scope
    this.#store = store
    this.#log = log
    this.#release = release
  }

  /** Opens a sandbox with what its folder holds. Throws `SandboxInUse` when another process has the folder open. */
  static async open(options: SandboxOptions): Promise<Sandbox> {
    const store = new ObjectStore()
    const registry = new ResourceRegistry(builtinResourceTypes)
    const scope = new RequestScope(options.clock ?? (() => new Date()), randomUUID, randomSuffix)
    const context: ApiContext = {
      store,
      registry,
      allocations: new AllocationIndex(store),
      customValidator,
      now: scope.now,
      newUid: scope.newUid,
      newSuffix: scope.newSuffix,
      webhooks: scope,
    }
    let log: DiskLog | undefined
    let release = (): void => undefined
    if (options.directory !== undefined) {
      const claim = claimFolder(options.directory)
      if (claim.kind === 'taken') throw new SandboxInUse(options.directory, claim.owner.pid)
      release = claim.release
      try {
        const loaded = loadStore(options.directory)
        log = new DiskLog(options.directory, loaded)
        store.restore(loaded.version, loaded.objects, log)
      } catch (error) {
        release()
        throw error
      }
    }
    const sandbox = new Sandbox(new ApiServer(context), scope, store, log, release)
    bootstrap(sandbox.#api, context)
    store.startWatchWindow()
    await sandbox.#commit()
    sandbox.#start(context, options.simulation ?? {})
    return sandbox
  }

  /** Answers a request as the API server would. What a write changed is on disk when its answer arrives. */
  async handle(request: SandboxRequest): Promise<SandboxResponse> {
    const { requests } = this.failures
    if (requests.isQuiet) return this.#answer(request)
    return (await requests.before(request)) ?? requests.after(request, await this.#answer(request))
  }

  /** Makes everything durable and lets go of the folder. */
  async close(): Promise<void> {
    this.#lifecycle?.stop()
    clearImmediate(this.#written)
    try {
      this.#log?.close(this.#store)
    } finally {
      this.#release()
    }
  }

  async #answer(request: SandboxRequest): Promise<SandboxResponse> {
    const response = await this.#tried(request)
    await this.#commit()
    return response
  }

  /** Handles a request, anew after each webhook that had to be asked. */
  async #tried(request: SandboxRequest): Promise<SandboxResponse> {
    const memory = new RequestMemory()
    for (;;) {
      try {
        return this.#scope.during(memory, () => this.#api.handle(request))
      } catch (error) {
        if (!(error instanceof WebhookPending)) throw error
        memory.learn(error.call, await callWebhook(error.call))
      }
    }
  }

  #start(context: ApiContext, simulation: Partial<SimulationOptions>): void {
    this.#lifecycle = new Lifecycle(context, { defaultServiceAccounts: true, ...simulation, failures: this.failures.pods })
    if (this.#log === undefined) return
    // What controllers write between requests is kept as well.
    this.#store.subscribe(() => {
      this.#written ??= setImmediate(() => {
        this.#written = undefined
        // What the disk doesn't take is tried again with the next request, which says so.
        this.#commit().catch(() => undefined)
      })
    })
  }

  /** Requests of one turn of the event loop share one write to the log. */
  async #commit(): Promise<void> {
    if (this.#log === undefined) return
    await Promise.resolve()
    this.#log.commit()
    if (this.#log.wantsCompaction) this.#log.compact(this.#store)
  }
}
