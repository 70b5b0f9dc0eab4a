import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import type { Controller, ControllerWorld, SimulationOptions } from './controller.ts'
import type { ControllerEvent, ControllerHost, KindKey } from './controller-host.ts'
import { controllers } from './controllers.ts'
import { EventRecorder, type Report } from './event-recorder.ts'
import { FailureSwitches } from './failure-switches.ts'
import { publishedConfigMaps } from './namespace-controller.ts'
import { isTerminating, nameOf, ObjectCache, type ObjectName } from './object-cache.ts'
import { encodeSuffix, hashText } from './pod-template.ts'

/** How the simulation runs; what is left out has a default that settles within a few milliseconds. */
export interface ControllerOptions extends Partial<SimulationOptions> {
  /** From a change to the controllers' answer in milliseconds; changes in between are taken together. 1 when left out. */
  readonly batchDelayMs?: number
  /** Failures to switch on and off from outside. */
  readonly failures?: FailureSwitches
}

/** The running controllers. */
export interface RunningControllers {
  /** Stops them for good; nothing is called back after it. */
  readonly stop: () => void
}

const defaults: SimulationOptions = {
  podStartDelayMs: 2,
  jobRunDelayMs: 5,
  namespaceEndDelayMs: 12,
  namespaceConfigMaps: publishedConfigMaps,
  defaultServiceAccounts: false,
}

/** Controllers work so long in one go before requests have their turn, in milliseconds. */
const longestTurnMs = 20

const podNetworkSize = 2 ** 16 - 512
/** 10.244.1.2: the first two of a node's range are the range's own and the node's. */
const firstPodAddress = 258

/** Hands out addresses of 10.244.0.0/16 in order, passing over those that pods hold from an earlier run. */
function podAddresses(held: ReadonlySet<string>): () => string {
  let count = 0
  return () => {
    for (let tries = 0; tries < podNetworkSize; tries += 1) {
      const place = firstPodAddress + (count % podNetworkSize)
      count += 1
      const address = `10.244.${place >> 8}.${place & 255}`
      if (!held.has(address)) return address
    }
    return '10.244.255.254'
  }
}

function addressesOf(pods: readonly JsonObject[]): ReadonlySet<string> {
  return new Set(pods.map((pod) => textAt(objectAt(pod, 'status'), 'podIP')))
}

/** A host whose writes are in the cache at once, however late it calls its watchers. */
function rememberWrites(host: ControllerHost, cache: ObjectCache, isKept: (kind: KindKey) => boolean): ControllerHost {
  const remember = (kind: KindKey, object: JsonObject | undefined): JsonObject | undefined => {
    if (object !== undefined && isKept(kind)) cache.put(kind, object)
    return object
  }
  return {
    ...host,
    create: (kind, object) => remember(kind, host.create(kind, object)),
    tryCreate: (kind, object) => {
      const outcome = host.tryCreate(kind, object)
      if (outcome.ok) remember(kind, outcome.object)
      return outcome
    },
    update: (kind, object) => {
      const updated = host.update(kind, object)
      const { namespace, name } = nameOf(object)
      // One that waited for its last finalizer is gone with it.
      const isGone = updated !== undefined && isTerminating(updated) && host.get(kind, namespace, name) === undefined
      if (!isGone) return remember(kind, updated)
      cache.accept({ type: 'DELETED', kind, object: updated })
      return updated
    },
    bind: (pod) => remember('/Pod', host.bind(pod)),
    updateStatus: (kind, object) => remember(kind, host.updateStatus(kind, object)),
    delete: (kind, namespace, name) => {
      const known = cache.get(kind, { namespace, name })
      const deleted = host.delete(kind, namespace, name)
      const left = host.get(kind, namespace, name)
      if (left !== undefined && isKept(kind)) cache.put(kind, left)
      else if (known !== undefined) cache.accept({ type: 'DELETED', kind, object: known })
      return deleted
    },
  }
}

function byKind(
  all: readonly Controller[],
  kindsOf: (controller: Controller) => readonly KindKey[],
): ReadonlyMap<KindKey, readonly Controller[]> {
  const found = new Map<KindKey, Controller[]>()
  for (const controller of all) {
    for (const kind of kindsOf(controller)) {
      const known = found.get(kind)
      if (known === undefined) found.set(kind, [controller])
      else known.push(controller)
    }
  }
  return found
}

interface Look {
  readonly due: number
  readonly cancel: () => void
}

interface Work {
  readonly controller: Controller
  readonly name: ObjectName
}

/**
 * Runs the controllers on a host. Changes are gathered and worked off together in the controllers' order, pods before what
 * counts them, so that a rollout costs few writes and the work grows with the number of changed objects alone. Events go to
 * the recorder.
 */
export function startControllers(
  host: ControllerHost,
  options: ControllerOptions = {},
  recorder: EventRecorder = new EventRecorder(host),
): RunningControllers {
  const { batchDelayMs = 1, failures = new FailureSwitches(), ...simulation } = options
  const cache = new ObjectCache()
  const order = controllers()
  const watchers = byKind(order, (controller) => controller.watches)
  const restorers = byKind(order, (controller) => controller.restores ?? [])
  const ownHost = rememberWrites(host, cache, (kind) => watchers.has(kind))
  const report = (object: JsonObject, said: Report): void => recorder.report(object, said)
  const queues = new Map<Controller, Map<string, ObjectName>>(order.map((controller) => [controller, new Map()]))
  const looks = new Map<string, Look>()
  let cancelDrain: (() => void) | undefined
  let stopped = false
  // Names go on where no earlier run has been.
  let suffixes = host.now().getTime()

  const enqueue = ({ controller, name }: Work): void => {
    if (controller.immediate === true) return controller.reconcile(name, worldOf({ controller, name }))
    queues.get(controller)?.set(`${name.namespace}/${name.name}`, name)
    if (stopped || cancelDrain !== undefined) return
    cancelDrain = host.schedule(batchDelayMs, drain)
  }

  const lookAgain = (work: Work, delayMs: number): void => {
    const key = `${work.controller.name} ${work.name.namespace}/${work.name.name}`
    const due = host.elapsedMs() + delayMs
    const planned = looks.get(key)
    if (stopped || (planned !== undefined && planned.due <= due)) return
    planned?.cancel()
    const cancel = host.schedule(Math.max(delayMs, 0), () => {
      looks.delete(key)
      enqueue(work)
    })
    looks.set(key, { due, cancel })
  }

  const worldOf = (work: Work): ControllerWorld => ({
    host: ownHost,
    cache,
    failures,
    options: { ...defaults, ...simulation },
    report,
    lookAgain: (delayMs) => lookAgain(work, delayMs),
    uniqueSuffix: (seed) => {
      suffixes += 1
      return encodeSuffix(hashText(`${seed}/${suffixes}`), 5)
    },
    nextPodAddress,
  })

  function drain(): void {
    cancelDrain = undefined
    const until = host.elapsedMs() + longestTurnMs
    for (const controller of order) {
      const queue = queues.get(controller)
      if (queue === undefined || queue.size === 0) continue
      for (const [key, name] of [...queue]) {
        if (stopped) return
        if (host.elapsedMs() > until) {
          cancelDrain ??= host.schedule(0, drain)
          return
        }
        queue.delete(key)
        controller.reconcile(name, worldOf({ controller, name }))
      }
    }
  }

  const notice = (event: ControllerEvent): void => {
    if (stopped) return
    if (event.type === 'DELETED') {
      for (const controller of restorers.get(event.kind) ?? []) {
        for (const name of controller.concerned(event.kind, event.object, cache)) enqueue({ controller, name })
      }
    }
    const interested = watchers.get(event.kind)
    if (interested === undefined) return
    const before = event.type === 'ADDED' ? undefined : cache.get(event.kind, nameOf(event.object))
    cache.accept(event)
    for (const controller of interested) {
      // Labels may have moved the object away from those that it concerned before.
      for (const object of before === undefined ? [event.object] : [before, event.object]) {
        for (const name of controller.concerned(event.kind, object, cache)) enqueue({ controller, name })
      }
    }
  }

  const existing = new Map([...watchers.keys()].map((kind) => [kind, host.list(kind)]))
  const nextPodAddress = podAddresses(addressesOf(existing.get('/Pod') ?? []))
  for (const [kind, objects] of existing) for (const object of objects) cache.put(kind, object)
  for (const [kind, objects] of existing) for (const object of objects) notice({ type: 'ADDED', kind, object })
  const unwatch = host.watch(notice)
  const forget = failures.onChange(() => {
    for (const pod of [...cache.all('/Pod')]) notice({ type: 'MODIFIED', kind: '/Pod', object: pod })
  })
  return {
    stop: () => {
      stopped = true
      unwatch()
      forget()
      cancelDrain?.()
      for (const look of looks.values()) look.cancel()
      looks.clear()
    },
  }
}
