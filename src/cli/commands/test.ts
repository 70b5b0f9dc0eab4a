import { dirname } from 'node:path'
import { Command } from 'commander'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { readDesignTests } from '../design-tests/read-design-tests.ts'
import { runDesignTests } from '../design-tests/run-design-tests.ts'
import { designSuites } from '../filter/design-suites.ts'
import { readTestFile } from '../filter/read-test-file.ts'
import { runSuites, type SuiteResult } from '../filter/run-suites.ts'
import { testFiles } from '../filter/test.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** `meshform test`: the tests that stand in a design and beside it. */
export function testCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('test'))
    .summary('Run the tests of a design')
    .description(
      'Runs the tests of a design in *.test.yaml files beside it, the tests of its filters, and those in *.filter-test.yaml files. Needs neither a proxy nor a cluster.',
    )
    .option('--only <text>', 'only tests whose names hold this')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  meshform test -f patterns/api-keys\n  meshform test -f . --json\n')
    .action(async (options: DesignOptions & { readonly only?: string; readonly json?: boolean }) => {
      const wanted = (name: string): boolean => options.only === undefined || name.includes(options.only)
      const places =
        options.file.length === 0 ? ['.'] : options.file.map((file) => (/\.ya?ml$/.test(file) ? dirname(file) : file))
      const found = async (ending: string) => [
        ...new Set((await Promise.all(places.map((place) => testFiles(io, place, ending)))).flat()),
      ]
      const outcomes: SuiteResult[] = []
      for (const file of await found('test')) {
        const suite = await readDesignTests(io, file)
        outcomes.push({ suite, results: await runDesignTests(io, options.file, suite, wanted) })
      }
      const { design, diagnostics } = await readDesign(io, options)
      const isUnsound = design === undefined || hasErrors(diagnostics)
      // Its tests give it the inputs that it may lack here, and tell its mistakes.
      if (isUnsound && outcomes.length === 0) {
        terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      const beside = await Promise.all((await found('filter-test')).map((file) => readTestFile(io, file)))
      const suites = [...(isUnsound ? [] : await designSuites(io, design)), ...beside]
      if (suites.length + outcomes.length === 0) {
        terminalView(io).note(`${design?.name ?? 'The design'} has no tests.`)
        return
      }
      await runSuites(io, suites, options, outcomes)
    })
}
