import type { DeployRecord, PendingEffect, RecordedState } from '../plan/recorded-state.ts'
import type { JournalHeader } from './journal-entry.ts'
import type { Journal } from './journal-file.ts'
import { StateProgress } from './state-progress.ts'
import type { JournalMark, StoredState } from './stored-state.ts'

/** An operation that left a journal behind. */
export interface LeftOperation {
  readonly operation: DeployRecord['operation']
  readonly author: string
  /** RFC 3339. */
  readonly startedAt: string
  /** True when it had done all its work and only the snapshot was not written any more. */
  readonly ended: boolean
  /** Results folded into the state. */
  readonly folded: number
  /** A last, unfinished line was dropped: what it said had not been begun. */
  readonly torn: boolean
}

/** What was found and done about journals left behind, for the user to read. */
export interface RecoveryReport {
  readonly operations: readonly LeftOperation[]
  readonly folded: number
  /** Objects that may or may not exist: the next plan looks for them. */
  readonly pending: readonly PendingEffect[]
}

/** What comes of a snapshot and the journals beside it. */
export interface Recovery {
  readonly stored: StoredState
  /** Undefined when no journal said anything new. */
  readonly report: RecoveryReport | undefined
  /** Journals that are part of `stored` now and can go once it is written. */
  readonly obsolete: readonly string[]
}

/**
 * Folds journals into a snapshot. Pure, and the same for every reader: a plan that only reads comes to the same serial and the same
 * state as the apply that later writes it down. Each journal that says something new counts as one write.
 */
export function recover(stored: StoredState, journals: readonly Journal[]): Recovery {
  const operations: LeftOperation[] = []
  let current = stored
  for (const journal of order(journals, stored)) {
    if (journal.header === undefined) continue
    const after = skipOf(journal, journal.header, current)
    const folded =
      after === undefined ? keepOpen(journal, journal.header, current) : fold(journal, journal.header, current, after)
    if (folded === undefined) continue
    current = folded.stored
    operations.push(folded.operation)
  }
  return {
    stored: current,
    report:
      operations.length === 0
        ? undefined
        : {
            operations,
            folded: operations.reduce((sum, operation) => sum + operation.folded, 0),
            pending: current.state.pending ?? [],
          },
    obsolete: journals.map(({ id }) => id),
  }
}

/** The journal that goes on from the snapshot first; then the oldest. */
function order(journals: readonly Journal[], stored: StoredState): readonly Journal[] {
  const rank = (journal: Journal) =>
    journal.header !== undefined && skipOf(journal, journal.header, stored) !== undefined ? 0 : 1
  const begun = (journal: Journal) => journal.header?.startedAt ?? ''
  return [...journals].sort((a, b) => rank(a) - rank(b) || compare(begun(a), begun(b)) || compare(a.id, b.id))
}

/** Up to which entry the journal is in the snapshot already; undefined when it does not go on from this snapshot. */
function skipOf(journal: Journal, header: JournalHeader, { state, journal: mark }: StoredState): number | undefined {
  if (mark !== undefined && mark.id === journal.id) return mark.entry
  const sameLineage = state.lineage === '' || state.lineage === header.lineage
  return sameLineage && state.serial === header.serial ? 0 : undefined
}

interface Folded {
  readonly stored: StoredState
  readonly operation: LeftOperation
}

function fold(journal: Journal, header: JournalHeader, { state }: StoredState, after: number): Folded | undefined {
  const begun = new Set(journal.entries.flatMap(({ entry }) => (entry.type === 'intent' ? [entry.intent.id] : [])))
  const pending = (state.pending ?? []).filter((effect) => begun.has(effect.id) || !isAnnounced(effect, header))
  const progress = new StateProgress({ ...state, pending })
  let mark: JournalMark = { id: journal.id, entry: after }
  let lastSeen = 0
  for (const { number, at, entry } of journal.entries) {
    lastSeen = Math.max(lastSeen, at)
    if (number <= after) continue
    progress.add(entry)
    mark = { id: journal.id, entry: number }
  }
  if (progress.untouched) return undefined
  return {
    stored: { state: progress.concluded(header, state.serial + 1, lastSeen), journal: mark },
    operation: describe(journal, header, progress.ended, progress.results),
  }
}

/** An effect that the snapshot lists because this operation was going to have it. Had it been begun, the journal would say so. */
function isAnnounced(effect: PendingEffect, header: JournalHeader): boolean {
  return effect.since === header.startedAt && effect.operation === header.operation
}

/**
 * A journal of an operation that went on although another had taken its lock, or whose snapshot was replaced by an older one. Its
 * results say nothing about the state as it is now, but its objects may exist: those that nobody recorded are kept open.
 */
function keepOpen(journal: Journal, header: JournalHeader, { state, journal: mark }: StoredState): Folded | undefined {
  const progress = new StateProgress({ ...state, pending: [] })
  const intents = new Map<string, PendingEffect>()
  for (const { entry } of journal.entries) {
    if (entry.type === 'intent') intents.set(entry.intent.id, entry.intent)
    progress.add(entry)
  }
  const made = progress.current('', 0)
  const known = new Set((state.pending ?? []).map(({ id }) => id))
  const mayExist = [...intents.values()].filter(
    ({ id }) =>
      !state.objects.has(id) && !known.has(id) && (made.objects.has(id) || made.pending?.some((effect) => effect.id === id)),
  )
  if (mayExist.length === 0) return undefined
  const next: RecordedState = {
    ...state,
    lineage: state.lineage === '' ? header.lineage : state.lineage,
    serial: state.serial + 1,
    pending: [...(state.pending ?? []), ...mayExist],
  }
  return { stored: { state: next, journal: mark }, operation: describe(journal, header, false, 0) }
}

function describe(journal: Journal, header: JournalHeader, ended: boolean, folded: number): LeftOperation {
  return { operation: header.operation, author: header.author, startedAt: header.startedAt, ended, folded, torn: journal.torn }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
