import type { Scope } from '../contract.ts'
import { compareVersions } from '../version.ts'

/** True when the servers are at least this old; a design that tells no version means the newest. */
export function hasVersion(scope: Scope, since: string): boolean {
  const { version } = scope.mesh.spec
  return version === undefined || compareVersions(version, since) >= 0
}
