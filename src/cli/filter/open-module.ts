import { type ModuleResolution, resolveModule } from '../../filters/registry/resolve-module.ts'
import type { CommandIo } from '../command-io.ts'
import { readLock } from '../read-lock.ts'
import { filterLibrary, registryAccess } from './filter-context.ts'

/** Gets a module from wherever a user may name one. Relative paths and the lock file belong to `folder`. */
export async function openModule(
  io: CommandIo,
  source: string,
  options: { readonly folder: string; readonly sha256?: string },
): Promise<ModuleResolution> {
  const read = await readLock(options.folder)
  if (!read.ok) return read
  const { folder, sha256 } = options
  return resolveModule(source, {
    folder,
    lock: read.lock.filters,
    library: filterLibrary(io),
    access: registryAccess(io),
    ...(sha256 === undefined ? {} : { sha256 }),
  })
}
