import type { FilterSettings } from '../host/filter-settings.ts'
import { FilterVm } from '../host/filter-vm.ts'
import { World } from '../host/world.ts'
import { parseModule } from '../wasm/module-parser.ts'
import { benchOptions, FilterBench } from './filter-bench.ts'
import type { HttpMessage } from './http-exchange.ts'

/** Candidates tried at most, and for how long: milliseconds. */
const mostCandidates = 400
const longestSearch = 4_000

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

/**
 * Finds the root id that a module registers, when it does nothing without one: the first name found in it with which it calls the
 * host for a request. Undefined when it works without, or with none of them.
 */
export function findRootId(filter: FilterSettings, request: () => HttpMessage, upstream: () => HttpMessage): string | undefined {
  const acts = (rootId: string): boolean => {
    let calls = 0
    const bench = new FilterBench(
      benchOptions({
        filters: [{ ...filter, rootId, kind: 'http' }],
        onHostCall: (name) => {
          if (!idleCalls.has(name)) calls += 1
        },
      }),
    )
    // Some SDKs end a module that is asked for a root they don't know. Any other failure is not idleness, and has to be told.
    const [failure] = bench.startFailures
    if (failure !== undefined) {
      const unknownRoot = 'callback' in failure && failure.callback === 'proxy_on_context_create'
      return rootId === '' && !unknownRoot
    }
    bench.request(request(), () => upstream())
    bench.advance(2_000)
    return calls > 0
  }
  const until = performance.now() + longestSearch
  if (acts('')) return undefined
  for (const candidate of rootCandidates(filter)) {
    if (performance.now() > until) return undefined
    if (acts(candidate)) return candidate
  }
  return undefined
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
