import type { Command } from 'commander'
import type { CommandIo } from './command-io.ts'

/** A command and the module it is loaded from when it is asked for. */
export interface CommandEntry {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly group: 'Main' | 'Designs' | 'State' | 'Meshes' | 'Other'
  /** The command's maker. It is given every command, for those that speak of all of them. */
  readonly load: () => Promise<(io: CommandIo, commands: readonly CommandEntry[]) => Command>
}
