import type { Clock } from '../../state/clock.ts'
import { systemClock } from '../../state/clock.ts'
import type { Target } from '../contract.ts'
import { inProcessTransport, type RequestHandler } from './in-process-transport.ts'
import { KubernetesTarget } from './kubernetes-target.ts'
import { DEFAULT_RETRY_POLICY } from './retry.ts'

/** Requests at once: the process answers them one after the other anyway, so that more only costs memory. */
const CONCURRENCY = 64

/** The sandbox as a target. Closing the target calls `onClose`; without it the sandbox stays open, for who opened it to close. */
export function sandboxTarget(
  sandbox: RequestHandler,
  cluster: string,
  clock: Clock = systemClock,
  onClose?: () => Promise<void>,
): Target {
  return new KubernetesTarget({
    cluster,
    kind: 'sandbox',
    context: undefined,
    transport: inProcessTransport(sandbox, 'meshform', onClose),
    cache: undefined,
    clock,
    concurrency: CONCURRENCY,
    retry: DEFAULT_RETRY_POLICY,
    random: Math.random,
  })
}
