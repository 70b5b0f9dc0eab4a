import { Status } from '../abi/constants.ts'
import { findHostFunction, hostFunctionTypeMatches } from '../abi/host-functions.ts'
import { Errno, isWasiModule } from '../abi/wasi-functions.ts'
import type { FunctionType, ModuleSummary } from '../wasm/module-parser.ts'
import { bufferFunctions } from './buffer-functions.ts'
import { calloutFunctions } from './callout-functions.ts'
import { GuestAbort } from './failure.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import { headerFunctions } from './header-functions.ts'
import { pluginFunctions } from './plugin-functions.ts'
import { runtimeFunctions } from './runtime-functions.ts'
import { storeFunctions } from './store-functions.ts'
import { streamFunctions } from './stream-functions.ts'
import { wasiFunctions } from './wasi-functions.ts'

/** Everything a module imports, or why it can't be given. */
export type BuiltImports =
  | { readonly ok: true; readonly imports: WebAssembly.Imports; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/**
 * Finds a host function for every import. A `proxy_` function that no version of the ABI has, and a WASI one that proxies don't
 * carry out, answer "unimplemented"; any other function ends the guest when it is called, and not before. Such modules run here
 * with a warning, where Envoy would not load them. A capability that is not allowed answers as Envoy's restriction does.
 */
export function buildImports(guest: Guest, module: ModuleSummary): BuiltImports {
  const env: HostFunctionTable = {
    ...headerFunctions(guest),
    ...bufferFunctions(guest),
    ...streamFunctions(guest),
    ...calloutFunctions(guest),
    ...storeFunctions(guest),
    ...pluginFunctions(guest),
    ...runtimeFunctions(guest),
  }
  const wasi = wasiFunctions(guest)
  const allowed = guest.settings.allowedCapabilities
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
  /** Imports that no proxy gives, by what they do here. */
  const odd = new Map<OddImport, string[]>()
  for (const entry of module.imports) {
    const label = `${entry.module}.${entry.name}`
    if (entry.kind !== 'function' || entry.type === undefined) {
      return { ok: false, problem: `it imports the ${entry.kind} ${label}, which no proxy gives` }
    }
    const isWasi = isWasiModule(entry.module)
    const table = isWasi ? wasi : entry.module === 'env' ? env : none
    const denied = allowed !== undefined && findHostFunction(entry.name)?.purpose !== 'runtime' && !allowed.includes(entry.name)
    const found = Object.hasOwn(table, entry.name) ? table[entry.name] : undefined
    let target: WebAssembly.ImportValue
    const warn = (what: OddImport): void => {
      odd.set(what, [...(odd.get(what) ?? []), label])
    }
    if (denied) target = constant(entry.type, isWasi ? Errno.notcapable : Status.internalFailure)
    else if (found !== undefined) {
      const spec = isWasi ? undefined : findHostFunction(entry.name)
      if (!isWasi && spec === undefined) warn('carried-out')
      else if (spec !== undefined && !spec.abi.includes(guest.abi)) warn('other-version')
      else if (spec !== undefined && !hostFunctionTypeMatches(spec, entry.type)) warn('wrong-type')
      target = found
    } else if (isWasi) target = constant(entry.type, Errno.nosys)
    else if (entry.module === 'env' && entry.name.startsWith('proxy_')) {
      warn('unimplemented')
      target = constant(entry.type, Status.unimplemented)
    } else if (entry.module === 'env' && entry.name.startsWith('__syscall')) {
      warn('nosys')
      target = constant(entry.type, -Errno.nosys)
    } else {
      warn('fatal')
      target = () => {
        throw new GuestAbort(`call of ${label}, which no proxy gives`)
      }
    }
    let group = imports[entry.module]
    if (group === undefined) {
      group = Object.create(null) as Record<string, WebAssembly.ImportValue>
      imports[entry.module] = group
    }
    group[entry.name] = guest.world.onHostCall === undefined ? target : watched(entry.name, target, guest.world.onHostCall)
  }
  const warnings = [...odd].map(([what, labels]) => {
    const { one, many } = oddImports[what]
    return `it imports ${listed(labels)}${labels.length === 1 ? one : many}, and Envoy does not load the module`
  })
  return { ok: true, imports, warnings }
}

/** What is odd about an import, and what becomes of it: what follows its name. */
const oddImports = {
  'carried-out': {
    one: ', which no proxy gives: it is carried out here',
    many: ', which no proxy gives: they are carried out here',
  },
  'other-version': {
    one: ', which proxies give to other versions of the ABI: it is carried out here',
    many: ', which proxies give to other versions of the ABI: they are carried out here',
  },
  'wrong-type': { one: ' with a type that it does not have', many: ' with types that they do not have' },
  unimplemented: {
    one: ', which no proxy gives: it answers "unimplemented" here',
    many: ', which no proxy gives: they answer "unimplemented" here',
  },
  nosys: {
    one: ', which no proxy gives: it answers ENOSYS here',
    many: ', which no proxy gives: they answer ENOSYS here',
  },
  fatal: {
    one: ', which no proxy gives: calling it ends the filter here',
    many: ', which no proxy gives: calling one of them ends the filter here',
  },
} as const
type OddImport = keyof typeof oddImports

const mostListed = 5

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, mostListed).join(', ')
  return labels.length <= mostListed ? shown : `${shown} and ${labels.length - mostListed} more`
}

/** A function that tells of its calls. */
function watched(name: string, target: WebAssembly.ImportValue, tell: (name: string) => void): WebAssembly.ImportValue {
  if (typeof target !== 'function') return target
  return (...parameters: never[]) => {
    tell(name)
    return target(...parameters)
  }
}

const none: HostFunctionTable = {}

/** A function of the type that always answers the same. */
function constant(type: FunctionType, answer: number): () => unknown {
  const result = type.results[0]
  return () => (result === undefined ? undefined : result === 'i64' ? BigInt(answer) : answer)
}
