import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'

/** How workers are run in a cluster. */
export interface JobOptions {
  readonly namespace: string
  readonly image: string
  /** Program and arguments; the worker of our own CLI by default. */
  readonly command: readonly string[]
  readonly workers: number
  /** Seconds after which Kubernetes ends the Job, whatever happens. */
  readonly deadlineSeconds: number
  readonly labels: Readonly<Record<string, string>>
  readonly placement: PodPlacement
}

/** What a pod is given and where it may run, in Kubernetes' own words. */
export interface PodPlacement {
  readonly resources?: JsonObject
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly JsonObject[]
}

/** The label of everything that belongs to a run. */
export const RUN_LABEL = 'meshform.dev/perf-run'

/** Names of what a run and its workers write to each other. */
export const taskName = (run: string): string => run
export const startName = (run: string): string => `${run}-start`
export const readyName = (run: string, index: number): string => `${run}-ready-${index}`
export const reportName = (run: string, index: number): string => `${run}-report-${index}`

/**
 * What a run needs in one cluster: the task in a Secret (it may hold a client key), an account that may read it and write
 * ConfigMaps, and an indexed Job whose pods take their share of the load by their index.
 */
export function jobManifests(run: string, task: string, options: JobOptions): Manifest[] {
  const { namespace } = options
  const { resources, nodeSelector, tolerations } = options.placement
  const metadata = (name: string) => ({ name, namespace, labels: { [RUN_LABEL]: run, ...options.labels } })
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(run) },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(taskName(run)),
      type: 'Opaque',
      data: { task: Buffer.from(task, 'utf8').toString('base64') },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(run),
      rules: [
        { apiGroups: [''], resources: ['secrets'], resourceNames: [taskName(run)], verbs: ['get'] },
        { apiGroups: [''], resources: ['configmaps'], resourceNames: [startName(run)], verbs: ['get'] },
        { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(run),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: run },
      subjects: [{ kind: 'ServiceAccount', name: run, namespace }],
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadata(run),
      spec: {
        completionMode: 'Indexed',
        completions: options.workers,
        parallelism: options.workers,
        backoffLimit: 0,
        activeDeadlineSeconds: options.deadlineSeconds,
        ttlSecondsAfterFinished: 600,
        template: {
          metadata: { labels: { [RUN_LABEL]: run, ...options.labels } },
          spec: {
            serviceAccountName: run,
            restartPolicy: 'Never',
            ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
            ...(tolerations === undefined ? {} : { tolerations: [...tolerations] }),
            containers: [
              {
                name: 'load',
                image: options.image,
                command: [...options.command],
                ...(resources === undefined ? {} : { resources }),
                // What a worker says when it fails is read from its pod's status.
                terminationMessagePolicy: 'FallbackToLogsOnError',
                env: [
                  { name: 'MESHFORM_PERF_RUN', value: run },
                  { name: 'MESHFORM_PERF_NAMESPACE', value: namespace },
                ],
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                  runAsNonRoot: true,
                  runAsUser: 65_532,
                  seccompProfile: { type: 'RuntimeDefault' },
                },
              },
            ],
          },
        },
      },
    },
  ]
}

/** The word to start: when, in milliseconds since the epoch. */
export function startManifest(run: string, startAt: number, options: JobOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: startName(run), namespace: options.namespace, labels: { [RUN_LABEL]: run, ...options.labels } },
    data: { startAt: String(startAt) },
  }
}
