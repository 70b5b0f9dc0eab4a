import type { Design } from '../../design/design.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { readDesignCheck } from './design-check-reader.ts'

/** What is wrong with the perf-checks of a design: thresholds, addresses, files. Told before anything is applied. */
export async function checkMistakes(io: CommandIo, design: Design): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const component of design.components) {
    if (component.section !== 'perfChecks') continue
    const read = await readDesignCheck(io, design, component)
    if (!read.ok) found.push(...read.diagnostics)
  }
  return found
}
