import { inClusterStore } from '../../perf/distributed/in-cluster-store.ts'
import { runWorker } from '../../perf/distributed/worker.ts'
import { inClusterServer } from '../../targets/kubernetes/in-cluster.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'

/** `perf worker`: the program of a distributed run's pods. What it is to do is in the environment that the Job gives it. */
export async function runPerfWorker(io: CommandIo): Promise<void> {
  const { env } = io
  const run = env.MESHFORM_PERF_RUN
  const namespace = env.MESHFORM_PERF_NAMESPACE
  const index = Number(env.JOB_COMPLETION_INDEX)
  const server = inClusterServer(env)
  if (run === undefined || namespace === undefined || server === undefined || !Number.isInteger(index)) {
    terminalView(io).diagnostics([
      {
        severity: 'error',
        code: 'MF7012',
        summary: 'This is no pod of a perf run',
        detail:
          'MESHFORM_PERF_RUN, MESHFORM_PERF_NAMESPACE, JOB_COMPLETION_INDEX, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not all set.',
        hint: 'Workers are started by `meshform perf run` for checks with `distributed`.',
      },
    ])
    io.setExitCode(1)
    return
  }
  try {
    const store = await inClusterStore({ run, namespace, server })
    await runWorker({ run, index, store, now: Date.now, signal: io.signal })
  } catch (error) {
    // Trouble with the API or the account: who started the run reads it from the pod's last words.
    terminalView(io).diagnostics([
      {
        severity: 'error',
        code: 'MF7012',
        summary: `Worker ${index} of ${run} could not do its part`,
        detail: (error as Error).message,
      },
    ])
    io.setExitCode(1)
  }
}
