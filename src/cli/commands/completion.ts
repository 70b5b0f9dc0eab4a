import { Argument, Command } from 'commander'
import type { CommandEntry } from '../command-entry.ts'
import type { CommandIo } from '../command-io.ts'
import { completionScript, type Shell } from '../completion-script.ts'

/** `meshform completion`: a script that a shell loads. */
export function completionCommand(io: CommandIo, commands: readonly CommandEntry[]): Command {
  return new Command('completion')
    .summary('Print a completion script for bash, zsh or fish')
    .description('Prints a script that completes commands and options of meshform in your shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(meshform completion bash)\n  meshform completion zsh > "${fpath[1]}/_meshform"\n  meshform completion fish > ~/.config/fish/completions/meshform.fish\n',
    )
    .action(async (shell: Shell) => {
      const completed = await Promise.all(
        commands.map(async ({ name, summary, load }) => {
          const command = (await load())(io, commands)
          return {
            name,
            summary,
            options: command.options.flatMap((option) =>
              option.long === null || option.long === undefined ? [] : [{ flag: option.long, summary: option.description }],
            ),
            subcommands: command.commands.map((inner) => ({
              name: inner.name(),
              summary: inner.summary() || inner.description(),
            })),
          }
        }),
      )
      io.stdout.write(completionScript(shell, completed))
    })
}
