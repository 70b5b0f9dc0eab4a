import { join } from 'node:path'
import type { LockedPattern, PatternLock } from '../lock/pattern-lock.ts'
import type { Severity } from '../plan/diagnostic.ts'
import { fetchHttp } from '../registry/fetch-http.ts'
import { digestOf } from '../registry/read-response.ts'
import type { RegistryAccess } from '../registry/registry-client.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { CatalogCode } from './codes.ts'
import { fetchGit, type RunGit } from './fetch-git.ts'
import { type PatternAddress, parsePatternAddress } from './pattern-address.ts'
import { contentDigest, PATTERN_LIMITS, type PatternFiles, readArchive, withoutTopFolder } from './pattern-archive.ts'
import { pullPattern } from './pattern-image.ts'
import type { PatternStore } from './pattern-store.ts'

/** What is to be said of a source; whoever names the pattern adds the place. */
export interface PatternRemark {
  readonly severity: Severity
  readonly code: CatalogCode
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
}

/** A pattern on this machine: its design's path, the folder that it must not leave, and what it is. */
export interface ResolvedPattern {
  readonly path: string
  readonly root: string
  readonly locked: LockedPattern
}

export type PatternResolution =
  | { readonly ok: true; readonly pattern: ResolvedPattern; readonly remarks: readonly PatternRemark[] }
  | { readonly ok: false; readonly problem: PatternRemark }

/** What patterns are resolved with. */
export interface CatalogOptions {
  readonly lock: PatternLock
  readonly store: PatternStore
  readonly access: RegistryAccess
  readonly git: RunGit
  /**
   * `locked`: what is locked is taken, from here or by its digest. `compare`: ask the address whether it still stands for what was
   * locked. `update`: take whatever it stands for.
   */
  readonly trust: 'locked' | 'compare' | 'update'
}

/** Gets a pattern from wherever it is; undefined for a source that is a path. What is locked and kept here asks nobody. */
export async function resolvePattern(source: string, options: CatalogOptions): Promise<PatternResolution | undefined> {
  const address = parsePatternAddress(source)
  if (address === undefined) return undefined
  if ('problem' in address) return refuse('MF1611', `${source} is not the address of a pattern`, `${address.problem}.`)
  const locked = options.lock.get(source)
  try {
    if (options.trust === 'locked' && locked !== undefined) {
      const root = await options.store.kept(source, locked.content)
      if (root !== undefined) return found(root, address, locked)
    }
    const { files, digest } = await fetchPattern(
      options.trust === 'locked' ? narrowed(address, locked) : address,
      options,
      locked,
    )
    const now: LockedPattern = { digest, content: contentDigest(files) }
    if (locked !== undefined && options.trust !== 'update' && (now.digest !== locked.digest || now.content !== locked.content))
      return changed(source, locked, now)
    mustHold(files, address.folder)
    return found(await options.store.keep(source, files), address, now, pinned(source, address, locked))
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return refuse('MF1612', `${source} can not be fetched`, `${capital(error.message)}.`, error.hint)
  }
}

function found(
  root: string,
  address: PatternAddress,
  locked: LockedPattern,
  remarks: readonly PatternRemark[] = [],
): PatternResolution {
  return { ok: true, pattern: { root, path: join(root, address.folder), locked }, remarks }
}

function mustHold(files: PatternFiles, folder: string): void {
  if (folder === '' || [...files.keys()].some((path) => path === folder || path.startsWith(`${folder}/`))) return
  const designs = [...files.keys()]
    .filter((path) => /\/design\.ya?ml$/.test(path))
    .map((path) => path.slice(0, path.lastIndexOf('/')))
  const hint = designs.length === 0 ? undefined : `There are designs in ${designs.slice(0, 8).join(', ')}.`
  throw new RegistryError('not-found', `there is no folder ${folder} in it`, hint)
}

/** The address of exactly what was locked: a tag or branch that moved since does not break a design. */
function narrowed(address: PatternAddress, locked: LockedPattern | undefined): PatternAddress {
  if (locked === undefined) return address
  if (address.kind === 'oci') return { ...address, image: { ...address.image, digest: locked.digest } }
  if (address.kind === 'git') return { ...address, reference: locked.digest.slice('git:'.length) }
  return address
}

async function fetchPattern(
  address: PatternAddress,
  { access, git }: CatalogOptions,
  locked: LockedPattern | undefined,
): Promise<{ readonly files: PatternFiles; readonly digest: string }> {
  switch (address.kind) {
    case 'oci':
      return pullPattern(address.image, access)
    case 'git': {
      const { files, commit } = await fetchGit(address.repository, address.reference, git)
      return { files, digest: `git:${commit}` }
    }
    case 'http': {
      const wanted = { what: 'the pattern', maximum: PATTERN_LIMITS.archive, digestKnown: locked !== undefined }
      const bytes = await fetchHttp(address.url, access, wanted)
      const file = /\/([^/]+\.(?:ya?ml|json))$/i.exec(new URL(address.url).pathname)?.[1]
      const files =
        file === undefined ? withoutTopFolder(await readArchive(bytes), address.folder) : new Map([['design.yaml', bytes]])
      return { files, digest: digestOf(bytes) }
    }
  }
}

/** Nothing to say where the lock, or the address itself, says which bytes are meant. */
function pinned(source: string, address: PatternAddress, locked: LockedPattern | undefined): readonly PatternRemark[] {
  const byItself =
    (address.kind === 'oci' && address.image.digest !== undefined) ||
    (address.kind === 'git' && /^[0-9a-f]{40}$/.test(address.reference ?? ''))
  if (locked !== undefined || byItself) return []
  return [
    {
      severity: 'warning',
      code: 'MF1614',
      summary: `The pattern ${source} is not pinned`,
      detail: 'The address can stand for another design tomorrow.',
      hint: 'Run `meshform pattern lock`, and keep meshform.lock.yaml under version control.',
    },
  ]
}

function changed(source: string, locked: LockedPattern, now: LockedPattern): PatternResolution {
  const detail = `${locked.digest} was locked, and it is ${now.digest} now${now.digest === locked.digest ? ', with other files' : ''}.`
  return refuse('MF1613', `${source} has changed`, detail, 'If that is right, take it with `meshform pattern lock --update`.')
}

function refuse(code: CatalogCode, summary: string, detail: string, hint?: string): PatternResolution {
  return { ok: false, problem: { severity: 'error', code, summary, detail, ...(hint === undefined ? {} : { hint }) } }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
