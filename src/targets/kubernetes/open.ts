import { type Clock, systemClock } from '../../state/clock.ts'
import type { Answer, Target } from '../contract.ts'
import { textOf } from '../json-fields.ts'
import { credentialSource, fileOrData } from './credentials.ts'
import { discoveryCache } from './discovery-cache.ts'
import { environmentProxy } from './environment-proxy.ts'
import { IN_CLUSTER, inClusterContext } from './in-cluster.ts'
import { defaultKubeconfigPath, type KubeContext, readKubeContext } from './kubeconfig.ts'
import { KubernetesTarget } from './kubernetes-target.ts'
import { DEFAULT_RETRY_POLICY } from './retry.ts'
import type { Transport } from './transport.ts'
import { type ServerAddress, UndiciTransport } from './undici-transport.ts'

/** Requests at once. More gains nothing against one API server, and stays well below its own limit of 200 writes in flight. */
const CONCURRENCY = 32

/** What a real cluster is opened with. */
export interface OpenOptions {
  /** The cluster's name in the design. */
  readonly cluster: string
  /** One file, or several as KUBECONFIG lists them; undefined: where the environment says kubeconfigs are. */
  readonly kubeconfigPath: string | undefined
  /** Undefined: the kubeconfig's current one, for those who asked for that. */
  readonly context: string | undefined
  readonly userAgent: string
  /** Where discovery is kept between runs; undefined to keep nothing. */
  readonly cacheDirectory: string | undefined
  readonly clock?: Clock
  /** KUBECONFIG and HOME where no path is given, and proxies for clusters whose kubeconfig names none. */
  readonly environment: { readonly [name: string]: string | undefined }
  readonly concurrency?: number
  /** Where a pod has its service account's files; undefined: where Kubernetes puts them. */
  readonly serviceAccount?: string
}

/** Opens a cluster by kubeconfig and context. Talks to nobody yet. */
export async function openKubernetesTarget(options: OpenOptions): Promise<Answer<Target>> {
  const clock = options.clock ?? systemClock
  const opened = await openKubernetesTransport(options)
  if (!opened.ok) return opened
  const { transport, context } = opened.value
  const concurrency = options.concurrency ?? CONCURRENCY
  const target = new KubernetesTarget({
    cluster: options.cluster,
    kind: 'kubernetes',
    context,
    transport,
    cache: options.cacheDirectory === undefined ? undefined : discoveryCache(options.cacheDirectory, transport.server),
    clock,
    concurrency,
    retry: DEFAULT_RETRY_POLICY,
    random: Math.random,
  })
  return { ok: true, value: target, warnings: opened.warnings }
}

/** A connection to the API server of a context. Talks to nobody yet. */
export async function openKubernetesTransport(
  options: Pick<
    OpenOptions,
    'kubeconfigPath' | 'context' | 'userAgent' | 'clock' | 'environment' | 'concurrency' | 'serviceAccount'
  >,
): Promise<Answer<{ readonly transport: Transport; readonly context: string }>> {
  const { environment } = options
  const path = options.kubeconfigPath ?? defaultKubeconfigPath(environment, environment.HOME ?? environment.USERPROFILE ?? '')
  const read = await readKubeContext(path, options.context)
  const around = !read.ok && options.context === IN_CLUSTER ? inClusterContext(environment, options.serviceAccount) : undefined
  const found: Answer<KubeContext> = around === undefined ? read : { ok: true, value: around, warnings: [] }
  if (!found.ok) return found
  const context = found.value
  const address = await addressOf(context, environment)
  if (!address.ok) return address
  const transport = new UndiciTransport({
    address: address.value,
    credentials: credentialSource(context, options.clock ?? systemClock),
    userAgent: options.userAgent,
    connections: options.concurrency ?? CONCURRENCY,
  })
  return { ok: true, value: { transport, context: context.name }, warnings: address.warnings }
}

async function addressOf(context: KubeContext, environment: OpenOptions['environment']): Promise<Answer<ServerAddress>> {
  const { cluster } = context
  const server = textOf(cluster.server) ?? ''
  const url = parseUrl(server.includes('://') ? server : `https://${server}`)
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return incomplete(context, `the server "${server}" is no http address`)
  const proxyText = textOf(cluster['proxy-url']) ?? environmentProxy(environment, url)
  const proxy = proxyText === undefined || proxyText === '' ? undefined : parseUrl(proxyText)
  if (proxy === undefined && proxyText !== undefined && proxyText !== '')
    return incomplete(context, 'its proxy-url is no address')
  const insecure = cluster['insecure-skip-tls-verify'] === true
  try {
    const certificateAuthority = await fileOrData(cluster, 'certificate-authority')
    const address = { url, certificateAuthority, insecure, serverName: textOf(cluster['tls-server-name']), proxy }
    const warnings = insecure
      ? [`Context "${context.name}" does not verify the server's certificate (insecure-skip-tls-verify)`]
      : []
    return { ok: true, value: address, warnings }
  } catch {
    return incomplete(context, `its certificate authority ${textOf(cluster['certificate-authority']) ?? ''} can't be read`)
  }
}

function incomplete(context: KubeContext, why: string): Answer<never> {
  const message = `Context "${context.name}" can't be used: ${why}`
  return { ok: false, error: { kind: 'kubeconfig', problem: 'incomplete', message, context: context.name, contexts: [] } }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
