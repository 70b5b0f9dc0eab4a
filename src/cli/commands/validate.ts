import { Command } from 'commander'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import { expandDesign } from '../../planner/expand.ts'
import { diagnosticRange } from '../../views/diagnostic-range.ts'
import type { ReadLine } from '../../views/terminal/diagnostics.ts'
import { plural } from '../../views/terminal/style.ts'
import { checkBuiltinFields } from '../check-builtin-fields.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { lineReader, terminalView } from '../open-view.ts'
import { catalogFor } from '../provider-catalog.ts'
import { readDesign } from '../read-design.ts'

/** A diagnostic with its place as readers of Terraform's diagnostics look for it, too. */
function withRange(diagnostic: Diagnostic, readLine: ReadLine): Diagnostic & { readonly range?: unknown } {
  const { location } = diagnostic
  return location === undefined ? diagnostic : { ...diagnostic, range: diagnosticRange(location, readLine) }
}

/** `meshform validate`: every mistake that can be found without a cluster: those of the language, then those of the meshes. */
export function validateCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('validate'))
    .summary('Check a design without touching a cluster')
    .description(
      'Reads the design, checks it against the language, evaluates every expression and translates every component for its mesh. Reports all mistakes of the language at once; where there are none, all that the meshes and Kubernetes refuse.',
    )
    .option('--json', 'print the diagnostics as JSON')
    .addHelpText('after', '\nExamples:\n  meshform validate -f patterns/bookinfo-canary\n  meshform validate -f . --json\n')
    .action(async (options: DesignOptions & { readonly json?: boolean }) => {
      const { design, diagnostics } = await readDesign(io, options)
      const expansion =
        design === undefined || hasErrors(diagnostics)
          ? undefined
          : expandDesign({
              ...(await catalogFor(design)),
              design,
              owner: { design: design.name, workspace: 'default' },
              served: () => undefined,
            })
      const misfits = await checkBuiltinFields(expansion?.objects ?? [])
      const all = [...diagnostics, ...(expansion?.diagnostics ?? []), ...misfits]
      const valid = !hasErrors(all)
      if (!valid) io.setExitCode(1)
      if (options.json === true) {
        const readLine = lineReader(io.cwd)
        const count = (severity: string) => all.filter((diagnostic) => diagnostic.severity === severity).length
        io.stdout.write(
          `${JSON.stringify({ format_version: '1.0', valid, error_count: count('error'), warning_count: count('warning'), diagnostics: all.map((diagnostic) => withRange(diagnostic, readLine)) }, null, 2)}\n`,
        )
        return
      }
      terminalView(io).diagnostics(all)
      if (valid && design !== undefined) {
        io.stdout.write(
          `${design.name} is valid: ${plural(design.components.length, 'component')}, ${plural(expansion?.objects.length ?? 0, 'object')}.\n`,
        )
      } else {
        const errors = all.filter((diagnostic) => diagnostic.severity === 'error').length
        io.stdout.write(`${plural(errors, 'error')}.\n`)
      }
    })
}
