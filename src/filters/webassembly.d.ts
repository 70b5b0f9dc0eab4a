/**
 * The part of the WebAssembly JavaScript API that the bench uses (https://webassembly.github.io/spec/js-api/). The compiler is
 * run without the browser's library, so these are declared here.
 */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag'
  type ImportValue = ((...parameters: never[]) => unknown) | Memory | object
  type Imports = Record<string, Record<string, ImportValue>>

  class Module {
    constructor(bytes: Uint8Array)
    static exports(module: Module): { readonly name: string; readonly kind: ImportExportKind }[]
    static imports(module: Module): { readonly module: string; readonly name: string; readonly kind: ImportExportKind }[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Readonly<Record<string, unknown>>
  }

  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum?: number })
    readonly buffer: ArrayBuffer
    /** Adds pages of 64 KiB; throws past the maximum. */
    grow(pages: number): number
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Uint8Array): boolean
  function compile(bytes: Uint8Array): Promise<Module>
}
