import { dirname, resolve } from 'node:path'
import type { CommandIo } from './command-io.ts'

/** The folder of a design that is named by this file or folder: its lock file speaks for it. */
export function designFolder(io: CommandIo, named: string): string {
  const path = resolve(io.cwd, named)
  return /\.(ya?ml|json)$/i.test(path) ? dirname(path) : path // one file was named, not the folder it stands in
}
