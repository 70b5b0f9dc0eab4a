import { Command } from 'commander'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { withLockedState } from '../../with-state.ts'

/** `meshform state rekey`: writes the state with the key that is given now. */
export function rekeyCommand(io: CommandIo): Command {
  return withRunOptions(new Command('rekey'))
    .summary('Encrypt the state with another key')
    .description(
      'Writes the state anew with the first key there is: MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE. The old one is read from MESHFORM_STATE_KEY_OLD or MESHFORM_STATE_PASSPHRASE_OLD.',
    )
    .option('--decrypt', 'write it without encryption')
    .action((options: RunOptions & { readonly decrypt?: boolean }) =>
      withLockedState(
        io,
        options,
        'state rekey',
        async ({ opened, fail }, { session }) => {
          if (opened.cipher === undefined) {
            return fail({
              kind: 'invalid-configuration',
              about: 'key',
              message: 'There is no key: set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE.',
            })
          }
          const written = await session.replace(session.state, options.decrypt === true ? 'plain' : 'sealed')
          if (!written.ok) return fail(written.error)
          io.stdout.write(
            options.decrypt === true
              ? 'The state is no longer encrypted. Take the key away too: with one, only an encrypted state is read.\n'
              : 'The state is encrypted with the first key.\n',
          )
        },
        true,
      ),
    )
}
