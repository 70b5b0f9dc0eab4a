import { Command } from 'commander'
import type { MeshProvider } from '../../providers/contract.ts'
import { findProvider, meshProviders } from '../../providers/registry.ts'
import { type Style, styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { markdownMatrix } from '../meshes/markdown-matrix.ts'
import { markdownPage } from '../meshes/markdown-page.ts'
import { terminalDetail, terminalList, terminalMatrix } from '../meshes/terminal-matrix.ts'
import { terminalView } from '../open-view.ts'

interface FormatOptions {
  readonly json?: boolean
  readonly markdown?: boolean
}

/** `meshform providers`: the capability matrix, and one mesh in detail. */
export function providersCommand(io: CommandIo): Command {
  const command = new Command('providers')
    .summary('Show what each mesh can do')
    .description('Shows the meshes that meshform knows and what each can do: the same table that refuses a plan.')
    .option('--json', 'as JSON')
    .option('--markdown', 'as Markdown, as in docs/meshes/README.md')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform providers\n  meshform providers list\n  meshform providers show istio\n  meshform providers --markdown\n',
    )
    .action((options: FormatOptions) => {
      const providers = [...meshProviders.values()]
      if (options.json === true) io.stdout.write(`${JSON.stringify(providers.map(describe), null, 2)}\n`)
      else io.stdout.write(options.markdown === true ? markdownMatrix(providers) : terminalMatrix(providers, style(io)))
    })
  command
    .command('list')
    .summary('List the meshes, a line each')
    .description(
      'Lists the meshes: name, project, whether it is still maintained, the version it was checked against, and how much of all it can do.',
    )
    .option('--json', 'as JSON')
    .action((_own: FormatOptions, listed: Command) => {
      const options: FormatOptions = listed.optsWithGlobals()
      const providers = [...meshProviders.values()]
      io.stdout.write(
        options.json === true ? `${JSON.stringify(providers.map(describe), null, 2)}\n` : terminalList(providers, style(io)),
      )
    })
  command
    .command('show')
    .summary('Show one mesh in detail')
    .description('Shows what one mesh can do, with notes, the fields that it writes itself, and how health and order are told.')
    .argument('<name>', 'name of the provider')
    .option('--json', 'as JSON')
    .option('--markdown', 'as Markdown, as in docs/meshes')
    .action((name: string, _own: FormatOptions, shown: Command) => {
      const options: FormatOptions = shown.optsWithGlobals()
      const { provider, nearest } = findProvider(name)
      if (provider === undefined) {
        unknownProvider(io, name, nearest)
        return
      }
      if (options.json === true) {
        const whole = { ...describe(provider), modes: provider.modes ?? {}, rules: provider.rules, metrics: provider.metrics }
        io.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
      } else io.stdout.write(options.markdown === true ? markdownPage(provider) : terminalDetail(provider, style(io)))
    })
  return command
}

function unknownProvider(io: CommandIo, name: string, nearest: string | undefined): void {
  terminalView(io).diagnostics([
    {
      severity: 'error',
      code: 'MF2002',
      summary: `There is no provider "${name}"`,
      detail: `Providers are ${[...meshProviders.keys()].join(', ')}.`,
      ...(nearest === undefined ? {} : { hint: `Did you mean "${nearest}"?` }),
    },
  ])
  io.setExitCode(1)
}

function style(io: CommandIo): Style {
  return styleFor(io.stdout as NodeJS.WriteStream, io.env)
}

function describe(provider: MeshProvider) {
  const { name, title, status, defaultVersion, defaultNamespace, capabilities } = provider
  return { name, title, status, defaultVersion, defaultNamespace, capabilities }
}
