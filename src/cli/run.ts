import { Command, CommanderError, Help, type Option } from 'commander'
import { closest, distance } from 'fastest-levenshtein'
import { chosenWorkspace } from './chosen-workspace.ts'
import type { CommandEntry } from './command-entry.ts'
import type { CommandIo } from './command-io.ts'
import { COMMANDS } from './command-table.ts'
import { VERSION } from './version.ts'

/** Columns that a description has at least when it is broken between words beside its option. */
const NARROWEST_HELP = 12

/** Runs the command that the arguments name. Never throws for what a user did; the exit code says how it went. */
export async function run(argv: readonly string[], given: CommandIo): Promise<void> {
  const io = sayingInterrupted(given)
  const name = argv.find((argument) => !argument.startsWith('-'))
  const entry = COMMANDS.find((command) => command.name === name)
  if (name !== undefined && name !== 'help' && entry === undefined) {
    unknownCommand(name, io)
    return
  }
  const program = await buildProgram(
    io,
    entry ?? (name === 'help' ? COMMANDS.find((command) => command.name === argv[1]) : undefined),
  )
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      io.setExitCode(error.exitCode === 0 ? 0 : 1)
      return
    }
    if (io.signal.aborted) {
      io.stderr.write('Interrupted.\n')
      io.setExitCode(130)
      return
    }
    throw error
  }
}

/** What fails because it was interrupted ends with the code of that. */
function sayingInterrupted(io: CommandIo): CommandIo {
  return { ...io, setExitCode: (code) => io.setExitCode(code === 1 && io.signal.aborted ? 130 : code) }
}

function unknownCommand(name: string, io: CommandIo): void {
  const nearest = closest(
    name,
    COMMANDS.map((command) => command.name),
  )
  const hint = distance(name, nearest) <= 3 ? `Did you mean \`meshform ${nearest}\`?` : 'Run `meshform --help` for the list.'
  io.stderr.write(`error: There is no command "${name}". ${hint}\n`)
  io.setExitCode(1)
}

async function buildProgram(io: CommandIo, entry: CommandEntry | undefined): Promise<Command> {
  const program = new Command('meshform')
    .description(
      'Terraform for service meshes: designs as code, a reviewable plan, an apply that does exactly what was reviewed.',
    )
    .version(`meshform ${VERSION}`, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand(true)
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', EXAMPLES)
  configure(program, io)
  program.hook('preAction', (_program, action) => {
    if (action.getOptionValueSource('workspace') !== 'default') return
    const chosen = chosenWorkspace(io)
    if ('name' in chosen) action.setOptionValue('workspace', chosen.name)
    else if (!(action.parent?.name() === 'workspace' && action.name() === 'select')) action.error(`error: ${chosen.problem}`)
  })
  for (const command of COMMANDS) {
    if (command === entry) {
      const make = await command.load()
      const loaded = make(io, COMMANDS)
      configureAll(loaded, io)
      program.addCommand(loaded.helpGroup(`${command.group}:`))
    } else {
      program.addCommand(
        new Command(command.name).summary(command.summary).description(command.summary).helpGroup(`${command.group}:`),
      )
    }
  }
  return program
}

/** Output, help and exits as all commands have them. */
export function configureAll(command: Command, io: CommandIo): void {
  configure(command, io)
  for (const inner of command.commands) configureAll(inner, io)
}

/** An empty list is no default worth telling. */
function describeOption(option: Option): string {
  const text = new Help().optionDescription(option)
  return text.replace(/ ?\(default: \[\]\)/, '').replace('(default: [], ', '(')
}

function configure(command: Command, io: CommandIo): void {
  command
    .configureHelp({ optionDescription: describeOption, minWidthToWrap: NARROWEST_HELP })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text),
    })
}

const EXAMPLES = `
Examples:
  meshform plan -f patterns/bookinfo-canary               what would change
  meshform apply -f patterns/bookinfo-canary              the same, confirmed and carried out
  meshform plan -f . --out plan.json                      a plan for review, then
  meshform apply plan.json                                exactly that plan
  meshform destroy -f patterns/bookinfo-canary            everything gone again

With nothing configured it all happens in the sandbox: a Kubernetes API inside the process, kept under .meshform/.
`
