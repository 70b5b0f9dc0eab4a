import { resolvePattern } from '../../catalog/resolve-pattern.ts'
import type { FetchPattern } from '../../design/module/load-module.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { catalogOptions, patternFetcher } from './pattern-context.ts'

/** A pattern named on the command line: its path, its digest where it came from an address, and what fetches those that it uses. */
export type OpenedPattern =
  | {
      readonly ok: true
      readonly path: string
      readonly root: string | undefined
      readonly digest: string | undefined
      readonly fetchPattern: FetchPattern
    }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** Opens a pattern by its path or address, as it is now: no lock file speaks for the command line. */
export async function openPattern(io: CommandIo, source: string): Promise<OpenedPattern> {
  const resolution = await resolvePattern(source, catalogOptions(io, new Map(), 'update'))
  const fetchPattern = patternFetcher(io, [source], 'update')
  if (resolution === undefined) return { ok: true, path: source, root: undefined, digest: undefined, fetchPattern }
  if (!resolution.ok) return { ok: false, diagnostic: resolution.problem }
  const { path, root, locked } = resolution.pattern
  return { ok: true, path, root, digest: locked.digest, fetchPattern }
}
