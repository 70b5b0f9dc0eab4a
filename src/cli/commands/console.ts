import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { consoleScope } from '../../design/console-scope.ts'
import type { Design } from '../../design/design.ts'
import { compileExpression, isProblem } from '../../design/expression/cel.ts'
import { coverDiagnostic } from '../../plan/cover-diagnostics.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { sensitiveTexts } from '../../plan/sensitive-text.ts'
import { createMasker } from '../../planner/mask.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** `meshform console`: expressions over a design, one a line. */
export function consoleCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('console'))
    .summary('Evaluate expressions of a design')
    .description('Reads CEL expressions, one a line, and prints their values over the inputs and components of the design.')
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
      const evaluate = consoleScope(design)
      const masker = createMasker(design.sensitiveValues)
      const print = (text: string) => {
        const result = evaluate(text)
        if (result.ok) {
          // What is worked out of a sensitive input tells of it, but for a yes or no.
          const isOpen = typeof result.value === 'boolean' || !readsSensitive(text, design)
          const shown = isOpen ? masker.mask({ value: result.value }).masked.value : masker.maskValue(result.value)
          io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
        } else {
          view.diagnostics([coverDiagnostic(result.diagnostic, sensitiveTexts(design.sensitiveValues))])
          io.setExitCode(1)
        }
      }
      if (expression !== undefined) {
        print(expression)
        return
      }
      const lines = createInterface({
        input: process.stdin,
        ...(process.stdin.isTTY ? { output: process.stderr, prompt: '> ' } : {}),
      })
      if (process.stdin.isTTY) lines.prompt()
      for await (const line of lines) {
        if (line.trim() !== '') print(line.trim())
        if (process.stdin.isTTY) lines.prompt()
      }
    })
}

function readsSensitive(expression: string, design: Design): boolean {
  const compiled = compileExpression(expression)
  if (isProblem(compiled)) return false
  return compiled.references.some(
    ({ root, steps }) => root === 'inputs' && steps[0] !== undefined && design.inputs[steps[0].name]?.sensitive === true,
  )
}
