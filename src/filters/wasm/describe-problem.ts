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
    case 'malformed':
      return `it is damaged or cut short: at byte ${problem.offset}, ${problem.detail}`
  }
}
