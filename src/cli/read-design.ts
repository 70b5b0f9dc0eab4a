import type { Design } from '../design/design.ts'
import { loadDesign } from '../design/load-design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { CommandIo } from './command-io.ts'
import type { DesignOptions } from './design-options.ts'

/** Reads the design that the options name. Undefined, with diagnostics, when it has mistakes. */
export async function readDesign(
  io: CommandIo,
  options: DesignOptions,
): Promise<{ readonly design: Design | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const inputs = inputValues(options.input)
  const loaded = await loadDesign({
    paths: options.file.length === 0 ? ['.'] : options.file,
    inputs: { cli: inputs.values, files: options.inputFile, environment: io.env },
    cwd: io.cwd,
  })
  return { design: loaded.design, diagnostics: [...inputs.diagnostics, ...loaded.diagnostics] }
}

function inputValues(texts: readonly string[]): {
  readonly values: Record<string, string>
  readonly diagnostics: readonly Diagnostic[]
} {
  const values: Record<string, string> = {}
  const diagnostics: Diagnostic[] = []
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals > 0) values[text.slice(0, equals)] = text.slice(equals + 1)
    else {
      diagnostics.push({
        severity: 'error',
        code: 'MF6001',
        summary: `--input ${text} gives no value`,
        hint: 'Write --input name=value.',
      })
    }
  }
  return { values, diagnostics }
}
