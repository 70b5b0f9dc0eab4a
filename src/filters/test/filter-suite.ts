import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import type { FilterTest } from './filter-test.ts'

/** Filters and the tests of them, from a file or a design; or why they can't be run. */
export interface FilterSuite {
  /** The file's path, or the component's address. */
  readonly name: string
  readonly filters: readonly FilterSettings[]
  readonly tests: readonly FilterTest[]
  readonly diagnostics: readonly Diagnostic[]
}
