import type { MemoryLimits, ModuleSummary } from './module-parser.ts'

/** Bytes in a page of linear memory. */
export const pageSize = 65_536

/**
 * The module with its own memory bounded: the memory section is written anew with a maximum of at most `maximumPages`, so that
 * the engine itself refuses growth past it. Undefined when the module asks for more than that from the start.
 */
export function limitMemory(bytes: Uint8Array, module: ModuleSummary, maximumPages: number): Uint8Array | undefined {
  const section = module.memorySection
  if (section === undefined || module.memories.some((memory) => memory.wide)) return bytes
  const imported = module.imports.filter((entry) => entry.kind === 'memory').length
  const defined = module.memories.slice(imported)
  if (defined.some((memory) => memory.initialPages > maximumPages)) return undefined
  if (defined.every((memory) => memory.maximumPages !== undefined && memory.maximumPages <= maximumPages)) return bytes

  const body = [...leb128(defined.length), ...defined.flatMap((memory) => encodeLimits(memory, maximumPages))]
  const replacement = Uint8Array.from([5, ...leb128(body.length), ...body])
  const limited = new Uint8Array(bytes.length - (section.end - section.start) + replacement.length)
  limited.set(bytes.subarray(0, section.start))
  limited.set(replacement, section.start)
  limited.set(bytes.subarray(section.end), section.start + replacement.length)
  return limited
}

function encodeLimits(memory: MemoryLimits, maximumPages: number): number[] {
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
