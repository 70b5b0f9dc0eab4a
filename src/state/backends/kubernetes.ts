import type { StateBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import type { KubernetesApi } from './kubernetes/kubernetes-api.ts'
import { KubernetesLocks } from './kubernetes/kubernetes-locks.ts'
import { KubernetesSnapshots } from './kubernetes/kubernetes-snapshots.ts'
import { LocalJournals } from './local/local-journals.ts'

/** What the kubernetes backend needs. */
export interface KubernetesBackendOptions {
  readonly api: KubernetesApi
  /** Has to exist. */
  readonly namespace: string
  /** Where journals lie on this machine while an operation runs. */
  readonly journalDirectory: string
  readonly process: ProcessIdentity
  readonly clock: Clock
}

/** States as Secrets and locks as Leases in one namespace of a cluster. Journals stay on this machine. */
export function kubernetesBackend(options: KubernetesBackendOptions): StateBackend {
  const { api, namespace, process, clock } = options
  const locks = new KubernetesLocks(api, namespace, process, clock)
  return {
    kind: 'kubernetes',
    location: `${api.server} namespace ${namespace}`,
    snapshots: new KubernetesSnapshots(api, namespace, locks.holds.bind(locks)),
    journals: new LocalJournals(options.journalDirectory, false, () => true),
    locks,
    close: () => api.close(),
  }
}
