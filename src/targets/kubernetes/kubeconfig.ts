import { readFile } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Answer, TargetError } from '../contract.ts'
import { textOf } from '../json-fields.ts'

/** Larger files are no kubeconfig. */
const LARGEST_FILE = 10 * 1024 * 1024

/** One context of a kubeconfig with its cluster and user. File paths are absolute. Holds secrets: never shown, logged or kept. */
export interface KubeContext {
  readonly name: string
  readonly namespace: string | undefined
  readonly cluster: JsonObject
  readonly user: JsonObject
}

interface NamedEntry {
  readonly name: string
  readonly value: JsonObject
}

interface Kubeconfig {
  readonly contexts: readonly NamedEntry[]
  readonly clusters: readonly NamedEntry[]
  readonly users: readonly NamedEntry[]
  readonly current: string | undefined
}

/** Where kubeconfigs are when nobody says: `KUBECONFIG` (a list, as PATH is one), else `.kube/config` at home. */
export function defaultKubeconfigPath(environment: { readonly [name: string]: string | undefined }, home: string): string {
  return environment.KUBECONFIG || join(home, '.kube', 'config')
}

/** Reads one context. `path` may list several files; as with kubectl the first that names a thing wins. */
export async function readKubeContext(path: string, context: string | undefined): Promise<Answer<KubeContext>> {
  const files = path.split(delimiter).filter((file) => file !== '')
  const configs: Kubeconfig[] = []
  let problem: string | undefined
  for (const file of files) {
    const read = await readKubeconfig(file)
    if (typeof read === 'string') problem ??= read
    else configs.push(read)
  }
  if (configs.length === 0) return refuse('unreadable', problem ?? 'No kubeconfig file is named', context, [])
  const names = [...new Set(configs.flatMap((config) => config.contexts.map((entry) => entry.name)))].sort()
  const wanted = context ?? configs.find((config) => config.current !== undefined)?.current
  if (wanted === undefined) return refuse('no-current-context', `${path} names no current context`, context, names)
  const found = lookUp(configs, 'contexts', wanted)
  if (found === undefined) return refuse('no-context', `${path} has no context "${wanted}"`, wanted, names)
  const cluster = lookUp(configs, 'clusters', textOf(found.cluster) ?? '')
  if (cluster === undefined || textOf(cluster.server) === undefined) {
    return refuse('incomplete', `Context "${wanted}" of ${path} names no cluster with a server`, wanted, names)
  }
  const userName = textOf(found.user)
  const user = userName === undefined ? {} : lookUp(configs, 'users', userName)
  if (user === undefined)
    return refuse('incomplete', `Context "${wanted}" of ${path} names the user "${userName}", who is not there`, wanted, names)
  return { ok: true, value: { name: wanted, namespace: textOf(found.namespace), cluster, user }, warnings: [] }
}

function refuse(
  problem: Extract<TargetError, { kind: 'kubeconfig' }>['problem'],
  message: string,
  context: string | undefined,
  contexts: readonly string[],
): { readonly ok: false; readonly error: TargetError } {
  return { ok: false, error: { kind: 'kubeconfig', problem, message, context, contexts } }
}

async function readKubeconfig(file: string): Promise<Kubeconfig | string> {
  const directory = dirname(resolve(file))
  try {
    const text = await readFile(file, 'utf8')
    if (text.length > LARGEST_FILE) return `${file} is too large for a kubeconfig`
    const value: unknown = parse(text)
    if (!isJsonObject(value)) return `${file} is not a kubeconfig`
    const current = textOf(value['current-context'])
    return {
      contexts: entriesOf(value.contexts, 'context'),
      clusters: entriesOf(value.clusters, 'cluster').map((entry) => withAbsolutePaths(entry, directory)),
      users: entriesOf(value.users, 'user').map((entry) => withAbsolutePaths(entry, directory)),
      current: current === '' ? undefined : current,
    }
  } catch (error) {
    // What a YAML parser says may quote the line it stumbled over, which may be a secret.
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'it is not YAML'
    return code === 'ENOENT' ? `${file} does not exist` : `${file} can't be read: ${code}`
  }
}

function entriesOf(list: JsonValue | undefined, kind: string): readonly NamedEntry[] {
  if (!Array.isArray(list)) return []
  const entries: NamedEntry[] = []
  for (const item of list as readonly JsonValue[]) {
    const name = isJsonObject(item) ? textOf(item.name) : undefined
    const value = isJsonObject(item) ? item[kind] : undefined
    if (name !== undefined) entries.push({ name, value: isJsonObject(value) ? value : {} })
  }
  return entries
}

function lookUp(configs: readonly Kubeconfig[], list: 'contexts' | 'clusters' | 'users', name: string): JsonObject | undefined {
  for (const config of configs) {
    const entry = config[list].find((candidate) => candidate.name === name)
    if (entry !== undefined) return entry.value
  }
  return undefined
}

const FILE_FIELDS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const

function withAbsolutePaths(entry: NamedEntry, directory: string): NamedEntry {
  const value: { [key: string]: JsonValue } = { ...entry.value }
  for (const field of FILE_FIELDS) {
    const file = textOf(value[field])
    if (file !== undefined && file !== '' && !isAbsolute(file)) value[field] = join(directory, file)
  }
  const exec = value.exec
  const command = isJsonObject(exec) ? textOf(exec.command) : undefined
  if (isJsonObject(exec) && command !== undefined && /[/\\]/.test(command) && !isAbsolute(command)) {
    value.exec = { ...exec, command: join(directory, command) }
  }
  return { name: entry.name, value }
}
