import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { pushState } from '../../../state/push-state.ts'
import { decodeState } from '../../../state/state-file.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { terminalView } from '../../open-view.ts'
import { stateCipher } from '../../state-keys.ts'
import { whyUnreadable } from '../../why-unreadable.ts'
import { withLockedState } from '../../with-state.ts'

/** `meshform state push`: replaces the state by a file. */
export function pushCommand(io: CommandIo): Command {
  return withRunOptions(new Command('push'))
    .summary('Replace the state by a file')
    .description(
      'Replaces the state by a file that `state pull` printed. A file of another design, of another lineage or with a lower serial is refused.',
    )
    .argument('<file>', 'the state file')
    .option('--force', 'take another lineage or a lower serial')
    .action((file: string, options: RunOptions & { readonly force?: boolean }) =>
      withLockedState(io, options, 'state push', async ({ fail }, { session }) => {
        let bytes: Uint8Array
        try {
          bytes = await readFile(resolve(io.cwd, file))
        } catch (error) {
          terminalView(io).diagnostics([
            { severity: 'error', code: 'MF6003', summary: `${file} can not be read`, detail: whyUnreadable(error) },
          ])
          return io.setExitCode(1)
        }
        // `state pull` prints what is encrypted in the clear: that is what comes back.
        const cipher = stateCipher(io, true)
        if (!cipher.ok) return fail(cipher.error)
        const decoded = await decodeState(bytes, file, cipher.value)
        if (!decoded.ok) return fail(decoded.error)
        const pushed = await pushState(session, decoded.value.state, options.force === true)
        if (!pushed.ok) return fail(pushed.error)
        const { serial, objects } = pushed.value
        io.stdout.write(`The state has serial ${serial} now, with ${objects.size} object${objects.size === 1 ? '' : 's'}.\n`)
      }),
    )
}
