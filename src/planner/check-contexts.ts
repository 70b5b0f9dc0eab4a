import type { Diagnostic } from '../plan/diagnostic.ts'
import type { RecordedState } from '../plan/recorded-state.ts'

/**
 * Says so when recorded objects are on another cluster than the one that is asked now: a forgotten `--context` makes everything look
 * gone. Titles by cluster. A warning and no more, since a context may have another name on another machine.
 */
export function checkContexts(state: RecordedState, titles: ReadonlyMap<string, string>): readonly Diagnostic[] {
  const elsewhere = new Map<string, { readonly was: string; readonly now: string; count: number }>()
  for (const { key, context } of state.objects.values()) {
    const now = titles.get(key.cluster)
    const was = context ?? key.cluster
    if (now === undefined || now === was) continue
    const known = elsewhere.get(`${was} ${now}`)
    if (known === undefined) elsewhere.set(`${was} ${now}`, { was, now, count: 1 })
    else known.count++
  }
  return [...elsewhere.values()].map(({ was, now, count }) => ({
    severity: 'warning',
    code: 'MF2031',
    summary: `${count === 1 ? '1 object was' : `${count} objects were`} applied to ${was}, and this run is about ${now}`,
    detail: `Unless ${was} and ${now} are the same cluster, what is on ${was} stays there and is forgotten once it is made on ${now}.`,
    hint:
      was === 'sandbox'
        ? 'Leave --context out to go on with the sandbox, or keep the cluster apart: --workspace NAME.'
        : `Pass --context ${was} to go on there, or keep the other cluster apart: --workspace NAME.`,
  }))
}
