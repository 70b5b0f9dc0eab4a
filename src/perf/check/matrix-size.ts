import type { PerfCheckDocument } from './perf-check-schema.ts'

/** Most cells that a matrix may have. */
export const MATRIX_LIMIT = 1_000

/** How many cells the matrix of a check has; 1 without a matrix. */
export function matrixCells({ matrix }: PerfCheckDocument): number {
  if (matrix === undefined) return 1
  const sizes = [
    matrix.meshes?.length ?? Object.keys(matrix.targets ?? {}).length,
    matrix.protocols?.length,
    matrix.connections?.length,
    matrix.rates?.length,
    matrix.payloads?.length,
  ]
  return sizes.reduce((product: number, size) => product * Math.max(1, size ?? 1), 1)
}
