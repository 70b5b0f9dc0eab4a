import { dirname } from 'node:path'
import { Command } from 'commander'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { designSuites } from '../filter/design-suites.ts'
import { readTestFile } from '../filter/read-test-file.ts'
import { runSuites } from '../filter/run-suites.ts'
import { testFiles } from '../filter/test.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** `meshform test`: the tests that stand in a design and beside it. */
export function testCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('test'))
    .summary('Run the tests of a design')
    .description(
      'Runs the tests of the filters of a design, and those in *.filter-test.yaml files beside it. Needs neither a proxy nor a cluster.',
    )
    .option('--only <text>', 'only tests whose names hold this')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  meshform test -f patterns/api-keys\n  meshform test -f . --json\n')
    .action(async (options: DesignOptions & { readonly only?: string; readonly json?: boolean }) => {
      const { design, diagnostics } = await readDesign(io, options)
      if (design === undefined || hasErrors(diagnostics)) {
        terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      const places =
        options.file.length === 0 ? ['.'] : options.file.map((file) => (/\.ya?ml$/.test(file) ? dirname(file) : file))
      const files = (await Promise.all(places.map((place) => testFiles(io, place)))).flat()
      const beside = await Promise.all([...new Set(files)].map((file) => readTestFile(io, file)))
      const suites = [...(await designSuites(io, design)), ...beside]
      if (suites.length === 0) {
        terminalView(io).note(`${design.name} has no tests.`)
        return
      }
      await runSuites(io, suites, options)
    })
}
