import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { SANDBOX_CLUSTER } from '../design/design.ts'
import type { CommandIo } from './command-io.ts'

/** The folder that holds what meshform keeps for itself, in the current folder. */
export const PROJECT_FOLDER = '.meshform'

/** Where the sandbox keeps its objects. */
export function sandboxDirectory(io: CommandIo): string {
  return io.env.MESHFORM_SANDBOX ?? join(io.cwd, PROJECT_FOLDER, 'sandbox')
}

/** Where a cluster keeps its objects that a design says is embedded: the sandbox, or one more of them beside it. */
export function embeddedDirectory(io: CommandIo, cluster: string): string {
  const sandbox = sandboxDirectory(io)
  return cluster === SANDBOX_CLUSTER ? sandbox : `${sandbox}-${cluster}`
}

/** Where local state lies. A context named by hand has a state of its own: the sandbox's objects are not that cluster's. */
export function stateDirectory(io: CommandIo, context: string | undefined): string {
  if (context === undefined) return join(io.cwd, PROJECT_FOLDER, 'state')
  const safe = context.replaceAll(/[^A-Za-z0-9.-]+/g, '-').slice(0, 60)
  const digest = createHash('sha256').update(context).digest('hex').slice(0, 8)
  return join(io.cwd, PROJECT_FOLDER, 'contexts', `${safe}-${digest}`, 'state')
}

/** Where discovery answers and downloads are kept between runs. */
export function cacheDirectory(io: CommandIo): string {
  return join(io.cwd, PROJECT_FOLDER, 'cache')
}
