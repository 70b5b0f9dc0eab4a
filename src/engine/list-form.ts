import type { ObjectKey } from '../plan/manifest.ts'

/** What a kind is listed as: its metadata alone, or whole. */
export type ListForm = 'metadata' | 'whole'

/**
 * Kinds that controllers write over and over, if only their status: what was recorded of them is soon out of date. Service accounts
 * are given tokens up to Kubernetes 1.23, and are hardly more than metadata. By `group/kind`.
 */
const LIVELY_KINDS: ReadonlySet<string> = new Set([
  '/Node',
  '/PersistentVolumeClaim',
  '/Pod',
  '/ReplicationController',
  '/ServiceAccount',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'autoscaling/HorizontalPodAutoscaler',
  'batch/CronJob',
  'batch/Job',
  'coordination.k8s.io/Lease',
  'discovery.k8s.io/EndpointSlice',
  'policy/PodDisruptionBudget',
])

/** True of kinds whose metadata alone would not do for long. */
export function isLively({ group, kind }: Pick<ObjectKey, 'group' | 'kind'>): boolean {
  return LIVELY_KINDS.has(`${group}/${kind}`)
}
