import { ok, type StateResult } from '../../state-result.ts'
import type { ObjectStore, ObjectWrite } from './object-store.ts'

/** What a write that was refused came to: two writers met, or the answer to an earlier try was lost. What is stored now tells. */
export async function settleRefusedWrite(
  store: Pick<ObjectStore, 'get'>,
  what: string,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<StateResult<ObjectWrite>> {
  const stored = await store.get(what, name, signal)
  if (!stored.ok) return stored
  const isOurs = stored.value !== undefined && Buffer.from(stored.value.bytes).equals(bytes)
  return ok(isOurs ? { kind: 'written', token: stored.value.token } : { kind: 'refused' })
}
