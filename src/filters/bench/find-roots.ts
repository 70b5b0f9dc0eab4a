import { describeFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import { FilterVm } from '../host/filter-vm.ts'
import { World } from '../host/world.ts'
import { parseModule } from '../wasm/module-parser.ts'
import { takesConnections } from '../wasm/takes-connections.ts'
import { benchOptions, FilterBench } from './filter-bench.ts'
import type { HttpMessage } from './http-exchange.ts'

/** Candidates tried at most, for how long, and for how long after the first that is one: milliseconds. */
const mostCandidates = 400
const longestSearch = 4_000
const longestFurtherSearch = 500

/** Calls that are compared. */
const mostCalls = 2_000

/** Bytes of a started module's memory that are looked through. */
const mostMemory = 32 * 1024 * 1024

/** Host calls that every filter makes, whether or not it has anything to do. */
const idleCalls: ReadonlySet<string> = new Set([
  'proxy_get_property',
  'emscripten_notify_memory_growth',
  'proc_exit',
  'proxy_set_effective_context',
])

/** True when a module asks for its root id by name: C++ and AssemblyScript modules do, and may hold several filters. */
export function mayHoldRoots(wasm: Uint8Array): boolean {
  const bytes = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length)
  return bytes.includes('plugin_root_id') || bytes.includes(Buffer.from('plugin_root_id', 'utf16le'))
}

/** The root ids that a module registers. */
export interface FoundRoots {
  /** True when it does nothing, or crashes, without one of them. */
  readonly needed: boolean
  /** Likely ones first; others may have gone unseen. */
  readonly rootIds: readonly string[]
}

/** What a module does under a root id. */
interface Behaviour {
  /** The host functions that it calls, in order, and how it failed: the same for every root id that it doesn't know. */
  readonly trace: string
  /** It asks the host for nothing. */
  readonly idle: boolean
  /** It can't make a context, as SDKs do for a root that they don't know. */
  readonly refuses: boolean
}

/** A root id that nobody registers. */
const unknownRoot = 'no-root.bears+this-name'

/**
 * Finds the root ids that a module registers: the names in it with which it behaves as with no unknown one. `first` stops at one, and
 * looks for none when the module works without.
 */
export function findRoots(
  filter: FilterSettings,
  request: () => HttpMessage,
  upstream: () => HttpMessage,
  extent: 'first' | 'all',
): FoundRoots {
  const until = performance.now() + longestSearch
  const candidates = lazily(() => rootCandidates(filter))
  let needed = false
  for (const kind of takesConnections(filter.wasm) ? (['http', 'network'] as const) : (['http'] as const)) {
    const behave = (rootId: string): Behaviour => behaviour({ ...filter, rootId, kind }, request, upstream)
    const unknown = behave(unknownRoot)
    const lost = (unknown.idle || unknown.refuses) && behave('').trace === unknown.trace
    if (extent === 'first' && !lost) return { needed: false, rootIds: [] }
    needed ||= lost
    const rootIds: string[] = []
    let end = until
    for (const candidate of candidates()) {
      if (performance.now() > end) break
      const { trace, refuses } = behave(candidate)
      if (refuses || trace === unknown.trace) continue
      rootIds.push(candidate)
      if (extent === 'first') break
      if (rootIds.length === 1) end = Math.min(end, performance.now() + longestFurtherSearch)
    }
    if (rootIds.length > 0) return { needed: lost, rootIds }
  }
  return { needed, rootIds: [] }
}

function behaviour(filter: FilterSettings, request: () => HttpMessage, upstream: () => HttpMessage): Behaviour {
  const calls: string[] = []
  const bench = new FilterBench(
    benchOptions({
      filters: [filter],
      onHostCall: (name) => {
        if (!idleCalls.has(name) && calls.length < mostCalls) calls.push(name)
      },
    }),
  )
  if (bench.startFailures.length === 0) {
    if (filter.kind === 'network') {
      const connection = bench.connect()
      connection.send(Buffer.from('hello'), false)
      connection.receive(Buffer.from('hello'), false)
      connection.close('client')
    } else bench.request(request(), () => upstream())
    bench.advance(2_000)
  }
  const failure = bench.links[0]?.vm?.failure ?? bench.startFailures[0]
  const refuses = failure !== undefined && 'callback' in failure && failure.callback === 'proxy_on_context_create'
  const trace = [...calls, failure === undefined ? '' : describeFailure(failure)].join('\n')
  return { trace, idle: calls.length === 0 && failure === undefined, refuses }
}

/** A value that is worked out when it is first asked for. */
function lazily<Value>(work: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: work() }
    return made.value
  }
}

/** Names in a module that could be root ids, likely ones first: what its constructors wrote, then its constants. */
function rootCandidates(filter: FilterSettings): readonly string[] {
  const parsed = parseModule(filter.wasm)
  const section = parsed.ok ? parsed.module.dataSection : undefined
  if (section === undefined) return []
  const { wasm } = filter
  const constants = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length).toString('latin1', section.start, section.end)
  const names = new Set<string>()
  for (const [name] of constants.matchAll(/(?<![ -~])[A-Za-z][A-Za-z0-9_.-]{1,63}(?=\0)/g)) names.add(name)
  // AssemblyScript has its strings as UTF-16.
  for (const [name] of constants.matchAll(/(?<![ -~]\0)(?:[A-Za-z0-9_.-]\0){2,64}(?![ -~]\0)/g))
    names.add(name.replaceAll('\0', ''))
  const likely = (name: string): number =>
    (/root|filter|plugin|auth|_id$/i.test(name) ? 0 : 2) + (/^[a-z][a-z0-9_.-]*$/.test(name) ? 0 : 1)
  const sorted = [...names].sort((left, right) => likely(left) - likely(right))
  return [...new Set([...written(filter, constants), ...sorted])].slice(0, mostCandidates)
}

/**
 * Names that a module's constructors wrote into its memory. C++ modules copy the ids that they register, and a linker may have put
 * the constants themselves at the ends of longer ones.
 */
function written(filter: FilterSettings, constants: string): readonly string[] {
  const { startMilliseconds, seed, properties, foreignFunctions, logLevel } = benchOptions({ filters: [] })
  const world = new World<FilterVm>({ startMilliseconds, seed, properties, foreignFunctions, logLevel })
  const loaded = FilterVm.load(filter, world)
  if (!loaded.ok) return []
  const { memory } = loaded.vm
  const before = namesIn(constants)
  const after = namesIn(memory.view(0, Math.min(memory.size, mostMemory))?.toString('latin1') ?? '')
  return [...after].flatMap(([name, times]) => (times > (before.get(name) ?? 0) ? [name] : []))
}

/** Names in bytes, and how often each stands there. */
function namesIn(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [name] of text.matchAll(/(?<![ -~])[A-Za-z][A-Za-z0-9_.-]{1,63}(?![ -~])/g))
    found.set(name, (found.get(name) ?? 0) + 1)
  return found
}
