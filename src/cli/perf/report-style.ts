import type { TerminalStyle } from '../../perf/report/terminal-report.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'

/** Colours of reports on standard output. */
export function reportStyle(io: CommandIo): TerminalStyle {
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  return { good: colors.green, bad: colors.red, faint: colors.dim, strong: colors.bold }
}
