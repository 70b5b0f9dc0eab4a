import { resolve } from 'node:path'
import { Command } from 'commander'
import { stringify } from 'yaml'
import { SANDBOX_CLUSTER } from '../../design/design.ts'
import { connectAll, disconnectAll } from '../../engine/connect.ts'
import type { Connection } from '../../engine/refresh.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import { isJsonObject } from '../../plan/json.ts'
import { describeObject } from '../../plan/manifest.ts'
import { isMadeByCluster } from '../../planner/cluster-made.ts'
import { type FoundObject, importDesign } from '../../planner/import-design.ts'
import { targetDiagnostic } from '../../targets/error-diagnostics.ts'
import type { CommandIo } from '../command-io.ts'
import { targetOpeners } from '../open-targets.ts'
import { terminalView } from '../open-view.ts'
import { refuseToOverwrite } from '../refuse-to-overwrite.ts'
import { writeFileAtomically } from '../write-file.ts'

interface ImportOptions {
  readonly context?: string
  readonly kubeconfig?: string
  readonly namespace?: string
  readonly selector?: string
  readonly name: string
  readonly out?: string
}

/** `meshform import`: writes the design of objects that exist already. */
export function importCommand(io: CommandIo): Command {
  return new Command('import')
    .summary('Write the design of live objects')
    .description(
      'Reads live objects and writes a design that says them as they are, with `imports` that take them in at the next apply. Values of Secrets become sensitive inputs. Changes nothing.',
    )
    .argument('<what...>', 'kinds, or single objects as Kind/name or Kind/namespace/name')
    .option('--context <name>', 'kubeconfig context to read from instead of the sandbox')
    .option('--kubeconfig <path>', 'kubeconfig file (default: $KUBECONFIG or ~/.kube/config)')
    .option('-n, --namespace <name>', 'namespace of objects that name none, and of whole kinds (default: all)')
    .option('-l, --selector <labels>', 'only objects of whole kinds with these labels')
    .option('--name <name>', 'name of the design', 'imported')
    .option('-o, --out <file>', 'write to a file')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform import Deployment/reviews Service/reviews -n bookinfo --context kind-east\n  meshform import VirtualService DestinationRule -n bookinfo --name bookinfo --out imported.yaml\n',
    )
    .action((what: readonly string[], options: ImportOptions) => runImport(io, what, options))
}

async function runImport(io: CommandIo, what: readonly string[], options: ImportOptions): Promise<void> {
  const view = terminalView(io)
  if (refuseToOverwrite(io, view, options.out)) return
  const named = { offline: false, context: options.context, kubeconfig: options.kubeconfig }
  const connected = await connectAll([SANDBOX_CLUSTER], undefined, targetOpeners(io), named, io.signal)
  const connection = connected.connections.get(SANDBOX_CLUSTER)
  const diagnostics: Diagnostic[] = [...connected.diagnostics]
  const found: FoundObject[] = []
  const left: string[] = []
  try {
    if (connection?.kind === 'connected') {
      for (const item of what) await findObjects(item, options, connection, { found, left, diagnostics }, io.signal)
    }
  } finally {
    await disconnectAll(connected.connections)
  }
  view.diagnostics(diagnostics)
  if (hasErrors(diagnostics) || connection?.kind !== 'connected') {
    io.setExitCode(1)
    return
  }
  if (left.length > 0) view.note(leftOut(left))
  const objects = once(found)
  const text = stringify(importDesign(options.name, objects), { lineWidth: 0 })
  if (options.out === undefined) io.stdout.write(text)
  else {
    await writeFileAtomically(resolve(io.cwd, options.out), text, 0o644)
    view.note(
      `${objects.length} ${objects.length === 1 ? 'object is' : 'objects are'} in ${options.out}. Look at it, then: meshform plan -f ${options.out}`,
    )
  }
}

async function findObjects(
  item: string,
  options: ImportOptions,
  { title, target, served }: Extract<Connection, { readonly kind: 'connected' }>,
  { found, left, diagnostics }: Finds,
  signal: AbortSignal,
): Promise<void> {
  const [wanted = '', ...names] = item.split('/')
  const lower = wanted.toLowerCase()
  const kind = served.all.find(
    (each) => each.kind.toLowerCase() === lower || each.plural === lower || `${each.plural}.${each.group}` === lower,
  )
  if (kind === undefined || names.length > 2) {
    diagnostics.push(unknownItem(item, kind === undefined))
    return
  }
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  const about = { verb: 'read', kind: kind.kind, cluster: title }
  if (names.length === 0) {
    const listed = await target.list(
      {
        apiVersion,
        kind: kind.kind,
        ...(options.namespace === undefined || !kind.namespaced ? {} : { namespace: options.namespace }),
        ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
      },
      signal,
    )
    if (!listed.ok) diagnostics.push(targetDiagnostic(listed.error, about))
    for (const object of listed.ok ? listed.value : []) {
      const one = { apiVersion, object: { ...object, kind: kind.kind } }
      if (isMadeByCluster(kind.kind, object)) left.push(nameOf(one))
      else found.push(one)
    }
    return
  }
  const name = names.at(-1) ?? ''
  const namespace = kind.namespaced ? ((names.length === 2 ? names[0] : options.namespace) ?? 'default') : ''
  const key = { cluster: target.cluster, group: kind.group, kind: kind.kind, namespace, name }
  const got = await target.get(key, apiVersion, signal)
  if (got.ok) found.push({ apiVersion, object: { ...got.value, kind: kind.kind } })
  else diagnostics.push(targetDiagnostic(got.error, { ...about, key }))
}

/** What is found, and what of whole kinds is left out. */
interface Finds {
  readonly found: FoundObject[]
  readonly left: string[]
  readonly diagnostics: Diagnostic[]
}

function nameOf({ object }: FoundObject): string {
  const { kind } = object
  const { name, namespace } = isJsonObject(object.metadata) ? object.metadata : {}
  return describeObject({ kind: String(kind), namespace: namespace === undefined ? '' : String(namespace), name: String(name) })
}

/** Without those that were asked for twice. */
function once(found: readonly FoundObject[]): readonly FoundObject[] {
  return [...new Map(found.map((one) => [`${one.apiVersion} ${nameOf(one)}`, one])).values()]
}

function leftOut(left: readonly string[]): string {
  const names = `${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`
  return `Left out, since the cluster makes them by itself: ${names}. Name one as Kind/namespace/name to have it all the same.`
}

function unknownItem(item: string, isUnknownKind: boolean): Diagnostic {
  return {
    severity: 'error',
    code: 'MF6001',
    summary: isUnknownKind ? `The cluster serves no kind "${item.split('/')[0] ?? ''}"` : `${item} is no object`,
    hint: 'Write a kind such as Deployment, or an object as Kind/name or Kind/namespace/name.',
  }
}
