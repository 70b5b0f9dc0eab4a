import { SandboxedBench } from '../../filters/bench/sandboxed-bench.ts'
import type { FilterSettings } from '../../filters/host/filter-settings.ts'
import { rootIdFor } from '../../filters/run/run-once.ts'
import { requestMessage, responseMessage } from '../../filters/test/test-messages.ts'
import type { CommandIo } from '../command-io.ts'

/** The filter with the root id that its module registers, where none is given and it does nothing without one; a warning says so. */
export async function withRootId(io: CommandIo, filter: FilterSettings): Promise<FilterSettings> {
  const tried = { filter, request: requestMessage(), upstream: responseMessage() }
  const rootId = await rootIdFor(tried, () => new SandboxedBench({ signal: io.signal }))
  if (rootId === undefined) return filter
  io.stderr.write(
    `warning: without a root id ${filter.name} does nothing, so "${rootId}" was taken, which it registers: say so with --root-id\n`,
  )
  return { ...filter, rootId }
}
