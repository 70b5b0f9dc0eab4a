import { Command } from 'commander'
import { consoleScope, designScope } from '../../design/console-scope.ts'
import { coverDiagnostic } from '../../plan/cover-diagnostics.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { sensitiveTexts } from '../../plan/sensitive-text.ts'
import { createMasker } from '../../planner/mask.ts'
import type { CommandIo } from '../command-io.ts'
import { readConsole } from '../console-session.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** `meshform console`: expressions over a design. */
export function consoleCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('console'))
    .summary('Evaluate expressions of a design')
    .description(
      'Reads CEL expressions and prints their values over the inputs, locals, components and outputs of the design, as JSON. One that is not complete goes on in the next line; an empty line ends it. In a terminal Ctrl-C drops what was typed, Ctrl-D or `exit` ends.',
    )
    .argument('[expression]', 'evaluate this one and end')
    .addHelpText(
      'after',
      "\nExamples:\n  meshform console -f . 'workloads.reviews.host'\n  echo '100 - inputs.weight' | meshform console -f .\n",
    )
    .action(async (expression: string | undefined, options: DesignOptions) => {
      const view = terminalView(io)
      const { design, diagnostics } = await readDesign(io, options)
      if (design === undefined || hasErrors(diagnostics)) {
        view.diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      const terminal = process.stdin.isTTY && process.stderr.isTTY && expression === undefined ? process.stderr : undefined
      const evaluate = consoleScope(design)
      const masker = createMasker(design.sensitiveValues)
      const print = (text: string, line?: number) => {
        const result = evaluate(text, line)
        if (result.ok) {
          // What is worked out of a sensitive input tells of it, but for a yes or no.
          const isOpen = typeof result.value === 'boolean' || !result.sensitive
          const shown = isOpen ? masker.mask({ value: result.value }).masked.value : masker.maskValue(result.value)
          io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
        } else {
          view.diagnostics([coverDiagnostic(result.diagnostic, sensitiveTexts(design.sensitiveValues))])
          // A slip of the tongue is no failure of a conversation.
          if (terminal === undefined) io.setExitCode(1)
        }
      }
      if (expression !== undefined) {
        print(expression)
        return
      }
      const scope = designScope(design)
      await readConsole({ input: process.stdin, terminal, scope, signal: io.signal, evaluate: print })
    })
}
