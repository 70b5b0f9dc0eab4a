import type { Design } from '../design/design.ts'
import { SANDBOX_CLUSTER } from '../design/design.ts'
import type { ClusterSpec } from '../design/schema/design.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { PlannedCluster } from '../plan/plan.ts'
import type { Answer, Target } from '../targets/contract.ts'
import { silentGroupWarning, targetDiagnostic } from '../targets/error-diagnostics.ts'
import type { Emit } from './events.ts'
import type { Connection } from './refresh.ts'

/** Makes a target for a cluster: the effects of reaching it are the caller's, the decision which is ours. */
export interface TargetOpeners {
  readonly sandbox: (cluster: string) => Promise<Answer<Target>>
  readonly kubernetes: (
    cluster: string,
    options: {
      readonly context: string | undefined
      readonly kubeconfig: string | undefined
      /** Folder or file of the design, where it is the design that names the kubeconfig. */
      readonly beside?: string
    },
  ) => Promise<Answer<Target>>
  readonly consul: (cluster: string, spec: NonNullable<ClusterSpec['consul']>) => Promise<Answer<Target>>
}

/** Every cluster of a design, connected or not. */
export interface Connections {
  readonly connections: ReadonlyMap<string, Connection>
  readonly clusters: readonly PlannedCluster[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Connects to every cluster that these names stand for, each on its own: one that is down does not stop the others. */
export async function connectAll(
  names: readonly string[],
  design: Design | undefined,
  openers: TargetOpeners,
  options: { readonly offline: boolean; readonly context: string | undefined; readonly kubeconfig: string | undefined },
  signal: AbortSignal,
  emit: Emit = () => {},
): Promise<Connections> {
  const connections = new Map<string, Connection>()
  const clusters: PlannedCluster[] = []
  const outages: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  await Promise.all(
    [...names].sort().map(async (name) => {
      const title = titleOf(name, design, options.context)
      if (options.offline) {
        connections.set(name, { kind: 'unavailable', title, reason: 'planned offline' })
        clusters.push({ name, kind: 'offline', context: undefined, server: undefined, version: undefined })
        return
      }
      const declared = design?.clusters.get(name)
      const spec: ClusterSpec = declared ?? { sandbox: true }
      const place = declared === undefined ? {} : { location: declared.location }
      const opened = await open(name, spec, openers, options, design?.directory)
      if (opened.ok) opened.value.whenWaiting?.((reason) => emit({ type: 'cluster-waiting', cluster: title, reason }))
      const connected = opened.ok ? await ready(opened.value, title, signal) : opened
      if (connected.ok) {
        connections.set(name, connected.value.connection)
        clusters.push({ name, ...connected.value.description })
        const { silent = [] } = connected.value.connection.served
        const told = [
          ...(opened.ok ? opened.warnings.map((warning) => connectionWarning(title, warning)) : []),
          ...silent.map(({ group, version }) => silentGroupWarning(`${group}/${version}`, title)),
        ]
        warnings.push(...told.map((warning) => ({ ...warning, ...place })))
        return
      }
      if (opened.ok) await opened.value.close()
      connections.set(name, { kind: 'unavailable', title, reason: connected.error.message })
      clusters.push({ name, kind: 'offline', context: spec.context, server: undefined, version: undefined })
      outages.push({ ...targetDiagnostic(connected.error, { verb: 'connect to', kind: 'cluster', cluster: title }), ...place })
    }),
  )
  if (options.kubeconfig !== undefined && clusters.length > 0 && clusters.every(({ kind }) => kind === 'sandbox'))
    warnings.push(unusedKubeconfig)
  const some = [...connections.values()].some((connection) => connection.kind === 'connected')
  return {
    connections,
    clusters: clusters.sort((left, right) => (left.name < right.name ? -1 : 1)),
    diagnostics: [...warnings, ...(some ? outages.map(withoutThatCluster) : outages)],
  }
}

const unusedKubeconfig: Diagnostic = {
  severity: 'warning',
  code: 'MF5024',
  summary: '--kubeconfig is not used: everything is on the sandbox',
  hint: 'A cluster is always named on purpose: pass --context too, or name one under `clusters` of the design.',
}

/** With another cluster there, the plan goes on: what is on this one is compared with the state alone, and skipped by an apply. */
function withoutThatCluster(diagnostic: Diagnostic): Diagnostic {
  return {
    ...diagnostic,
    severity: 'warning',
    detail: `${diagnostic.detail ?? ''} The other clusters are planned without it, and an apply leaves out what is on it.`.trim(),
  }
}

function connectionWarning(title: string, warning: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF5021',
    summary: `Cluster ${title} is reached in an unsafe way`,
    detail: `${warning}.`,
    hint: 'Mend its entry in the kubeconfig.',
  }
}

/** The context's name, where `--context` stands in for the sandbox. */
function titleOf(name: string, design: Design | undefined, context: string | undefined): string {
  const spec = design?.clusters.get(name)
  return name === SANDBOX_CLUSTER && spec === undefined && context !== undefined ? context : name
}

function open(
  name: string,
  spec: ClusterSpec,
  openers: TargetOpeners,
  options: { readonly context: string | undefined; readonly kubeconfig: string | undefined },
  beside: string | undefined,
): Promise<Answer<Target>> {
  if (spec.consul !== undefined) return openers.consul(name, spec.consul)
  if (spec.context !== undefined || spec.kubeconfig !== undefined) {
    const { context, kubeconfig } = spec
    return kubeconfig !== undefined && beside !== undefined
      ? openers.kubernetes(name, { context, kubeconfig, beside })
      : openers.kubernetes(name, { context, kubeconfig: kubeconfig ?? options.kubeconfig })
  }
  if (options.context !== undefined && name === SANDBOX_CLUSTER) {
    return openers.kubernetes(name, { context: options.context, kubeconfig: options.kubeconfig })
  }
  return openers.sandbox(name)
}

async function ready(target: Target, title: string, signal: AbortSignal) {
  const [description, served] = await Promise.all([target.describe(signal), target.served(signal)])
  if (!description.ok) return description
  if (!served.ok) return served
  const connection: Connection = { kind: 'connected', title, target, served: served.value }
  return { ok: true, value: { connection, description: description.value } } as const
}

/** Closes whatever was connected. */
export async function disconnectAll(connections: ReadonlyMap<string, Connection>): Promise<void> {
  await Promise.all(
    [...connections.values()].map(async (connection) => {
      if (connection.kind === 'connected') await connection.target.close()
    }),
  )
}
