import { type BinaryReader, MalformedModule } from './binary-reader.ts'

/**
 * Local variables that all functions of a module may declare together, far more than any compiler writes. The engine looks at each
 * when it checks a module, and can't be stopped while it does.
 */
export const mostLocals = 100_000_000

/** Types of two parts: a reference, and to what. */
const REFERENCE = 0x63
const NULLABLE_REFERENCE = 0x64

/** Counts the local variables that the bodies of a code section declare. What is malformed there is left to the engine. */
export function countLocals(bodies: BinaryReader, count: number): number {
  let total = 0
  try {
    for (let index = 0; index < count; index += 1) {
      const body = bodies.slice(bodies.u32())
      for (let groups = body.count(); groups > 0; groups -= 1) {
        total += body.u32()
        const type = body.byte()
        if (type === REFERENCE || type === NULLABLE_REFERENCE) while ((body.byte() & 0x80) !== 0);
      }
    }
  } catch (error) {
    if (!(error instanceof MalformedModule)) throw error
  }
  return total
}
