import { Command } from 'commander'
import type { MeshProvider } from '../../providers/contract.ts'
import { FEATURES, type Feature, type Support } from '../../providers/features.ts'
import { findProvider, meshProviders } from '../../providers/registry.ts'
import { type Style, styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'

/** `meshform providers`: the capability matrix, and one mesh in detail. */
export function providersCommand(io: CommandIo): Command {
  const command = new Command('providers')
    .summary('Show what each mesh can do')
    .description('Shows the meshes that meshform knows and what each can do: the same table that refuses a plan.')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  meshform providers\n  meshform providers show istio\n')
    .action((options: { readonly json?: boolean }) => {
      const providers = [...meshProviders.values()]
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(providers.map(describe), null, 2)}\n`)
        return
      }
      io.stdout.write(matrix(providers, styleFor(io.stdout as NodeJS.WriteStream, io.env)))
    })
  command
    .command('show')
    .summary('Show one mesh in detail')
    .description('Shows what one mesh can do, with notes, and the fields that it writes itself.')
    .argument('<name>', 'name of the provider')
    .option('--json', 'as JSON')
    .action((name: string, options: { readonly json?: boolean }) => {
      const { provider, nearest } = findProvider(name)
      if (provider === undefined) {
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
        return
      }
      if (options.json === true)
        io.stdout.write(
          `${JSON.stringify({ ...describe(provider), rules: provider.rules, metrics: provider.metrics }, null, 2)}\n`,
        )
      else io.stdout.write(detail(provider, styleFor(io.stdout as NodeJS.WriteStream, io.env)))
    })
  return command
}

function describe(provider: MeshProvider) {
  const { name, title, status, defaultVersion, defaultNamespace, capabilities } = provider
  return { name, title, status, defaultVersion, defaultNamespace, capabilities }
}

function mark(support: Support, { colors }: Style): string {
  switch (support.level) {
    case 'yes':
      return colors.green('●')
    case 'partial':
      return colors.yellow('◐')
    case 'no':
      return colors.dim('·')
  }
}

function features(): readonly Feature[] {
  return Object.keys(FEATURES) as Feature[]
}

function matrix(providers: readonly MeshProvider[], style: Style): string {
  const { colors } = style
  const width = Math.max(...features().map((feature) => feature.length)) + 2
  const head = providers.map(
    (provider, index) =>
      `${' '.repeat(width)}${'│ '.repeat(index)}${colors.bold(provider.name)}${provider.status === 'active' ? '' : colors.dim(` (${provider.status})`)}`,
  )
  const rows = features().map(
    (feature) => `${feature.padEnd(width)}${providers.map((provider) => mark(provider.capabilities[feature], style)).join(' ')}`,
  )
  const legend = `${colors.green('●')} yes  ${colors.yellow('◐')} partly  ${colors.dim('·')} no     meshform providers show NAME tells more`
  return `${head.join('\n')}\n${rows.join('\n')}\n\n${legend}\n`
}

function detail(provider: MeshProvider, style: Style): string {
  const { colors } = style
  const width = Math.max(...features().map((feature) => feature.length)) + 2
  const rows = features().map((feature) => {
    const support = provider.capabilities[feature]
    const since = support.level !== 'no' && support.since !== undefined ? `from ${support.since}. ` : ''
    const alternative = support.level === 'no' && support.alternative !== undefined ? ` ${support.alternative}` : ''
    return `  ${mark(support, style)} ${feature.padEnd(width)}${colors.dim(`${since}${support.note ?? ''}${alternative}`)}`
  })
  const rules = provider.rules.ignore.flatMap((rule) => [
    `  ${rule.kinds.join(', ')}${rule.names === undefined ? '' : ` (${rule.names.join(', ')})`}  ${colors.dim(rule.reason)}`,
    ...rule.paths.map((path) => `      ${path}`),
  ])
  return [
    `${colors.bold(provider.title)}  ${colors.dim(`${provider.name}, ${provider.status}, checked against ${provider.defaultVersion}, namespace ${provider.defaultNamespace}`)}`,
    '',
    colors.bold('what it can do'),
    ...rows,
    '',
    colors.bold('fields that it writes itself, neither drift nor change'),
    ...(rules.length === 0 ? ['  none'] : rules),
    '',
  ].join('\n')
}
