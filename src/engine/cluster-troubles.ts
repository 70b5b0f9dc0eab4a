import type { Diagnostic } from '../plan/diagnostic.ts'

/** Troubles of a cluster or of the whole run, which every object meets alike. */
const SHARED_CODES: ReadonlySet<string> = new Set(['MF5001', 'MF5003', 'MF5004', 'MF5014', 'MF5015', 'MF5016'])

/** The same diagnostics with what a thousand objects met alike said once: of the first one, with how many more there were. */
export function sharedTroublesOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const counts = new Map<string, number>()
  for (const { code } of diagnostics) if (SHARED_CODES.has(code)) counts.set(code, (counts.get(code) ?? 0) + 1)
  const said = new Set<string>()
  return diagnostics.flatMap((diagnostic): readonly Diagnostic[] => {
    const more = (counts.get(diagnostic.code) ?? 1) - 1
    if (more === 0) return [diagnostic]
    if (said.has(diagnostic.code)) return []
    said.add(diagnostic.code)
    const { detail } = diagnostic
    const rest = `The same for ${more} more ${more === 1 ? 'object' : 'objects'}.`
    return [{ ...diagnostic, detail: detail === undefined ? rest : `${detail}\n${rest}` }]
  })
}
