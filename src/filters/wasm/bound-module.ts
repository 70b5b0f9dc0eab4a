import { mostLocals } from './count-locals.ts'
import type { MemoryLimits, ModuleSummary, TableLimits } from './module-parser.ts'

/** Bytes in a page of linear memory. */
export const pageSize = 65_536

/**
 * Entries that all tables of a module may have together, far more than any toolchain writes. The engine keeps tables among the
 * objects of its heap, and one that is filled by them can not be stopped.
 */
const mostTableEntries = 1_000_000

export type BoundModule =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** The module asks for more from the start; `problem` is the end of a sentence. */
  | { readonly ok: false; readonly problem: string }

/**
 * The module with its own memory and tables bounded: their sections are written anew with a maximum, so that the engine itself
 * refuses growth past it.
 */
export function boundModule(bytes: Uint8Array, module: ModuleSummary, maximumPages: number): BoundModule {
  const replaced: Section[] = []
  const { memorySection, tableSection, tables } = module
  const tooMany = localsProblem(module)
  if (tooMany !== undefined) return { ok: false, problem: tooMany }
  if (tableSection !== undefined) {
    if (tables === undefined) return { ok: false, problem: 'its tables have a form that no proxy reads' }
    const initial = tables.reduce((total, table) => total + table.initial, 0)
    if (initial > mostTableEntries)
      return { ok: false, problem: `its tables start with ${initial} entries, and ${mostTableEntries} are the most` }
    const spare = Math.floor((mostTableEntries - initial) / Math.max(1, tables.length))
    replaced.push({
      ...tableSection,
      id: 4,
      body: [...leb128(tables.length), ...tables.flatMap((table) => encodeTable(table, spare))],
    })
  }
  if (memorySection !== undefined && !module.memories.some((memory) => memory.wide)) {
    const imported = module.imports.filter((entry) => entry.kind === 'memory').length
    const defined = module.memories.slice(imported)
    if (defined.some((memory) => memory.initialPages > maximumPages)) {
      return { ok: false, problem: `its memory starts above the limit of ${(maximumPages * pageSize) >> 20} MiB` }
    }
    const body = [...leb128(defined.length), ...defined.flatMap((memory) => encodeMemory(memory, maximumPages))]
    replaced.push({ ...memorySection, id: 5, body })
  }
  return { ok: true, bytes: replaceSections(bytes, replaced) }
}

/** Why a module's local variables are too many for the engine to look at, as the end of a sentence. */
export function localsProblem({ localCount }: ModuleSummary): string | undefined {
  return localCount > mostLocals
    ? `its functions declare ${localCount} local variables, and ${mostLocals} are the most`
    : undefined
}

/** A section to be written in the place of one that the file has. */
interface Section {
  readonly start: number
  readonly end: number
  readonly id: number
  readonly body: readonly number[]
}

/** The bytes with sections replaced, which are given in the order in which they stand. */
function replaceSections(bytes: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts: Uint8Array[] = []
  let at = 0
  for (const { start, end, id, body } of sections) {
    parts.push(bytes.subarray(at, start), Uint8Array.from([id, ...leb128(body.length), ...body]))
    at = end
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(at)])
}

function encodeTable({ element, initial, maximum }: TableLimits, spare: number): number[] {
  return [element, 1, ...leb128(initial), ...leb128(Math.min(maximum ?? initial + spare, initial + spare))]
}

function encodeMemory(memory: MemoryLimits, maximumPages: number): number[] {
  const maximum = Math.min(memory.maximumPages ?? maximumPages, maximumPages)
  return [memory.shared ? 3 : 1, ...leb128(memory.initialPages), ...leb128(maximum)]
}

function leb128(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return bytes
}
