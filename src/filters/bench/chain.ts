import type { Action } from '../abi/constants.ts'
import type { FilterFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import type { FilterVm } from '../host/filter-vm.ts'

/** One filter's place in the chain. Without `vm` it could not be started, and its failure policy decides. */
export interface ChainLink {
  readonly settings: FilterSettings
  readonly vm: FilterVm | undefined
  readonly failure: FilterFailure | undefined
}

/** One callback that was called for a stream and what came back. */
export interface CallbackTrace {
  readonly filter: string
  readonly callback: string
  /** Of callbacks that answer with an action. */
  readonly action?: Action
  /** The action's number as the guest gave it. */
  readonly returned?: number
}
