import { type Clock, systemClock } from '../../state/clock.ts'
import type { Answer, Target } from '../contract.ts'
import { textOf } from '../json-fields.ts'
import { isCertificate } from './client-certificate.ts'
import { credentialSource, fileOrData } from './credentials.ts'
import { discoveryCache } from './discovery-cache.ts'
import { environmentProxy } from './environment-proxy.ts'
import { IN_CLUSTER, inClusterContext } from './in-cluster.ts'
import { defaultKubeconfigPath, type KubeContext, readKubeContext } from './kubeconfig.ts'
import { KubernetesTarget } from './kubernetes-target.ts'
import { redact } from './redact.ts'
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
    credentials: credentialSource(context, options.clock ?? systemClock, {
      environment,
      isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    }),
    userAgent: options.userAgent,
    connections: options.concurrency ?? CONCURRENCY,
  })
  return { ok: true, value: { transport, context: context.name }, warnings: address.warnings }
}

/** How a server may be reached through another. */
const PROXY_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

async function addressOf(context: KubeContext, environment: OpenOptions['environment']): Promise<Answer<ServerAddress>> {
  const { cluster } = context
  const server = textOf(cluster.server) ?? ''
  const url = parseUrl(server.includes('://') ? server : `https://${server}`)
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return incomplete(context, `its server "${redact(server)}" is no address such as https://host:6443`)
  const own = textOf(cluster['proxy-url']) || undefined
  const proxyText = own ?? (environmentProxy(environment, url) || undefined)
  const proxy = proxyText === undefined ? undefined : parseUrl(proxyText)
  if (proxyText !== undefined && (proxy === undefined || !PROXY_SCHEMES.has(proxy.protocol))) {
    const whose = own === undefined ? 'the proxy that the environment names' : 'its proxy-url'
    return incomplete(context, `${whose} is no address of a proxy, such as http://host:3128 or socks5://host:1080`)
  }
  const insecure = cluster['insecure-skip-tls-verify'] === true
  let certificateAuthority: string | undefined
  try {
    certificateAuthority = await fileOrData(cluster, 'certificate-authority')
  } catch (error) {
    return incomplete(context, error instanceof Error ? error.message : String(error))
  }
  if (certificateAuthority !== undefined && !isCertificate(certificateAuthority))
    return incomplete(context, 'its certificate authority is no PEM certificate')
  const address = { url, certificateAuthority, insecure, serverName: textOf(cluster['tls-server-name']), proxy }
  const warnings = insecure
    ? [`Context "${context.name}" does not verify the server's certificate (insecure-skip-tls-verify)`]
    : []
  return { ok: true, value: address, warnings }
}

function incomplete({ name, clusterPlace }: KubeContext, why: string): Answer<never> {
  const message = `The cluster of context "${name}"${clusterPlace === undefined ? '' : ` (${clusterPlace})`}: ${why}`
  return { ok: false, error: { kind: 'kubeconfig', problem: 'incomplete', message, context: name, contexts: [] } }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
