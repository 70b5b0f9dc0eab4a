import { type CallbackSpec, callbackTypeProblem, findCallback, isCallbackName } from '../abi/callbacks.ts'
import { type AbiVersion, abiVersions } from '../abi/constants.ts'
import { guestCallNumber, startSection } from '../abi/guest-calls.ts'
import { boundModule } from '../wasm/bound-module.ts'
import { describeEngineRefusal, describeModuleProblem } from '../wasm/describe-problem.ts'
import { type ModuleSummary, parseModule } from '../wasm/module-parser.ts'
import type { FilterContext, RootContext } from './contexts.ts'
import { describeFailure, type FilterFailure, failureOf, GuestAbort, GuestExit, GuestFailed } from './failure.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { CalloutView, Guest } from './guest.ts'
import { GuestMemory } from './guest-memory.ts'
import { buildImports } from './imports.ts'
import { nanosecondsPerMillisecond } from './virtual-clock.ts'
import type { World } from './world.ts'

const rootContextId = 1
const noView: CalloutView = {}
const noStatus = { code: 0, message: '' } as const

type GuestFunction = (...parameters: number[]) => unknown

interface Callback {
  readonly spec: CallbackSpec
  readonly call: GuestFunction
  /** Where guestCallNames has it. */
  readonly number: number
}

/** A filter that could be made, or why not. `warnings` are what a proxy would trip over and the bench does not. */
export type LoadedFilter =
  | { readonly ok: true; readonly vm: FilterVm; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly failure: FilterFailure; readonly warnings: readonly string[] }

/**
 * One instance of a filter's module with its root context. It knows the ABI's conventions for calling the guest; it does not
 * know what streams are. A call that fails throws GuestFailed and leaves the instance unusable.
 */
export class FilterVm implements Guest {
  readonly settings: FilterSettings
  readonly abi: AbiVersion
  readonly world: World<FilterVm>
  readonly memory = new GuestMemory()
  readonly root: RootContext = { kind: 'root', id: rootContextId, done: false }
  calloutView: CalloutView = noView
  callStatus: { readonly code: number; readonly message: string } = noStatus
  configuring = false
  /** Which configurations the guest has asked for so far. */
  readonly asked = { vm: false, plugin: false }
  /** Set once the guest has failed. */
  failure: FilterFailure | undefined
  /** Between ticks, in nanoseconds; 0 is none. */
  tickPeriod = 0n
  /** When the next tick is due on the virtual clock. */
  nextTick = 0n
  #current: FilterContext = this.root
  #effective: FilterContext | undefined
  readonly #contexts = new Map<number, FilterContext>([[rootContextId, this.root]])
  readonly #callbacks = new Map<string, Callback>()
  #exports: Readonly<Record<string, unknown>> = {}
  #lastHttpCallout = 0
  #lastGrpcCallout = 0

  private constructor(settings: FilterSettings, abi: AbiVersion, world: World<FilterVm>) {
    this.settings = settings
    this.abi = abi
    this.world = world
  }

  /** Checks, compiles and instantiates the module and calls its start functions. Nothing is configured yet. */
  static load(settings: FilterSettings, world: World<FilterVm>): LoadedFilter {
    let warnings: readonly string[] = []
    const failed = (failure: FilterFailure): LoadedFilter => ({ ok: false, failure, warnings })
    const refuse = (message: string): LoadedFilter => failed({ kind: 'load', filter: settings.name, message })
    const parsed = parseModule(settings.wasm)
    if (!parsed.ok) return refuse(describeModuleProblem(parsed.problem))
    const abi = abiVersionOf(parsed.module)
    if (abi === undefined) return refuse(versionProblem(parsed.module))
    if (parsed.module.memories.some((memory) => memory.shared))
      return refuse('its memory is shared between threads, and no proxy gives a filter threads')
    if (parsed.module.memories.some((memory) => memory.wide))
      return refuse('its memory has 64-bit addresses, and Proxy-Wasm passes 32-bit ones: build it for wasm32')
    const vm = new FilterVm(settings, abi, world)
    const imports = buildImports(vm, parsed.module)
    if (!imports.ok) return refuse(imports.problem)
    warnings = imports.warnings
    try {
      const module = compile(settings.wasm, parsed.module, settings.memoryLimitPages)
      if (typeof module === 'string') return refuse(module)
      world.inGuest(guestCallNumber(startSection))
      const instance = new WebAssembly.Instance(module, imports.imports)
      const problem = vm.#bind(instance, parsed.module)
      if (problem !== undefined) return refuse(problem)
    } catch (error) {
      if (error instanceof GuestExit || error instanceof GuestAbort) return failed(failureOf(error, settings.name, startSection))
      return refuse(describeEngineRefusal(error))
    } finally {
      world.inGuest(0)
    }
    try {
      vm.#start()
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
      return failed(error.failure)
    }
    return { ok: true, vm, warnings }
  }

  /** Finds the memory, the allocator and the callbacks that the host may call. */
  #bind(instance: WebAssembly.Instance, module: ModuleSummary): string | undefined {
    this.#exports = instance.exports
    const memory = instance.exports.memory
    if (!(memory instanceof WebAssembly.Memory)) return 'it exports no memory'
    const allocate = this.#function('malloc') ?? this.#function('proxy_on_memory_allocate')
    this.memory.attach(memory, (size) => Number(allocate?.(size) ?? 0))
    const allowed = this.settings.allowedCapabilities
    for (const { name, kind, type } of module.exports) {
      const spec = kind === 'function' ? findCallback(name) : undefined
      const call = this.#function(name)
      if (spec === undefined || type === undefined || call === undefined) continue
      if (spec.abi !== undefined && !spec.abi.includes(this.abi)) continue
      if (allowed !== undefined && !allowed.includes(name)) continue
      const problem = callbackTypeProblem(spec, type)
      if (problem !== undefined) return `its ${name} ${problem}`
      this.#callbacks.set(name, { spec, call, number: guestCallNumber(name) })
    }
    return undefined
  }

  #function(name: string): GuestFunction | undefined {
    const value = Object.hasOwn(this.#exports, name) ? this.#exports[name] : undefined
    return isGuestFunction(value) ? value : undefined
  }

  /** Runs the module's constructors and main, the reactor way (`_initialize`) or the command way (`_start`). */
  #start(): void {
    const initialize = this.#function('_initialize')
    if (initialize !== undefined) {
      this.#guard('_initialize', initialize)
      const main = this.#function('main')
      if (main !== undefined) this.#guard('main', () => main(0, 0))
      else this.#guard('__main_void', this.#function('__main_void') ?? (() => undefined))
    } else {
      // Modules that export neither are reactors of old linkers: their constructors stand under a name of their own.
      const start = this.#function('_start') ?? this.#function('__wasm_call_ctors') ?? (() => undefined)
      this.#guard('_start', start)
    }
  }

  /** Calls into the guest. A clean exit ends a start function as well as a return does. */
  #guard(name: string, call: () => unknown): unknown {
    this.world.inGuest(guestCallNumber(name))
    try {
      return call()
    } catch (error) {
      const starting = name.startsWith('_') || name === 'main'
      if (starting && error instanceof GuestExit && error.code === 0) return undefined
      this.failure = failureOf(error, this.settings.name, name)
      throw new GuestFailed(this.failure)
    } finally {
      this.world.inGuest(0)
    }
  }

  /** True when the guest exports the callback and may be called with it. */
  has(callback: string): boolean {
    return this.#callbacks.has(callback)
  }

  /**
   * Calls a callback for a context; undefined when the guest doesn't have it. Parameters that only later versions of the ABI have
   * are dropped by the engine for a guest that takes fewer.
   */
  call(callback: string, context: FilterContext, first = 0, second = 0, third = 0, fourth = 0): number | undefined {
    const target = this.#callbacks.get(callback)
    if (target === undefined) return undefined
    if (this.failure !== undefined) throw new GuestFailed(this.failure)
    const previous = this.#current
    const previousEffective = this.#effective
    this.#current = context
    this.#effective = undefined
    this.world.inGuest(target.number)
    try {
      const result = target.call(context.id, first, second, third, fourth)
      return target.spec.returns ? Number(result) >>> 0 : undefined
    } catch (error) {
      this.failure = failureOf(error, this.settings.name, callback)
      throw new GuestFailed(this.failure)
    } finally {
      this.#current = previous
      this.#effective = previousEffective
      this.world.inGuest(0)
    }
  }

  /** Starts the plugin: its root context, the VM's configuration, the plugin's. Throws GuestFailed when the guest won't. */
  configure(): void {
    this.call('proxy_on_context_create', this.root, 0)
    if (this.call('proxy_on_vm_start', this.root, this.settings.vmConfiguration.length) === 0) this.#reject('proxy_on_vm_start')
    this.configuring = true
    try {
      if (this.call('proxy_on_configure', this.root, this.settings.configuration.length) === 0) this.#reject('proxy_on_configure')
    } finally {
      this.configuring = false
    }
  }

  #reject(callback: string): never {
    this.failure = { kind: 'rejected', filter: this.settings.name, callback }
    throw new GuestFailed(this.failure)
  }

  /** Tells the guest of a new stream's context. */
  open(context: FilterContext): void {
    this.#contexts.set(context.id, context)
    this.call('proxy_on_context_create', context, rootContextId)
  }

  /** Forgets a stream's context. */
  close(context: FilterContext): void {
    this.#contexts.delete(context.id)
  }

  /** Calls a callback of the root context that tells of a callout, with the answer in view while it runs. */
  callWithAnswer(
    callback: string,
    view: CalloutView,
    status: { readonly code: number; readonly message: string },
    ...parameters: readonly [callout: number, ...sizes: [number?, number?, number?]]
  ): void {
    this.calloutView = view
    this.callStatus = status
    try {
      this.call(callback, this.root, ...parameters)
    } finally {
      this.calloutView = noView
      this.callStatus = noStatus
    }
  }

  context(): FilterContext {
    return this.#effective ?? this.#current
  }

  setEffectiveContext(id: number): boolean {
    const context = this.#contexts.get(id)
    if (context === undefined) return false
    this.#effective = context
    return true
  }

  nextHttpCalloutId(): number {
    this.#lastHttpCallout += 1
    return this.#lastHttpCallout
  }

  /** Calls get odd numbers and streams even ones, as in Envoy. */
  nextGrpcCalloutId(kind: 'grpc-call' | 'grpc-stream'): number {
    const odd = kind === 'grpc-call'
    this.#lastGrpcCallout += (this.#lastGrpcCallout % 2 === 1) === odd ? 2 : 1
    return this.#lastGrpcCallout
  }

  setTickPeriod(milliseconds: number): void {
    this.tickPeriod = BigInt(milliseconds) * nanosecondsPerMillisecond
    this.nextTick = this.world.clock.now + this.tickPeriod
  }

  /** The failure as a sentence, for logs. */
  get failureText(): string | undefined {
    return this.failure === undefined ? undefined : describeFailure(this.failure)
  }
}

function isGuestFunction(value: unknown): value is GuestFunction {
  return typeof value === 'function'
}

/** The newest version of the ABI that the module says it speaks. */
export function abiVersionOf(module: ModuleSummary): AbiVersion | undefined {
  const exported = new Set(module.exports.map((entry) => entry.name))
  return abiVersions.findLast((version) => exported.has(`proxy_abi_version_${version.replaceAll('.', '_')}`))
}

/** Why a module without a version of the ABI that is known can't be run, as a proxy has it. */
function versionProblem(module: ModuleSummary): string {
  const names = module.exports.map((entry) => entry.name)
  const versions = names.filter((name) => name.startsWith('proxy_abi_version_'))
  if (versions.length > 0) return `it exports ${versions.slice(0, 3).join(', ')}, a version of the ABI that no proxy knows`
  if (names.some(isCallbackName))
    return 'it has callbacks and no proxy_abi_version_* marker: it is from before the ABI had versions, and no proxy of today loads it'
  return 'it exports no proxy_abi_version_* marker, so it is not a Proxy-Wasm filter'
}

const compiled = new WeakMap<Uint8Array, Map<number, WebAssembly.Module>>()

/** Compiles a bounded module, once for the same bytes, as long as somebody holds them. A text is why it can't be bounded. */
function compile(bytes: Uint8Array, summary: ModuleSummary, maximumPages: number): WebAssembly.Module | string {
  const known = compiled.get(bytes) ?? new Map<number, WebAssembly.Module>()
  const before = known.get(maximumPages)
  if (before !== undefined) return before
  const bounded = boundModule(bytes, summary, maximumPages)
  if (!bounded.ok) return bounded.problem
  const module = new WebAssembly.Module(bounded.bytes)
  compiled.set(bytes, known.set(maximumPages, module))
  return module
}
