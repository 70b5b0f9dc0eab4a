import { resolve } from 'node:path'
import { type ReadModule, readModuleFile } from '../../filters/read-module.ts'
import type { CommandIo } from '../command-io.ts'

/** Reads a module from wherever a user may name one. Relative paths start from `folder`. */
export async function openModule(
  _io: CommandIo,
  source: string,
  options: { readonly folder: string; readonly sha256?: string },
): Promise<ReadModule> {
  return readModuleFile(resolve(options.folder, source.replace(/^file:\/\//, '')), source)
}
