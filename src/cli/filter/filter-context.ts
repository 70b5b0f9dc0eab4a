import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FilterLibrary } from '../../filters/registry/filter-library.ts'
import { EMPTY_LOCK, LOCK_FILE, type LockFile, parseLock } from '../../filters/registry/lock-file.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { type CredentialSources, dockerCredentials, runCredentialHelper } from '../../registry/docker-credentials.ts'
import type { RegistryAccess } from '../../registry/registry-client.ts'
import type { CommandIo } from '../command-io.ts'
import { PROJECT_FOLDER } from '../local-project.ts'
import { writeFileAtomically } from '../write-file.ts'

/** For one request to a registry, in milliseconds: a large layer over a slow line. */
const requestTimeout = 120_000

/** The filters that this folder keeps. */
export function filterLibrary(io: CommandIo): FilterLibrary {
  return new FilterLibrary(join(io.cwd, PROJECT_FOLDER, 'filters'), (path, content) => writeFileAtomically(path, content))
}

/** How registries are talked to from here. */
export function registryAccess(io: CommandIo): RegistryAccess {
  const sources: CredentialSources = { env: io.env, runHelper: runCredentialHelper }
  return {
    fetch,
    credentials: (host) => dockerCredentials(host, sources, io.signal),
    signal: io.signal,
    timeoutMilliseconds: requestTimeout,
    insecureHosts: (io.env.MESHFORM_INSECURE_REGISTRIES ?? '').split(',').filter((host) => host !== ''),
  }
}

/** The lock file in a folder; empty where there is none. */
export async function readLock(
  folder: string,
): Promise<{ readonly ok: true; readonly lock: LockFile } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  const path = join(folder, LOCK_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const lock = text === undefined ? EMPTY_LOCK : parseLock(text)
  if (lock !== undefined) return { ok: true, lock }
  const detail = 'A damaged lock would let any artifact through.'
  const hint = 'Take it from version control, or delete it and run `meshform filter lock`.'
  return {
    ok: false,
    diagnostic: { severity: 'error', code: 'MF9017', summary: `${path} is not a lock file`, detail, hint },
  }
}
