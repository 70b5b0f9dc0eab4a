import type {
  BenchSetup,
  BenchState,
  ConnectionReport,
  PlainMessage,
  TcpStep,
  UnreadConfiguration,
} from '../bench/bench-session.ts'
import type { CalloutRule } from '../bench/callout-rules.ts'
import { type FoundRoots, mayHoldRoots } from '../bench/find-roots.ts'
import type { ExchangeReport, ReportedHeaders } from '../bench/report.ts'
import { type BenchLauncher, describeSandboxProblem, type SandboxedBench } from '../bench/sandboxed-bench.ts'
import { unsendableHeaders } from '../bench/unsendable-headers.ts'
import type { LogRecord } from '../host/bench-log.ts'
import { describeFailure, type FilterFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import type { MissingQueue } from '../host/shared-queues.ts'
import { parseModule } from '../wasm/module-parser.ts'
import { takesConnections } from '../wasm/takes-connections.ts'

/** How a filter is run: it gets an HTTP stream, a TCP connection, or no stream at all. */
export type RunKind = FilterSettings['kind']

/** One filter, and one stream for it. */
export interface RunOrder {
  readonly filter: FilterSettings
  /** Tries HTTP first, and a connection or a service when the filter will not make a context for what is tried. */
  readonly kind: RunKind | 'auto'
  readonly request: PlainMessage
  readonly upstream: PlainMessage
  readonly connection: readonly TcpStep[]
  readonly callouts: readonly CalloutRule[]
  readonly properties: BenchSetup['properties']
  readonly logLevel: number
  /** Virtual time that passes between configuration and request, in milliseconds. */
  readonly advanceMilliseconds: number
  /** Where the virtual clock starts, in milliseconds since 1970 in UTC. */
  readonly startMilliseconds?: number
}

/** What came of it. `problem` is a sentence when the filter could not be started, failed, or was stopped. */
export interface RunResult {
  readonly kind: RunKind
  readonly started: boolean
  readonly problem?: string
  readonly failures: readonly FilterFailure[]
  readonly warnings: readonly string[]
  /** Set when the filter was given a configuration and did not ask for it. */
  readonly unread?: UnreadConfiguration
  /** A queue that the filter asked for and nobody registered. */
  readonly missingQueue?: MissingQueue
  /** Logs, callouts and metrics of starting and of the time before the request. */
  readonly before: Pick<BenchState, 'logs' | 'callouts' | 'metrics'>
  readonly exchange?: ExchangeReport
  readonly connection?: ConnectionReport
  /** Logs, callouts and metrics of the filter's end. */
  readonly after?: Pick<BenchState, 'logs' | 'callouts' | 'metrics'>
}

/** Virtual time that a service gets to tick in, in milliseconds: no request says when it is over. */
const serviceMilliseconds = 10_000

/**
 * How long a held stream may wait, in virtual milliseconds. Filters give callouts up to a minute, and one that nobody answers has to
 * fail before the filter shows what it does then.
 */
const patience = 300_000

/** How long Envoy tries to connect before it gives a call up that has no timeout of its own: `connect_timeout` of its clusters. */
const unreachableMilliseconds = 5_000

const nothing: RunResult['before'] = { logs: [], callouts: [], metrics: [] }

/**
 * Runs a filter once in a thread of its own. Never rejects, whatever the filter does. A filter that fails with a configuration for
 * the plugin and none for the VM, or asks for the VM's alone, is tried once more with the same for both.
 */
export async function runOnce(order: RunOrder, launch: BenchLauncher): Promise<RunResult> {
  const result = await runAsAny(order, launch)
  const { configuration, vmConfiguration } = order.filter
  const unread = result.unread !== undefined
  if (configuration.length === 0 || vmConfiguration.length > 0) return result
  if (result.failures.length > 0 || result.unread?.readsVmConfiguration === true) {
    const again = await runAsAny({ ...order, filter: { ...order.filter, vmConfiguration: configuration } }, launch)
    if (again.problem === undefined) {
      const reason = unread
        ? "it reads the VM's configuration and not the plugin's"
        : 'it fails without a configuration of the VM'
      return warned(again, `${reason}, so it was given the same for both: say so with --vm-config`)
    }
  }
  return unread ? warned(result, 'it never asked for the configuration that it was given') : result
}

function warned(result: RunResult, warning: string): RunResult {
  return { ...result, warnings: [...result.warnings, warning] }
}

async function runAsAny(given: RunOrder, launch: BenchLauncher): Promise<RunResult> {
  const rootId = await rootIdFor(given, launch)
  if (rootId === undefined) return runInVm(given, launch)
  const result = await runInVm({ ...given, filter: { ...given.filter, rootId } }, launch)
  return warned(result, `without a root id it does nothing, so "${rootId}" was taken, which it registers: say so with --root-id`)
}

/** Runs a filter, and once more in the VM by whose id it looks for a queue of its own, when it was given no id. */
async function runInVm(order: RunOrder, launch: BenchLauncher): Promise<RunResult> {
  const result = await runKinds(order, launch)
  if (result.missingQueue === undefined) return result
  const { vmId, name } = result.missingQueue
  const queue = `the queue ${JSON.stringify(name)} of the VM ${JSON.stringify(vmId)}`
  if (order.filter.vmId === '' && vmId !== '') {
    const again = await runKinds({ ...order, filter: { ...order.filter, vmId } }, launch)
    if (again.missingQueue === undefined)
      return warned(again, `it looks for ${queue} and makes it itself, so that was taken as its VM's id: say so with --vm-id`)
  }
  return warned(result, `it looks for ${queue}, which nobody made: a filter test runs it behind the filter that does`)
}

/** The root id that a C++ module registers, when none is given and it does nothing without one. */
export async function rootIdFor(tried: RootSearch, launch: BenchLauncher): Promise<string | undefined> {
  if (tried.filter.rootId !== '') return undefined
  const { needed, rootIds } = await registeredRoots(tried, 'first', launch)
  return needed ? rootIds[0] : undefined
}

/** A filter whose root ids are looked for, and what is sent through it meanwhile. */
export type RootSearch = Pick<RunOrder, 'filter' | 'request' | 'upstream'>

/** The root ids that a module registers, as far as they show when it is tried in a thread of its own. */
export async function registeredRoots(
  { filter, request, upstream }: RootSearch,
  extent: 'first' | 'all',
  launch: BenchLauncher,
): Promise<FoundRoots> {
  const none: FoundRoots = { needed: false, rootIds: [] }
  if (!mayHoldRoots(filter.wasm)) return none
  const bench = launch()
  try {
    const found = await bench.send({ op: 'find-roots', filter, request, upstream, extent })
    return found.ok && found.reply.kind === 'roots' ? found.reply.roots : none
  } finally {
    await bench.close()
  }
}

async function runKinds(order: RunOrder, launch: BenchLauncher): Promise<RunResult> {
  if (order.kind !== 'auto') return runAs(order, order.kind, launch)
  const first = await runAs(order, 'http', launch)
  if (first.exchange !== undefined && takesConnections(order.filter.wasm) && didNothing(first.exchange, order)) {
    const other = await runAs(order, 'network', launch)
    return other.problem === undefined && other.connection !== undefined && other.connection.logs.length > 0 ? other : first
  }
  if (!refusesContext(first.exchange)) return first
  const second = await runAs(order, 'network', launch)
  if (!refusesContext(second.connection)) return second
  return runAs(order, 'service', launch)
}

const commandWords =
  'it was built as a WASI command, whose constructors and destructors run around every callback, in proxies too: build it as a reactor (-mexec-model=reactor)'

/** True when a linker made a module as a program with arguments, and not as a library: C++ modules built so crash. */
function isCommand(wasm: Uint8Array): boolean {
  const parsed = parseModule(wasm)
  if (!parsed.ok) return false
  const exported = new Set(parsed.module.exports.map(({ name }) => name))
  return exported.has('_start') && !exported.has('_initialize') && parsed.module.imports.some(({ name }) => name === 'args_get')
}

/** True when a filter let a request and its response pass untouched, without a word. */
function didNothing(exchange: ExchangeReport, { request, upstream }: RunOrder): boolean {
  const same = (left: ReportedHeaders, right: ReportedHeaders): boolean => JSON.stringify(left) === JSON.stringify(right)
  return (
    exchange.outcome === 'responded' &&
    exchange.failures.length + exchange.logs.length + exchange.callouts.length + exchange.metrics.length === 0 &&
    exchange.callbacks.every((callback) => callback.returned === 0) &&
    same(exchange.request.headers, request.headers) &&
    exchange.response !== undefined &&
    same(exchange.response.headers, upstream.headers)
  )
}

/**
 * SDKs crash a module that is asked for a context of a kind it has no factory for: when it is made, or, with words about it, at its
 * first callback.
 */
function refusesContext(
  report: { readonly failures: readonly FilterFailure[]; readonly logs: readonly LogRecord[] } | undefined,
): boolean {
  return (
    report?.failures.some((failure) => {
      if (!('callback' in failure)) return false
      if (failure.callback === 'proxy_on_context_create') return true
      return report.logs.some((log) => /invalid context/i.test(log.message))
    }) === true
  )
}

async function runAs(order: RunOrder, kind: RunKind, launch: BenchLauncher): Promise<RunResult> {
  const bench = launch()
  try {
    const result = await carryOut(order, kind, bench)
    const told = unansweredWarning(result).reduce(warned, result)
    const crashed = result.failures.some((failure) => failure.kind === 'trap')
    return crashed && isCommand(order.filter.wasm) ? warned(told, commandWords) : told
  } finally {
    await bench.close()
  }
}

/** Says which services a filter called in vain: what it does then is not what it is for. */
function unansweredWarning({ before, exchange, after }: RunResult): readonly string[] {
  const callouts = [...before.callouts, ...(exchange?.callouts ?? []), ...(after?.callouts ?? [])]
  const upstreams = new Set(callouts.flatMap(({ fate, upstream }) => (fate === 'answered' ? [] : [JSON.stringify(upstream)])))
  if (upstreams.size === 0) return []
  return [`nothing answered its callouts to ${[...upstreams].join(', ')}: give it answers with --callouts`]
}

async function carryOut(order: RunOrder, kind: RunKind, bench: SandboxedBench): Promise<RunResult> {
  const { properties, callouts, logLevel, startMilliseconds } = order
  const setup: BenchSetup = {
    filters: [{ ...order.filter, kind }],
    properties,
    callouts,
    foreignFunctions: {},
    logLevel,
    maximumWaitMilliseconds: patience,
    unreachableMilliseconds,
    ...(startMilliseconds === undefined ? {} : { startMilliseconds }),
  }
  const start = await bench.send({ op: 'start', setup })
  const stopped = (problem: string, before = nothing): RunResult => ({
    kind,
    started: false,
    problem,
    failures: [],
    warnings: [],
    before,
  })
  if (!start.ok) return stopped(describeSandboxProblem(start.problem))
  if (start.reply.kind !== 'state') return stopped('the bench gave no state')
  let { state } = start.reply
  const { warnings, startFailures } = state
  const unread = state.unread[0]
  const asked = ({ missingQueue }: BenchState): Pick<RunResult, 'missingQueue'> =>
    missingQueue === undefined ? {} : { missingQueue }
  if (startFailures.length > 0) {
    const problem = startFailures.map(describeFailure).join('; ')
    return { kind, started: false, problem, failures: startFailures, warnings, before: state, ...asked(state) }
  }
  const wait = order.advanceMilliseconds + (kind === 'service' ? serviceMilliseconds : 0)
  if (wait > 0) {
    const advanced = await bench.send({ op: 'advance', milliseconds: wait })
    if (!advanced.ok) return { ...stopped(describeSandboxProblem(advanced.problem), state), started: true, warnings }
    if (advanced.reply.kind === 'state') state = joined(state, advanced.reply.state)
  }
  // What a filter does when its proxy drains belongs to the run as well; that it fails then harms no stream.
  const ended = async (result: RunResult): Promise<RunResult> => {
    const over = await bench.send({ op: 'shutdown' })
    if (!over.ok) return warned(result, `at its end, ${describeSandboxProblem(over.problem)}`)
    if (over.reply.kind !== 'state') return result
    const { logs, callouts, metrics, failures: texts } = over.reply.state
    const after = { ...result, after: { logs, callouts, metrics }, ...asked(over.reply.state) }
    return result.failures.length === 0 && texts.length > 0 ? warned(after, `at its end, ${texts.join('; ')}`) : after
  }
  const base = { kind, started: true, failures: [], warnings, before: state, ...(unread === undefined ? {} : { unread }) }
  if (kind === 'service') return ended(state.failures.length === 0 ? base : { ...base, problem: state.failures.join('; ') })
  const done =
    kind === 'http'
      ? await bench.send({ op: 'run', request: order.request, upstream: order.upstream })
      : await bench.send({ op: 'connect', steps: order.connection })
  if (!done.ok) return { ...base, problem: describeSandboxProblem(done.problem) }
  if (done.reply.kind !== 'report' && done.reply.kind !== 'connection') return { ...base, problem: 'the bench gave no report' }
  const { failures } = done.reply.report
  const problem = failures.length === 0 ? {} : { problem: failures.map(describeFailure).join('; ') }
  const result = { ...base, failures, ...problem }
  if (done.reply.kind === 'connection') return ended({ ...result, connection: done.reply.report })
  const exchange = done.reply.report
  const unsendable = unsendableHeaders([...exchange.request.headers, ...(exchange.response?.headers ?? [])])
  const names = unsendable.map((name) => JSON.stringify(name)).join(', ')
  const warning = `it wrote what HTTP can not carry, such as a line break, into ${names}`
  return ended(unsendable.length === 0 ? { ...result, exchange } : warned({ ...result, exchange }, warning))
}

function joined(first: BenchState, second: BenchState): BenchState {
  return { ...second, logs: [...first.logs, ...second.logs], callouts: [...first.callouts, ...second.callouts] }
}
