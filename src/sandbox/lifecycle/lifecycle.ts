import type { ApiContext } from '../api/api-context.ts'
import { EventRecorder } from '../controllers/event-recorder.ts'
import { type ControllerOptions, startControllers } from '../controllers/start-controllers.ts'
import { DefinitionLifecycle } from '../crd/definition-lifecycle.ts'
import type { StoreEvent } from '../store/object-store.ts'
import { GarbageCollector } from './garbage-collector.ts'
import { NamespaceLifecycle } from './namespace-lifecycle.ts'
import { QuotaStatus } from './quota-status.ts'
import { storeControllerHost } from './store-controller-host.ts'

/** One of the server's own parts: notes changes, and does its work when asked. */
interface Worker {
  accept(event: StoreEvent): void
  readonly isPending: boolean
  run(): void
}

/** Everything that happens in a cluster by itself. */
export class Lifecycle {
  readonly #workers: readonly Worker[]
  readonly #stops: (() => void)[] = []
  #scheduled: NodeJS.Immediate | undefined
  #stopped = false

  constructor(context: ApiContext, controllers: ControllerOptions) {
    const { host, stop } = storeControllerHost(context)
    const recorder = new EventRecorder(host)
    const garbage = new GarbageCollector(context, (object, report) => recorder.report(object, report))
    const { namespaceEndDelayMs: pause = 12 } = controllers
    const namespaces = new NamespaceLifecycle(context, pause === 0 ? undefined : (then) => this.#later(pause, then))
    this.#workers = [new DefinitionLifecycle(context), garbage, namespaces, new QuotaStatus(context)]
    this.#stops.push(
      context.store.subscribe((event) => {
        for (const worker of this.#workers) worker.accept(event)
        this.#schedule()
      }),
    )
    const running = startControllers(host, controllers, recorder)
    this.#stops.push(running.stop, stop)
    this.#schedule()
  }

  /** Stops everything for good. */
  stop(): void {
    this.#stopped = true
    clearImmediate(this.#scheduled)
    for (const stop of this.#stops) stop()
  }

  #later(delayMs: number, then: () => void): void {
    const timer = setTimeout(() => {
      then()
      this.#schedule()
    }, delayMs)
    this.#stops.push(() => clearTimeout(timer))
  }

  #schedule(): void {
    if (this.#stopped || this.#scheduled !== undefined || !this.#workers.some((worker) => worker.isPending)) return
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined
      for (const worker of this.#workers) if (worker.isPending) worker.run()
      this.#schedule()
    })
  }
}
