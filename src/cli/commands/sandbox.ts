import { Command } from 'commander'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { FAILURES } from '../../sandbox/failures/failure-table.ts'
import type { CommandIo } from '../command-io.ts'
import { collect, milliseconds, wholeNumber } from '../design-options.ts'
import { sandboxDirectory } from '../local-project.ts'
import { terminalView } from '../open-view.ts'

/** A background server that nobody has asked for so long ends by itself, in milliseconds. */
const BACKGROUND_IDLE_MS = 30 * 60_000

interface StartOptions {
  readonly background?: boolean
  readonly port?: number
  readonly idleTimeout?: number
  readonly fail: readonly string[]
}

/** `meshform sandbox`: the embedded Kubernetes API for others, such as kubectl. */
export function sandboxCommand(io: CommandIo): Command {
  const command = new Command('sandbox')
    .summary('Run and reset the embedded Kubernetes API')
    .description(
      'The sandbox is a Kubernetes API inside meshform, kept under .meshform/sandbox. Plan and apply need no server; start one for kubectl and other tools.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  kubectl --kubeconfig <(meshform sandbox kubeconfig) get pods -A\n  meshform sandbox start --background --fail image-pull=shop/app=reviews\n  meshform sandbox stop\n',
    )
  for (const make of [startCommand, statusCommand, kubeconfigCommand, stopCommand, resetCommand]) command.addCommand(make(io))
  return command
}

function complain(io: CommandIo, diagnostics: readonly Diagnostic[]): void {
  terminalView(io).diagnostics(diagnostics)
  io.setExitCode(1)
}

/** The script that node was given, to start the same command in the background. */
function entryScript(): string {
  return process.argv[1] ?? ''
}

function startCommand(io: CommandIo): Command {
  const failures = FAILURES.map(({ name, amount, summary }) => {
    const usage = amount === undefined ? `${name}[=NAMESPACE[/LABEL=VALUE,...]]` : `${name}[=${amount.unit.toUpperCase()}]`
    return `  ${usage.padEnd(46)}${summary}`
  })
  return new Command('start')
    .summary('Serve the sandbox on the loopback')
    .description(
      'Serves the sandbox on 127.0.0.1 to those who have its token. In the foreground, until Ctrl-C, unless told otherwise.',
    )
    .option('-b, --background', 'start it in the background and return once it answers')
    .option('--port <number>', 'port for plain HTTP (default: the one of the last run, or any free one)', wholeNumber(1))
    .option(
      '--idle-timeout <time>',
      'end when nobody has asked for so long (default: never; in the background 30m)',
      milliseconds,
    )
    .option('--fail <failure>', 'switch a failure on; may be given several times', collect, [])
    .addHelpText('after', `\nFailures:\n${failures.join('\n')}\n`)
    .action(async (options: StartOptions) => {
      const { ensureSandboxServer, readFailures, runSandboxServer } = await import('../sandbox-server.ts')
      const { findSandboxServer } = await import('../../sandbox/server/server-file.ts')
      const directory = sandboxDirectory(io)
      const failures = readFailures(options.fail)
      if (!failures.ok) return complain(io, failures.diagnostics)
      const running = await findSandboxServer(directory)
      if (running !== undefined) {
        io.stdout.write(`The sandbox is served already at ${running.url} (process ${running.owner.pid}).\n`)
        if (options.fail.length > 0) io.stderr.write('It keeps the failures it was started with: stop it first to change them.\n')
        return
      }
      const idleMs = options.idleTimeout ?? (options.background === true ? BACKGROUND_IDLE_MS : 0)
      const server = {
        directory,
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(idleMs === 0 ? {} : { idleMs }),
        failures: options.fail,
      }
      if (options.background === true) {
        const started = await ensureSandboxServer(server, entryScript(), io.env)
        if (!started.ok) return complain(io, started.diagnostics)
        io.stdout.write(`The sandbox is served at ${started.value.url} (process ${started.value.owner.pid}).\n`)
        return
      }
      const ended = await runSandboxServer(
        server,
        ({ url, secureUrl }) =>
          io.stdout.write(
            `The sandbox is served at ${url} and ${secureUrl}.\n\n  kubectl --kubeconfig <(meshform sandbox kubeconfig) get all -A\n\nCtrl-C ends it.\n`,
          ),
        io.signal,
      )
      if (!ended.ok) return complain(io, ended.diagnostics)
      io.stderr.write(ended.value === 'idle' ? 'Nobody asked any more: the server ended.\n' : 'The server ended.\n')
    })
}

function statusCommand(io: CommandIo): Command {
  return new Command('status')
    .summary('Show whether the sandbox is served, and what it holds')
    .description('Shows where the sandbox is kept, whether a server runs on it, and how many objects of each kind it holds.')
    .option('--json', 'as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const { sandboxStatus } = await import('../sandbox-status.ts')
      const status = await sandboxStatus(sandboxDirectory(io))
      if (options.json === true) {
        io.stdout.write(`${JSON.stringify(status, null, 2)}\n`)
        return
      }
      const { server, objects } = status
      io.stdout.write(`Kept in ${status.directory}\n`)
      io.stdout.write(server === null ? 'No server runs.\n' : `Served at ${server.url} by process ${server.pid}.\n`)
      const kinds = Object.entries(objects)
      const width = Math.max(0, ...kinds.map(([, count]) => String(count).length))
      for (const [resource, count] of kinds) io.stdout.write(`  ${String(count).padStart(width)} ${resource}\n`)
    })
}

function kubeconfigCommand(io: CommandIo): Command {
  return new Command('kubeconfig')
    .summary('Print a kubeconfig for the sandbox')
    .description(
      'Prints a kubeconfig for the sandbox, and starts its server in the background when none runs; that one ends by itself after 30 minutes without a request, or by `meshform sandbox stop`. The kubeconfig holds the token, and goes on working when the server is started again.',
    )
    .addHelpText('after', '\nExamples:\n  kubectl --kubeconfig <(meshform sandbox kubeconfig) get pods -A\n')
    .action(async () => {
      const { ensureSandboxServer } = await import('../sandbox-server.ts')
      const { sandboxKubeconfig } = await import('../../sandbox/server/kubeconfig.ts')
      const options = { directory: sandboxDirectory(io), idleMs: BACKGROUND_IDLE_MS, failures: [] }
      const server = await ensureSandboxServer(options, entryScript(), io.env)
      if (!server.ok) return complain(io, server.diagnostics)
      io.stdout.write(sandboxKubeconfig(server.value))
    })
}

function stopCommand(io: CommandIo): Command {
  return new Command('stop')
    .summary('End the sandbox server')
    .description('Ends the server that runs on the sandbox. What it holds stays.')
    .action(async () => {
      const { findSandboxServer } = await import('../../sandbox/server/server-file.ts')
      const server = await findSandboxServer(sandboxDirectory(io))
      if (server === undefined) {
        io.stdout.write('No server runs.\n')
        return
      }
      const { stopSandboxServer } = await import('../sandbox-server.ts')
      if (await stopSandboxServer(server)) io.stdout.write('The server ended.\n')
      else complain(io, [notEnding(server.owner.pid)])
    })
}

function notEnding(pid: number): Diagnostic {
  return {
    severity: 'error',
    code: 'MF6030',
    summary: 'The server did not end',
    detail: `Process ${pid} was asked to end and still runs.`,
    hint: `End it yourself: kill ${pid}. What it answered is on disk.`,
  }
}

function resetCommand(io: CommandIo): Command {
  return new Command('reset')
    .summary('Empty the sandbox')
    .description(
      'Ends the server and throws away every object of the sandbox. Recorded state stays: the next plan shows what is missing.',
    )
    .option('-y, --yes', 'do not ask')
    .action(async (options: { readonly yes?: boolean }) => {
      const directory = sandboxDirectory(io)
      const { resetSandbox } = await import('../sandbox-status.ts')
      if (options.yes !== true && !(await mayReset(io, directory))) {
        io.setExitCode(1)
        return
      }
      const reset = await resetSandbox(directory)
      if (!reset.ok) return complain(io, reset.diagnostics)
      io.stdout.write(`The sandbox in ${directory} is empty.\n`)
    })
}

async function mayReset(io: CommandIo, directory: string): Promise<boolean> {
  const { canAsk } = await import('../confirm.ts')
  if (!canAsk(io)) {
    terminalView(io).diagnostics([
      {
        severity: 'error',
        code: 'MF6002',
        summary: 'Nobody can be asked',
        detail: 'Standard input is no terminal.',
        hint: 'Add --yes to empty the sandbox without being asked.',
      },
    ])
    return false
  }
  const { ask } = await import('../ask.ts')
  return ask(`Throw away every object in ${directory}?`, io.signal)
}
