import { Command } from 'commander'
import { describeObject } from '../../../plan/manifest.ts'
import { moveAddress } from '../../../state/edit-state.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { withLockedState } from '../../with-state.ts'
import { nothingRecordedAt } from './nothing-recorded.ts'

/** `meshform state mv`: records a component's objects under another address. */
export function mvCommand(io: CommandIo): Command {
  return withRunOptions(new Command('mv'))
    .summary('Record a component under another address')
    .description(
      'Records the objects of a component under another address. A `moved` block in the design does the same, and is reviewed.',
    )
    .argument('<from>', 'the address now, such as traffic.reviews')
    .argument('<to>', 'the address from now on')
    .action((from: string, to: string, options: RunOptions) =>
      withLockedState(io, options, 'state mv', async ({ view, fail }, { session }) => {
        const { state, objects } = moveAddress(session.state, from, to)
        if (objects.length === 0) {
          view.diagnostics([nothingRecordedAt(from, session.state)])
          io.setExitCode(1)
          return
        }
        const written = await session.replace(state)
        if (!written.ok) return fail(written.error)
        for (const { key } of objects) io.stdout.write(`${describeObject(key)}: ${from} -> ${to}\n`)
      }),
    )
}
