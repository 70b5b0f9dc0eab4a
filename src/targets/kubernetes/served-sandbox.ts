import { type Clock, systemClock } from '../../state/clock.ts'
import type { Answer, Target } from '../contract.ts'
import type { CredentialSource } from './credentials.ts'
import { KubernetesTarget } from './kubernetes-target.ts'
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry.ts'
import { UndiciTransport } from './undici-transport.ts'

/** Requests at once: the one thread that answers them is busy with fewer already. */
const CONCURRENCY = 16

/** A sandbox that another process serves. */
export interface ServedSandboxOptions {
  readonly cluster: string
  /** Plain HTTP on the loopback. */
  readonly url: string
  readonly token: string
  readonly userAgent: string
  readonly clock?: Clock
  readonly retry?: RetryPolicy
}

/** Opens a sandbox that another process serves. Talks to nobody yet. */
export function openServedSandbox(options: ServedSandboxOptions): Answer<Target> {
  const transport = new UndiciTransport({
    address: {
      url: new URL(options.url),
      certificateAuthority: undefined,
      insecure: false,
      serverName: undefined,
      proxy: undefined,
    },
    credentials: bearer(options.token),
    userAgent: options.userAgent,
    connections: CONCURRENCY,
  })
  const target = new KubernetesTarget({
    cluster: options.cluster,
    kind: 'sandbox',
    context: undefined,
    transport,
    cache: undefined,
    clock: options.clock ?? systemClock,
    concurrency: CONCURRENCY,
    retry: options.retry ?? DEFAULT_RETRY_POLICY,
    random: Math.random,
  })
  return { ok: true, value: target, warnings: [] }
}

function bearer(token: string): CredentialSource {
  const credentials = {
    headers: { authorization: `Bearer ${token}` },
    certificate: undefined,
    key: undefined,
    expires: undefined,
  }
  return { current: async () => ({ ok: true, credentials }), renew: () => false }
}
