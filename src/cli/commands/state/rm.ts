import { Command } from 'commander'
import { describeObject } from '../../../plan/manifest.ts'
import { forgetObjects, isMeant } from '../../../state/edit-state.ts'
import type { CommandIo } from '../../command-io.ts'
import { type RunOptions, withRunOptions } from '../../design-options.ts'
import { withLockedState } from '../../with-state.ts'
import { nothingRecordedAt } from './nothing-recorded.ts'

/** `meshform state rm`: forgets objects without touching them. */
export function rmCommand(io: CommandIo): Command {
  return withRunOptions(new Command('rm'))
    .summary('Forget objects without deleting them')
    .description(
      'Forgets the objects of a component, or single objects such as `ConfigMap/shop/settings`. They stay in their cluster. A `removed` block in the design does the same, and is reviewed.',
    )
    .argument('<what...>', 'addresses, or objects as `state list` prints them: Kind/name, Kind/namespace/name')
    .action((what: readonly string[], options: RunOptions) =>
      withLockedState(io, options, 'state rm', async ({ view, fail }, { session }) => {
        const missing = what.filter((item) => ![...session.state.objects.values()].some((object) => isMeant(object, item)))
        if (missing.length > 0) {
          view.diagnostics(missing.map((item) => nothingRecordedAt(item, session.state)))
          io.setExitCode(1)
          return
        }
        const { state, objects } = forgetObjects(session.state, (object) => what.some((item) => isMeant(object, item)))
        const written = await session.replace(state)
        if (!written.ok) return fail(written.error)
        for (const { key } of objects) io.stdout.write(`Forgot ${describeObject(key)}\n`)
      }),
    )
}
