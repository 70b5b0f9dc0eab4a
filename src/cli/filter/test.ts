import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { glob } from 'tinyglobby'
import type { FilterSuite } from '../../filters/test/filter-suite.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'
import { designSuites } from './design-suites.ts'
import { readTestFile } from './read-test-file.ts'
import { runSuites } from './run-suites.ts'

interface TestOptions extends DesignOptions {
  readonly only?: string
  readonly json?: boolean
}

/** `meshform filter test`: declarative tests of filters, from files and from a design. */
export function filterTestCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('test'))
    .summary('Run the declarative tests of filters')
    .description(
      'Runs *.filter-test.yaml files, and with --file the tests of the filters of a design. Each test starts its filters afresh, in a thread with bounds on time and memory.',
    )
    .argument('[paths...]', 'test files, or folders that hold some (default: the current folder)')
    .option('--only <text>', 'only tests whose names hold this')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform filter test\n  meshform filter test auth.filter-test.yaml\n  meshform filter test -f design.yaml\n',
    )
    .action(async (paths: readonly string[], options: TestOptions) => {
      const suites: FilterSuite[] = []
      const places = paths.length === 0 && options.file.length === 0 ? ['.'] : paths
      const files = (await Promise.all(places.map((place) => testFiles(io, place)))).flat()
      for (const file of new Set(files)) suites.push(await readTestFile(io, file))
      if (options.file.length > 0) {
        const { design, diagnostics } = await readDesign(io, options)
        if (design === undefined || hasErrors(diagnostics)) {
          terminalView(io).diagnostics(diagnostics)
          io.setExitCode(1)
          return
        }
        suites.push(...(await designSuites(io, design)))
      }
      if (suites.length === 0) {
        terminalView(io).note('There are no tests of filters here.')
        io.setExitCode(1)
        return
      }
      await runSuites(io, suites, options)
    })
}

/** The test files that a path names: itself, or those in and below it, in order. */
export async function testFiles(io: CommandIo, path: string, ending = 'filter-test'): Promise<readonly string[]> {
  const absolute = resolve(io.cwd, path)
  const status = await stat(absolute).catch(() => undefined)
  if (status?.isDirectory() !== true) return [path]
  const found = await glob(`**/*.${ending}.{yaml,yml}`, {
    cwd: absolute,
    ignore: ['**/node_modules/**', '**/.meshform/**'],
    onlyFiles: true,
    followSymbolicLinks: false,
  })
  return found.sort().map((file) => join(path, file))
}
