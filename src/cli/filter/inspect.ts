import { Command } from 'commander'
import { mayHoldRoots } from '../../filters/bench/find-roots.ts'
import { SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import { filterSettings } from '../../filters/host/filter-settings.ts'
import { inspectFilter } from '../../filters/inspect/inspect-filter.ts'
import type { FilterInspection } from '../../filters/inspect/inspection.ts'
import { registeredRoots } from '../../filters/run/run-once.ts'
import { requestMessage, responseMessage } from '../../filters/test/test-messages.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { inspectionText } from './inspection-text.ts'
import { openModule } from './open-module.ts'

/** `meshform filter inspect`: all that a module says about itself. Only for its root ids is it tried, in a thread of its own. */
export function filterInspectCommand(io: CommandIo): Command {
  return new Command('inspect')
    .summary('Say what a module is and which meshes take it')
    .description('Reads a module and says what it exports, what it needs, and what each mesh would make of it.')
    .argument('<file>', 'the module')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  meshform filter inspect auth.wasm\n  meshform filter inspect auth.wasm --json\n')
    .action(async (source: string, options: { readonly json?: boolean }) => {
      const read = await openModule(io, source, { folder: io.cwd })
      if (!read.ok) {
        io.setExitCode(1)
        if (options.json === true) io.stdout.write(`${JSON.stringify({ source, diagnostics: [read.diagnostic] }, null, 2)}\n`)
        else terminalView(io).diagnostics([read.diagnostic])
        return
      }
      const inspection = await withRoots(io, inspectFilter(source, read.module.bytes), read.module.bytes)
      if (hasErrors(inspection.diagnostics)) io.setExitCode(1)
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(inspection, null, 2)}\n`)
        return
      }
      io.stdout.write(inspectionText(inspection, styleFor(io.stdout as NodeJS.WriteStream, io.env)))
      terminalView(io).diagnostics(inspection.diagnostics)
    })
}

/** The inspection with the root ids that the module registers, where it can hold several filters. */
async function withRoots(io: CommandIo, inspection: FilterInspection, wasm: Uint8Array): Promise<FilterInspection> {
  if (!inspection.loadable || !mayHoldRoots(wasm)) return inspection
  const filter = filterSettings({ name: 'filter', wasm })
  const tried = { filter, request: requestMessage(), upstream: responseMessage() }
  const { rootIds } = await registeredRoots(tried, 'all', () => new SandboxedBench({ signal: io.signal }))
  return { ...inspection, rootIds }
}
