import { join } from 'node:path'
import { FilterLibrary } from '../../filters/registry/filter-library.ts'
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
