import { Status } from '../abi/constants.ts'
import { findHostFunction } from '../abi/host-functions.ts'
import { Errno, isWasiModule } from '../abi/wasi-functions.ts'
import type { FunctionType, ModuleSummary } from '../wasm/module-parser.ts'
import { bufferFunctions } from './buffer-functions.ts'
import { calloutFunctions } from './callout-functions.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import { headerFunctions } from './header-functions.ts'
import { pluginFunctions } from './plugin-functions.ts'
import { storeFunctions } from './store-functions.ts'
import { streamFunctions } from './stream-functions.ts'
import { wasiFunctions } from './wasi-functions.ts'

/** Everything a module imports, or why it can't be given. */
export type BuiltImports =
  | { readonly ok: true; readonly imports: WebAssembly.Imports; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/**
 * Finds a host function for every import. A `proxy_` function that no version of the ABI has, and a WASI one that proxies don't
 * carry out, answer "unimplemented": such modules run here with a warning, where Envoy would not load them. A capability that is
 * not allowed answers as Envoy's restriction does.
 */
export function buildImports(guest: Guest, module: ModuleSummary): BuiltImports {
  const env: HostFunctionTable = {
    ...headerFunctions(guest),
    ...bufferFunctions(guest),
    ...streamFunctions(guest),
    ...calloutFunctions(guest),
    ...storeFunctions(guest),
    ...pluginFunctions(guest),
  }
  const wasi = wasiFunctions(guest)
  const allowed = guest.settings.allowedCapabilities
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
  const warnings: string[] = []
  for (const entry of module.imports) {
    const label = `${entry.module}.${entry.name}`
    if (entry.kind !== 'function' || entry.type === undefined) {
      return { ok: false, problem: `it imports the ${entry.kind} ${label}, which no proxy gives` }
    }
    const isWasi = isWasiModule(entry.module)
    if (!isWasi && entry.module !== 'env') return { ok: false, problem: `it imports ${label}, which no proxy gives` }
    const table = isWasi ? wasi : env
    const denied = allowed !== undefined && findHostFunction(entry.name)?.purpose !== 'runtime' && !allowed.includes(entry.name)
    const found = Object.hasOwn(table, entry.name) ? table[entry.name] : undefined
    let target: WebAssembly.ImportValue
    if (denied) target = constant(entry.type, isWasi ? Errno.notcapable : Status.internalFailure)
    else if (found !== undefined) target = found
    else if (isWasi) target = constant(entry.type, Errno.nosys)
    else if (entry.name.startsWith('proxy_')) {
      warnings.push(
        `it imports ${label}, which is in no version of the ABI: it answers "unimplemented" here, and Envoy does not load the module`,
      )
      target = constant(entry.type, Status.unimplemented)
    } else return { ok: false, problem: `it imports ${label}, which no proxy gives` }
    let group = imports[entry.module]
    if (group === undefined) {
      group = Object.create(null) as Record<string, WebAssembly.ImportValue>
      imports[entry.module] = group
    }
    group[entry.name] = target
  }
  return { ok: true, imports, warnings }
}

/** A function of the type that always answers the same. */
function constant(type: FunctionType, answer: number): () => unknown {
  const result = type.results[0]
  return () => (result === undefined ? undefined : result === 'i64' ? BigInt(answer) : answer)
}
