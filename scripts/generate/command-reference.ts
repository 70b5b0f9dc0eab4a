import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import type { CommandIo } from '../../src/cli/command-io.ts'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { configureAll } from '../../src/cli/run.ts'

/** docs/cli.md: every command with its help, as the terminal shows it. */
export async function commandReference(): Promise<string> {
  const parts = ['# Commands', '', 'Generated from the commands themselves by `npm run generate`.', '']
  for (const { name, summary } of COMMANDS) parts.push(`- [\`meshform ${name}\`](#meshform-${name}): ${summary}`)
  for (const entry of COMMANDS) {
    const command = (await entry.load())(io, COMMANDS)
    configureAll(command, io)
    parts.push(...describe(command, `meshform ${entry.name}`, '##'))
  }
  return `${parts.join('\n')}\n`
}

function describe(command: Command, path: string, heading: string): readonly string[] {
  const help = captured(command)
  return [
    '',
    `${heading} ${path}`,
    '',
    '```text',
    help.trimEnd().replace(/^Usage: .*?(?=$| [[<])/m, `Usage: ${path}`),
    '```',
    ...command.commands.flatMap((inner) => describe(inner, `${path} ${inner.name()}`, '###')),
  ]
}

function captured(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (piece) => (text += piece), getOutHelpWidth: () => 110, getOutHasColors: () => false })
  command.outputHelp()
  return text
}

const io: CommandIo = {
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  signal: new AbortController().signal,
  cwd: '/',
  setExitCode: () => {},
}
