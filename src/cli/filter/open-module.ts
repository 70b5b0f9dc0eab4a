import { type ModuleResolution, resolveModule } from '../../filters/registry/resolve-module.ts'
import type { CommandIo } from '../command-io.ts'
import { filterLibrary, readLock, registryAccess } from './filter-context.ts'

/** Gets a module from wherever a user may name one. Relative paths and the lock file belong to `folder`. */
export async function openModule(
  io: CommandIo,
  source: string,
  options: { readonly folder: string; readonly sha256?: string },
): Promise<ModuleResolution> {
  const lock = await readLock(options.folder)
  if (!lock.ok) return lock
  const { folder, sha256 } = options
  return resolveModule(source, {
    folder,
    lock: lock.lock,
    library: filterLibrary(io),
    access: registryAccess(io),
    ...(sha256 === undefined ? {} : { sha256 }),
  })
}
