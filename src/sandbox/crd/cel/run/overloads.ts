import type { CelValue } from './values.ts'

/** Functions by name. Each answers undefined to arguments that it has no overload for. */
export interface CelFunctions {
  readonly [name: string]: (...args: readonly CelValue[]) => CelValue | undefined
}
