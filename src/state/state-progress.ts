import type { DeployRecord, PendingEffect, RecordedObject, RecordedState, UndoEntry } from '../plan/recorded-state.ts'
import type { JournalEnd, JournalEntry, JournalHeader } from './journal-entry.ts'

/** Deploys that are remembered; older ones are dropped. */
export const HISTORY_LIMIT = 200
/** Objects that records remember as they were, all together; the oldest records forget first. */
export const UNDO_LIMIT = 20_000
/** Deploys that can be gone back behind. */
const UNDO_RECORDS = 20

/**
 * A state while an operation changes it. The running operation and the replay of its journal feed it the same entries, so both
 * come to the same state.
 */
export class StateProgress {
  readonly #base: RecordedState
  readonly #objects: Map<string, RecordedObject>
  readonly #pending: Map<string, PendingEffect>
  /** Pending effects of earlier operations that a new intent hides: they are back when the new effect is refused. */
  readonly #hidden = new Map<string, PendingEffect>()
  readonly #actions = new Map<string, PendingEffect['action']>()
  readonly #done = new Map<string, string>()
  #end: JournalEnd | undefined = undefined

  constructor(base: RecordedState) {
    this.#base = base
    this.#objects = new Map(base.objects)
    this.#pending = new Map((base.pending ?? []).map((effect) => [effect.id, effect]))
  }

  /** Takes in one entry. */
  add(entry: JournalEntry): void {
    switch (entry.type) {
      case 'header':
        return
      case 'intent': {
        const { id } = entry.intent
        const before = this.#pending.get(id)
        if (before !== undefined && !this.#actions.has(id)) this.#hidden.set(id, before)
        this.#pending.set(id, entry.intent)
        this.#actions.set(id, entry.intent.action)
        return
      }
      case 'result':
        this.#addResult(entry.result)
        return
      case 'end':
        this.#end = entry.end
        for (const id of entry.end.settled) this.#pending.delete(id)
    }
  }

  #addResult(result: Extract<JournalEntry, { type: 'result' }>['result']): void {
    const { id } = result
    switch (result.outcome) {
      case 'recorded':
        this.#objects.set(id, result.object)
        this.#pending.delete(id)
        break
      case 'deleted':
      case 'forgotten':
        this.#objects.delete(id)
        this.#pending.delete(id)
        break
      case 'failed': {
        if (result.uncertain) break
        const hidden = this.#hidden.get(id)
        if (hidden === undefined) this.#pending.delete(id)
        else this.#pending.set(id, hidden)
      }
    }
    this.#done.set(id, result.outcome === 'failed' ? 'failed' : (this.#actions.get(id) ?? result.outcome))
  }

  /** Results taken in so far. */
  get results(): number {
    return this.#done.size
  }

  /** What is open right now. */
  get pending(): readonly PendingEffect[] {
    return [...this.#pending.values()]
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  /** True when nothing was recorded, begun or settled. */
  get untouched(): boolean {
    return this.#actions.size === 0 && this.#done.size === 0 && this.#end === undefined
  }

  /** Effects whose results are known, so that what was announced can be told from what is left. */
  isDone(id: string): boolean {
    return this.#done.has(id)
  }

  /** The state in the middle of the operation: no deploy record yet. */
  current(lineage: string, serial: number): RecordedState {
    return { ...this.#base, lineage, serial, objects: this.#objects, pending: this.pending }
  }

  /** What the objects that were changed had been, sorted. */
  #undo(): readonly UndoEntry[] {
    return [...this.#done.keys()]
      .filter((id) => this.#objects.get(id) !== this.#base.objects.get(id))
      .sort()
      .map((id) => ({ id, before: this.#base.objects.get(id) ?? null }))
  }

  /** The state after the operation. Without an end entry it was interrupted at `lastSeen` (milliseconds since 1970). */
  concluded(header: JournalHeader, serial: number, lastSeen: number): RecordedState {
    const end = this.#end
    const record: DeployRecord = {
      serial,
      operation: header.operation,
      author: header.author,
      startedAt: header.startedAt,
      durationMs: end?.durationMs ?? Math.max(0, lastSeen - Date.parse(header.startedAt)),
      planDigest: header.planDigest,
      designDigest: header.designDigest,
      result: end?.result ?? 'interrupted',
      summary: end?.summary ?? countBy([...this.#done.values()]),
      undo: this.#undo(),
    }
    return {
      ...this.current(header.lineage, serial),
      design: end?.design ?? this.#base.design,
      outputs: end?.outputs ?? this.#base.outputs,
      baselines: end?.baselines ?? this.#base.baselines,
      history: withinLimits([...this.#base.history, record].slice(-HISTORY_LIMIT)),
    }
  }
}

/** Records with their memory of objects cut to the limits, the newest kept. */
function withinLimits(history: readonly DeployRecord[]): readonly DeployRecord[] {
  let objects = 0
  let records = 0
  let full = false
  return [...history]
    .reverse()
    .map((record) => {
      const { undo, ...bare } = record
      if (undo === undefined || full) return bare
      objects += undo.length
      records++
      full = objects > UNDO_LIMIT || records > UNDO_RECORDS
      return full ? bare : record
    })
    .reverse()
}

function countBy(words: readonly string[]): { [word: string]: number } {
  const counts: { [word: string]: number } = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
