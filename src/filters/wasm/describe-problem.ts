import type { ModuleProblem } from './module-parser.ts'

/** Why bytes are not a module, as the end of a sentence: `it is empty`. */
export function describeModuleProblem(problem: ModuleProblem): string {
  switch (problem.kind) {
    case 'empty':
      return 'it is empty'
    case 'not-wasm':
      return problem.looksLike === undefined ? 'it is not a WebAssembly module' : `it looks like ${problem.looksLike}`
    case 'component':
      return 'it is a WebAssembly component, and proxies load core modules only'
    case 'unknown-version':
      return `it has binary format version ${problem.version}, expected 1`
    case 'garbage-collected':
      return 'it has types of the garbage collection proposal, which proxies do not run: build it with linear memory'
    case 'malformed':
      return `it is damaged or cut short: at byte ${problem.offset}, ${problem.detail}`
  }
}

const newerExceptions = /exnref|try_table|opcode 0x1f/i

/** True when what the engine refuses is the newer way of throwing. */
export function throwsTheNewerWay(error: unknown): boolean {
  return error instanceof WebAssembly.CompileError && newerExceptions.test(error.message)
}

/** Why the engine made no instance of a module, as the end of a sentence. Its own words stand where there are none better. */
export function describeEngineRefusal(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  const message = said.replace(/^WebAssembly\.(Module|Instance)\(\): /, '')
  if (throwsTheNewerWay(error)) {
    return "it throws exceptions the newer way (try_table and exnref), which this host's engine does not run: build it without exceptions, or with the older instructions"
  }
  if (error instanceof WebAssembly.CompileError) return `it is not valid WebAssembly for this host's engine: ${message}`
  if (error instanceof WebAssembly.RuntimeError && message === said) return `its start section crashed: ${message}`
  if (error instanceof RangeError && /call stack/i.test(said)) return 'its start section crashed: call stack exhausted'
  if (error instanceof WebAssembly.LinkError || error instanceof WebAssembly.RuntimeError)
    return `it can not be linked: ${message}`
  return message
}
