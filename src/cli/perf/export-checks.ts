import { stringify } from 'yaml'
import { type SmpDialect, writeSmpTest } from '../../perf/formats/smp-write.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { designEnvironment } from './design-environment.ts'
import { findPerfChecks } from './find-checks.ts'
import type { LoadOptions } from './perf-options.ts'

/** Options of `perf export`. */
export interface ExportOptions extends RunOptions, LoadOptions {
  readonly dialect: SmpDialect
}

/** `perf export`: checks as SMP tests, one document each. */
export async function exportChecks(io: CommandIo, target: string | undefined, options: ExportOptions): Promise<void> {
  const view = terminalView(io)
  const found = await findPerfChecks(io, target, options)
  view.diagnostics(found.diagnostics)
  if (hasErrors(found.diagnostics) || found.checks.length === 0) {
    io.setExitCode(1)
    return
  }
  const documents = found.checks.map((check) => {
    const environment = { ...designEnvironment(found.design, check.address), ...check.written.environment }
    const engine = check.written.engine
    const { file, leftOut } = writeSmpTest(
      check.spec,
      { name: check.name, mesh: environment.mesh, generator: engine === undefined || engine === 'meshform' ? 'fortio' : engine },
      options.dialect,
    )
    if (leftOut.length > 0) view.note(`${check.name}: SMP has no words for ${leftOut.join(', ')}.`)
    return options.json === true ? `${JSON.stringify(file, null, 2)}\n` : stringify(file)
  })
  io.stdout.write(documents.join('---\n'))
}
