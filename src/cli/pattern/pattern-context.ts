import { join } from 'node:path'
import { installedGit } from '../../catalog/fetch-git.ts'
import { looksLikeAddress } from '../../catalog/pattern-address.ts'
import { PatternStore } from '../../catalog/pattern-store.ts'
import { type CatalogOptions, type PatternResolution, resolvePattern } from '../../catalog/resolve-pattern.ts'
import type { FetchedPattern, FetchPattern } from '../../design/module/load-module.ts'
import type { PatternLock } from '../../lock/pattern-lock.ts'
import type { CommandIo } from '../command-io.ts'
import { designFolder } from '../design-folder.ts'
import { registryAccess } from '../filter/filter-context.ts'
import { PROJECT_FOLDER } from '../local-project.ts'
import { readLock } from '../read-lock.ts'

/** What a run fetched, by source. */
export type FetchedSources = Map<string, PatternResolution & { readonly ok: true }>

/** How patterns are got here, but for what is locked. */
export function catalogOptions(io: CommandIo, lock: PatternLock, trust: CatalogOptions['trust']): CatalogOptions {
  const store = new PatternStore(join(io.cwd, PROJECT_FOLDER, 'patterns'))
  return { lock, store, access: registryAccess(io), git: installedGit(io.env, io.signal), trust }
}

/** Fetches the patterns of a design, each address once. The lock file is read when the first address is met. */
export function patternFetcher(
  io: CommandIo,
  paths: readonly string[],
  trust: CatalogOptions['trust'] = 'locked',
  fetched: FetchedSources = new Map(),
): FetchPattern {
  const resolutions = new Map<string, Promise<FetchedPattern | undefined>>()
  let locked: ReturnType<typeof readLock> | undefined
  const fetchOnce = async (source: string): Promise<FetchedPattern | undefined> => {
    locked ??= readLock(designFolder(io, paths[0] ?? '.'))
    const read = await locked
    if (!read.ok) return { problem: read.diagnostic }
    const resolution = await resolvePattern(source, catalogOptions(io, read.lock.patterns, trust))
    if (resolution === undefined) return undefined
    if (!resolution.ok) return { problem: resolution.problem }
    fetched.set(source, resolution)
    return { path: resolution.pattern.path, root: resolution.pattern.root, remarks: resolution.remarks }
  }
  return (source) => {
    if (!looksLikeAddress(source)) return Promise.resolve(undefined)
    const known = resolutions.get(source) ?? fetchOnce(source)
    resolutions.set(source, known)
    return known
  }
}
