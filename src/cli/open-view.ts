import { appendFileSync, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { NdjsonRunView } from '../views/ndjson.ts'
import { joinViews, type RunView, type ShownOperation } from '../views/run-view.ts'
import { TerminalRunView } from '../views/terminal/run-view.ts'
import { styleFor } from '../views/terminal/style.ts'
import type { CommandIo } from './command-io.ts'
import { unwritable } from './unwritable.ts'
import { VERSION } from './version.ts'

/** The view that the options ask for: text or JSON lines, with JSON lines into a file. Undefined, with everything said, without that file. */
export function openView(
  io: CommandIo,
  options: { readonly json?: boolean; readonly jsonInto?: string; readonly full?: boolean },
  operation: 'plan' | ShownOperation,
): RunView | undefined {
  const lines = (write: (text: string) => void) => new NdjsonRunView(write, Date.now, VERSION, operation, lineReader(io.cwd))
  const view = options.json === true ? lines((text) => io.stdout.write(text)) : terminalView(io, options.full === true)
  if (options.jsonInto === undefined) return view
  let file: number
  try {
    file = openSync(resolve(io.cwd, options.jsonInto), 'w', 0o600)
  } catch (error) {
    view.diagnostics([unwritable(options.jsonInto, error, 'Nothing was changed.')])
    io.setExitCode(1)
    return undefined
  }
  let lost = false
  // A full disk must not leave an apply in the middle.
  const write = (text: string) => {
    if (lost) return
    try {
      appendFileSync(file, text)
    } catch (error) {
      lost = true
      io.setExitCode(1)
      view.diagnostics([unwritable(options.jsonInto ?? '', error, 'What happens from here on is not in it.')])
    }
  }
  return joinViews([view, lines(write)])
}

/** The view for people. */
export function terminalView(io: CommandIo, full = false): RunView {
  const err = io.stderr as NodeJS.WriteStream
  return new TerminalRunView({
    out: { write: (text) => io.stdout.write(text), style: styleFor(io.stdout as NodeJS.WriteStream, io.env) },
    err: {
      write: (text) => io.stderr.write(text),
      style: styleFor(err, io.env),
      live: err.isTTY === true && io.env.CI === undefined && io.env.TERM !== 'dumb',
    },
    readLine: lineReader(io.cwd),
    full,
    now: Date.now,
  })
}

/** Reads single lines of files for excerpts, each file once. */
export function lineReader(cwd: string): (file: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>()
  return (file, line) => {
    let lines = files.get(file)
    if (lines === undefined) {
      try {
        lines = readFileSync(resolve(cwd, file), 'utf8').split('\n')
      } catch {
        lines = []
      }
      files.set(file, lines)
    }
    return lines[line - 1]
  }
}
