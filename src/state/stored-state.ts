import type { RecordedState } from '../plan/recorded-state.ts'
import type { Heartbeat } from './heartbeat.ts'

/** How far a journal is already part of a snapshot. */
export interface JournalMark {
  readonly id: string
  /** Entries up to and including this number are folded in. */
  readonly entry: number
}

/** What a state file holds: the state, and which journal it was last made from. */
export interface StoredState {
  readonly state: RecordedState
  readonly journal: JournalMark | undefined
  /** Of the lock that it was written under, where that has none of its own. */
  readonly heartbeat?: Heartbeat
}
