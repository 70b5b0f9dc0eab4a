import type { Diagnostic } from '../plan/diagnostic.ts'

/** How many further places a reservation names. */
const NAMED = 3

/**
 * The same reservation about several components as one, at the first of them, with the others in its detail: what a mesh does in part
 * is to be read once, not once a workload. Everything else is left as it is, in its order.
 */
export function groupReservations(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) {
    if (!isReservation(diagnostic)) continue
    const group = groups.get(wordsOf(diagnostic))
    if (group === undefined) groups.set(wordsOf(diagnostic), [diagnostic])
    else group.push(diagnostic)
  }
  return diagnostics.flatMap((diagnostic): readonly Diagnostic[] => {
    if (!isReservation(diagnostic)) return [diagnostic]
    const [first, ...others] = groups.get(wordsOf(diagnostic)) ?? []
    if (first !== diagnostic) return []
    return others.length === 0 ? [diagnostic] : [{ ...diagnostic, detail: `${diagnostic.detail ?? ''} ${alsoAt(others)}`.trim() }]
  })
}

function isReservation({ code, severity }: Diagnostic): boolean {
  return code === 'MF3002' && severity === 'warning'
}

function wordsOf({ summary, detail }: Diagnostic): string {
  return JSON.stringify([summary, detail])
}

function alsoAt(others: readonly Diagnostic[]): string {
  const named = others.slice(0, NAMED).map(({ address, location }) => {
    const place = location === undefined ? '' : ` (${location.file}:${location.line})`
    return `${address ?? 'the design'}${place}`
  })
  const rest = others.length - named.length
  return `The same holds for ${[...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')}.`
}
