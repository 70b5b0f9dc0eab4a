import { resolve } from 'node:path'
import type { Design } from '../../design/design.ts'
import { designCheckValue } from '../../perf/check/design-check.ts'
import { readPerfCheck } from '../../perf/check/read-perf-check.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { checkNameOf, fileReader } from './find-checks.ts'

/** What is wrong with the perf-checks of a design: thresholds, addresses, files. Told before anything is applied. */
export async function checkMistakes(io: CommandIo, design: Design): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const component of design.components) {
    if (component.section !== 'perfChecks') continue
    const read = await readPerfCheck(
      checkNameOf(component),
      designCheckValue(component.spec),
      fileReader(resolve(io.cwd, design.directory)),
      (path) => component.locate(path),
    )
    if (!read.ok) found.push(...read.diagnostics.map((diagnostic) => ({ ...diagnostic, address: component.address })))
  }
  return found
}
