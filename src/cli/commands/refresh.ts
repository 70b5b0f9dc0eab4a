import { Command } from 'commander'
import { disconnectAll } from '../../engine/connect.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { describeObject } from '../../plan/manifest.ts'
import { refreshedState } from '../../planner/refreshed-state.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, WHOLE, withRunOptions } from '../design-options.ts'
import { planRun } from '../plan-run.ts'
import { withLockedState } from '../with-state.ts'

/** `meshform refresh`: brings the state up to what is live. */
export function refreshCommand(io: CommandIo): Command {
  return withRunOptions(new Command('refresh'))
    .summary('Bring the state up to what is live')
    .description(
      'Forgets recorded objects that are gone, and settles what an interrupted run left open. Fields that others changed stay drift: the next plan shows them. Changes no object.',
    )
    .addHelpText('after', '\n`meshform plan --refresh-only` shows what changed outside without writing anything.\n')
    .action((options: RunOptions) =>
      withLockedState(io, options, 'refresh', async ({ design, view, fail }, { session }) => {
        const { made, connections } = await planRun({
          io,
          options: { ...options, ...WHOLE },
          design,
          state: session.state,
          mode: 'refresh-only',
          askAboutCreates: false,
          diagnostics: [],
          emit: (event) => view.event(event),
        })
        await disconnectAll(connections.connections)
        view.close()
        if (hasErrors(made.plan.diagnostics)) {
          view.diagnostics(made.plan.diagnostics)
          io.setExitCode(1)
          return
        }
        view.plan(made.plan)
        const refreshed = refreshedState(session.state, made.live)
        if (refreshed.changed) {
          const written = await session.replace(refreshed.state)
          if (!written.ok) return fail(written.error)
        }
        for (const { key } of refreshed.forgotten) io.stdout.write(`Forgot ${describeObject(key)}: it is gone\n`)
        const counts = `${refreshed.forgotten.length} forgotten, ${refreshed.touched} touched by others without effect`
        io.stdout.write(refreshed.changed ? `The state is up to date: ${counts}.\n` : 'The state was up to date.\n')
      }),
    )
}
