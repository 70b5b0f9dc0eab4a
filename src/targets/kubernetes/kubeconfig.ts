import { delimiter, join } from 'node:path'
import type { JsonObject } from '../../plan/json.ts'
import type { Answer, TargetError } from '../contract.ts'
import { textOf } from '../json-fields.ts'
import { type EntryList, type Kubeconfig, type NamedEntry, readKubeconfig } from './kubeconfig-file.ts'

/** One context of a kubeconfig with its cluster and user. File paths are absolute. Holds secrets: never shown, logged or kept. */
export interface KubeContext {
  readonly name: string
  readonly namespace: string | undefined
  readonly cluster: JsonObject
  readonly user: JsonObject
  readonly userName: string | undefined
  /** `file:line` of the cluster's and of the user's entry; undefined where no kubeconfig is behind them. */
  readonly clusterPlace: string | undefined
  readonly userPlace: string | undefined
}

/** Where kubeconfigs are when nobody says: `KUBECONFIG` (a list, as PATH is one), else `.kube/config` at home. */
export function defaultKubeconfigPath(environment: { readonly [name: string]: string | undefined }, home: string): string {
  return environment.KUBECONFIG || join(home, '.kube', 'config')
}

/**
 * Reads one context. `path` may list several files; as with kubectl the first that names a thing wins, files that are not there are
 * passed over, and one that can't be read is an error.
 */
export async function readKubeContext(path: string, context: string | undefined): Promise<Answer<KubeContext>> {
  const files = path.split(delimiter).filter((file) => file !== '')
  const configs: Kubeconfig[] = []
  let missing: string | undefined
  for (const file of files) {
    const read = await readKubeconfig(file)
    if (read.ok) configs.push(read.config)
    else if (!read.isMissing) return refuse('unreadable', read.problem, context, [])
    else missing ??= read.problem
  }
  if (configs.length === 0) return refuse('unreadable', missing ?? 'No kubeconfig file is named', context, [])
  const names = [...new Set(configs.flatMap((config) => config.contexts.map((entry) => entry.name)))].sort()
  const chosen = configs.find((config) => config.current !== undefined)
  const wanted = context ?? chosen?.current?.name
  if (wanted === undefined) return refuse('no-current-context', `${path} names no current context`, context, names)
  const found = lookUp(configs, 'contexts', wanted)
  if (found === undefined) {
    const where = context === undefined ? (chosen?.current?.place ?? path) : path
    const message =
      context === undefined ? `${where}: the current context "${wanted}" is not there` : `${path} has no context "${wanted}"`
    return refuse('no-context', message, wanted, names)
  }
  return contextOf(configs, found, wanted, names)
}

function contextOf(
  configs: readonly Kubeconfig[],
  found: NamedEntry,
  wanted: string,
  names: readonly string[],
): Answer<KubeContext> {
  const incomplete = (message: string) => refuse('incomplete', message, wanted, names)
  const clusterName = textOf(found.value.cluster)
  if (clusterName === undefined) return incomplete(`${found.place}: context "${wanted}" names no cluster`)
  const cluster = lookUp(configs, 'clusters', clusterName)
  if (cluster === undefined) {
    return incomplete(
      `${found.place}: context "${wanted}" names the cluster "${clusterName}", which is not there${known(configs, 'clusters')}`,
    )
  }
  const userName = textOf(found.value.user)
  const user = userName === undefined ? undefined : lookUp(configs, 'users', userName)
  if (user === undefined && userName !== undefined) {
    return incomplete(
      `${found.place}: context "${wanted}" names the user "${userName}", who is not there${known(configs, 'users')}`,
    )
  }
  const mistake = [found, cluster, ...(user === undefined ? [] : [user])].flatMap(({ mistakes }) => mistakes)[0]
  if (mistake !== undefined) return incomplete(mistake)
  if (textOf(cluster.value.server) === undefined) return incomplete(`${cluster.place}: cluster "${clusterName}" has no server`)
  const value = {
    name: wanted,
    namespace: textOf(found.value.namespace),
    cluster: cluster.value,
    user: user?.value ?? {},
    userName,
    clusterPlace: cluster.place,
    userPlace: user?.place,
  }
  return { ok: true, value, warnings: [] }
}

function known(configs: readonly Kubeconfig[], list: EntryList): string {
  const names = configs.flatMap((config) => config[list].map((entry) => entry.name))
  return names.length === 0 ? ` (there are no ${list})` : ` (there: ${names.slice(0, 10).join(', ')})`
}

function refuse(
  problem: Extract<TargetError, { kind: 'kubeconfig' }>['problem'],
  message: string,
  context: string | undefined,
  contexts: readonly string[],
): { readonly ok: false; readonly error: TargetError } {
  return { ok: false, error: { kind: 'kubeconfig', problem, message, context, contexts } }
}

function lookUp(configs: readonly Kubeconfig[], list: EntryList, name: string): NamedEntry | undefined {
  for (const config of configs) {
    const entry = config[list].find((candidate) => candidate.name === name)
    if (entry !== undefined) return entry
  }
  return undefined
}
