import { Command } from 'commander'
import { SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import type { FilterSettings } from '../../filters/host/filter-settings.ts'
import { FilterServer } from '../../filters/serve/filter-server.ts'
import { LiveBench } from '../../filters/serve/live-bench.ts'
import { UpstreamClient } from '../../filters/serve/send-upstream.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { printable } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { collect, wholeNumber } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { nameAndValue, type PluginOptions, readPlugin, withPluginOptions } from './plugin-options.ts'
import { readTestFile } from './read-test-file.ts'
import { withRootId } from './with-root-id.ts'

interface ServeOptions extends PluginOptions {
  readonly upstream: string
  readonly port: number
  readonly cluster: readonly string[]
  readonly quiet?: boolean
}

/** `meshform filter serve`: filters in a small proxy on this machine, for people and perf-checks to try. */
export function filterServeCommand(io: CommandIo): Command {
  return withPluginOptions(new Command('serve'))
    .summary('Run filters in a local HTTP proxy')
    .description(
      'Listens on this machine and takes every request through a filter, or through the chain of a *.filter-test.yaml file, to an upstream. Runs until it is interrupted.',
    )
    .argument('<file>', 'the module, or a *.filter-test.yaml file whose filters are taken')
    .requiredOption('--upstream <url>', 'where requests go: http:// or https://')
    .option('--port <port>', 'port to listen on (default: any that is free)', wholeNumber(0), 0)
    .option('--cluster <name=url>', 'where callouts to a cluster go; may be given several times', collect, [])
    .option('--quiet', "do not show the filters' logs")
    .addHelpText(
      'after',
      '\nExamples:\n  meshform filter serve auth.wasm --config auth.json --upstream http://localhost:9080 --port 8000\n  meshform filter serve chain.filter-test.yaml --upstream https://example.test --cluster authz=http://localhost:9000\n',
    )
    .action((file: string, options: ServeOptions) => serve(io, file, options))
}

async function serve(io: CommandIo, file: string, options: ServeOptions): Promise<void> {
  const view = terminalView(io)
  const fail = (...diagnostics: readonly Diagnostic[]): void => {
    view.diagnostics(diagnostics)
    io.setExitCode(1)
  }
  const addresses = [options.upstream, ...options.cluster.map((text) => nameAndValue(text)[1])]
  const wrong = addresses.find((text) => !URL.canParse(text) || !/^https?:/.test(text))
  if (wrong !== undefined) {
    return fail({ severity: 'error', code: 'MF6001', summary: `"${wrong}" is not an address`, hint: 'Write http://host:port.' })
  }
  const filters = await filtersOf(io, file, options)
  if ('diagnostics' in filters) return fail(...filters.diagnostics)
  const chain: FilterSettings[] = []
  for (const filter of filters.chain) chain.push(await withRootId(io, filter))
  const clusters = new Map(options.cluster.map(nameAndValue).map(([name, url]) => [name, new URL(url)]))
  const upstream = new UpstreamClient(new URL(options.upstream), clusters)
  const bench = new LiveBench({
    filters: chain,
    // An interrupt ends the waiting below; the filters then have their last word, within the limits of every command.
    launch: () => new SandboxedBench({ signal: new AbortController().signal }),
    upstream,
    signal: io.signal,
    events: {
      log: ({ filter, level, message }) => {
        if (options.quiet !== true) io.stderr.write(`${filter} ${level}: ${printable(message.trimEnd())}\n`)
      },
      trouble: (text) => io.stderr.write(`error: ${text}\n`),
    },
  })
  const server = new FilterServer(bench)
  try {
    if (!(await bench.start())) {
      io.setExitCode(1)
      return
    }
    const port = await server.listen(options.port)
    io.stdout.write(`Listening on http://127.0.0.1:${port} for ${options.upstream}\n`)
    await interrupted(io.signal)
  } catch (error) {
    const detail = error instanceof Error ? `${error.message}.` : 'The system refused it.'
    fail({ severity: 'error', code: 'MF9013', summary: `Port ${options.port} can not be listened on`, detail })
  } finally {
    await server.close()
    await bench.drain()
    await upstream.close()
  }
}

async function filtersOf(
  io: CommandIo,
  file: string,
  options: ServeOptions,
): Promise<{ readonly chain: readonly FilterSettings[] } | { readonly diagnostics: readonly Diagnostic[] }> {
  if (/\.ya?ml$/.test(file)) {
    const suite = await readTestFile(io, file)
    return suite.diagnostics.length > 0 ? { diagnostics: suite.diagnostics } : { chain: suite.filters }
  }
  const plugin = await readPlugin(io, file, options)
  return plugin.ok ? { chain: [plugin.filter] } : { diagnostics: [plugin.diagnostic] }
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (signal.aborted) settle()
    else signal.addEventListener('abort', () => settle(), { once: true })
  })
}
