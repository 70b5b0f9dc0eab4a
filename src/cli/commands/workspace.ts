import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import { emptyState } from '../../plan/recorded-state.ts'
import { systemClock } from '../../state/clock.ts'
import { checkStateRef, stateRefText } from '../../state/state-ref.ts'
import { deleteState, listWorkspaces, workspaceExists } from '../../state/workspaces.ts'
import { writeWorkspace } from '../chosen-workspace.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions, workspaceOption } from '../design-options.ts'
import { lockAndOpen } from '../open-state.ts'
import { withBackend } from '../with-state.ts'

/** `meshform workspace`: states of one design side by side, such as one for each environment. */
export function workspaceCommand(io: CommandIo): Command {
  const command = new Command('workspace')
    .summary('Keep several states of one design')
    .description(
      'A workspace is a state of its own, such as one for each environment. --workspace and MESHFORM_WORKSPACE name one for a single command.',
    )
    .addHelpText('after', '\nExamples:\n  meshform workspace new staging -f .\n  meshform workspace list -f .\n')
  for (const make of [listCommand, showCommand, newCommand, selectCommand, deleteCommand]) command.addCommand(make(io))
  return command
}

function listCommand(io: CommandIo): Command {
  return withRunOptions(new Command('list'))
    .summary('List workspaces')
    .description('Lists every workspace that has a state, with its designs. The one in use has a star.')
    .action((options: RunOptions) =>
      withBackend(io, options, async ({ opened, fail }) => {
        const found = await listWorkspaces(opened.backend, io.signal)
        if (!found.ok) return fail(found.error)
        if (options.json === true) {
          io.stdout.write(`${JSON.stringify({ selected: options.workspace, workspaces: found.value }, null, 2)}\n`)
          return
        }
        const listed = new Map(found.value.map(({ name, designs }) => [name, designs]))
        if (!listed.has(options.workspace)) listed.set(options.workspace, [])
        for (const [name, designs] of [...listed].sort(([a], [b]) => (a < b ? -1 : 1))) {
          io.stdout.write(
            `${name === options.workspace ? '*' : ' '} ${name}${designs.length === 0 ? '' : `  ${designs.join(', ')}`}\n`,
          )
        }
      }),
    )
}

function newCommand(io: CommandIo): Command {
  return withRunOptions(new Command('new'))
    .summary('Make a workspace and use it')
    .description('Makes an empty state of the design in a new workspace, and uses it from now on in this folder.')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .action((name: string, options: RunOptions) =>
      withBackend(io, options, async ({ opened, design, view, fail }) => {
        const ref = { workspace: name, design: design.name }
        const locked = await lockAndOpen(opened, ref, 'workspace new', options.lockTimeout, io.signal, (text) => view.note(text))
        if (!locked.ok) return fail(locked.error)
        const { session, lock } = locked.value
        const exists = session.state.lineage !== ''
        const written = exists ? undefined : await session.replace(emptyState(design.name))
        await lock.release()
        if (exists)
          return fail({ kind: 'in-use', message: `${stateRefText(ref)} exists already. Use \`workspace select ${name}\`.` })
        if (written !== undefined && !written.ok) return fail(written.error)
        await writeWorkspace(io, name)
        io.stdout.write(`The workspace ${name} is made and in use.\n`)
      }),
    )
}

function showCommand(io: CommandIo): Command {
  return new Command('show')
    .summary('Print the workspace in use')
    .description('Prints the name of the workspace that commands in this folder use.')
    .addOption(workspaceOption())
    .action((options: { readonly workspace: string }) => {
      io.stdout.write(`${options.workspace}\n`)
    })
}

function selectCommand(io: CommandIo): Command {
  return withRunOptions(new Command('select'))
    .summary('Use a workspace')
    .description('Uses a workspace from now on in this folder. --workspace and MESHFORM_WORKSPACE still win over it.')
    .argument('<name>', 'the workspace')
    .option('--or-create', 'use it although it has no state yet')
    .action((name: string, options: RunOptions & { readonly orCreate?: boolean }) =>
      withBackend(io, options, async ({ opened, design, fail }) => {
        const exists = options.orCreate === true ? undefined : await workspaceExists(opened.backend, name, design.name, io.signal)
        if (exists?.ok === false) return fail(exists.error)
        if (exists?.value === false) {
          const message = `There is no workspace ${name}. To make it: meshform workspace new ${name}, or select it with --or-create.`
          return fail({ kind: 'not-found', message })
        }
        const checked = checkStateRef({ workspace: name, design: design.name })
        if (!checked.ok) return fail(checked.error)
        await writeWorkspace(io, name)
        io.stdout.write(`The workspace ${name} is in use.\n`)
      }),
    )
}

function deleteCommand(io: CommandIo): Command {
  return withRunOptions(new Command('delete'))
    .summary('Delete the state of a workspace')
    .description('Deletes the state of the design in a workspace. One that still has objects is refused: destroy them first.')
    .argument('<name>', 'the workspace')
    .option('--dangerous-forget-objects', 'delete it although it has objects, which stay where they are')
    .action((name: string, options: RunOptions & { readonly dangerousForgetObjects?: boolean }) =>
      withBackend(io, options, async ({ opened, design, view, fail }) => {
        const ref = { workspace: name, design: design.name }
        const locked = await lockAndOpen(opened, ref, 'workspace delete', options.lockTimeout, io.signal, (text) =>
          view.note(text),
        )
        if (!locked.ok) return fail(locked.error)
        const force = options.dangerousForgetObjects === true
        const common = { clock: systemClock, signal: io.signal, newId: randomUUID, cipher: opened.cipher }
        const deleted = await deleteState(opened.backend, ref, locked.value.lock, { ...common, force })
        await locked.value.lock.release()
        if (!deleted.ok) return fail(deleted.error)
        if (name === options.workspace) await writeWorkspace(io, 'default')
        io.stdout.write(`The state of ${design.name} in the workspace ${name} is deleted.\n`)
      }),
    )
}
