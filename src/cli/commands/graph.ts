import { Command, Option } from 'commander'
import { hasErrors } from '../../plan/diagnostic.ts'
import { type GraphFormat, renderGraph } from '../../views/graph.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** `meshform graph`: which component waits for which. */
export function graphCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('graph'))
    .summary('Print the dependency graph')
    .description('Prints the components of a design and what each waits for.')
    .addOption(new Option('--format <format>', 'language of the graph').choices(['dot', 'mermaid', 'json']).default('dot'))
    .addHelpText(
      'after',
      '\nExamples:\n  meshform graph -f patterns/bookinfo-canary | dot -Tsvg > graph.svg\n  meshform graph -f . --format mermaid\n',
    )
    .action(async (options: DesignOptions & { readonly format: GraphFormat }) => {
      const { design, diagnostics } = await readDesign(io, options)
      if (design === undefined || hasErrors(diagnostics)) {
        terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      io.stdout.write(renderGraph(design.name, design.components, options.format))
    })
}
