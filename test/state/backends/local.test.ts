import { localBackend } from '../../../src/state/backends/local.ts'
import { PROCESS, temporaryFolder } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { movedClock } from './moved-clock.ts'

describeBackend(
  'local',
  async () => {
    const directory = await temporaryFolder()
    const clock = movedClock()
    return {
      client: async ({ process = PROCESS } = {}) => localBackend({ directory, process, clock }),
      elapse: async (milliseconds) => clock.forward(milliseconds),
    }
  },
  { expiryMs: 60_000, lists: true, renews: true, inspects: true },
)
