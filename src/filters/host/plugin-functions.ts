import { fromByteText } from '../abi/byte-text.ts'
import { logLevels, Status } from '../abi/constants.ts'
import { expressionFunctions } from './expression-functions.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import { longestText } from './guest-memory.ts'
import { readProperty, writeProperty } from './properties.ts'

const none = Buffer.alloc(0)

/** Host functions of the plugin as a whole: log, time, contexts, properties, foreign functions, and what emscripten imports. */
export function pluginFunctions(guest: Guest): HostFunctionTable {
  const { world } = guest
  const expressions = expressionFunctions(guest)
  return {
    proxy_log: (level: number, message: number, length: number) => {
      const name = logLevels[level]
      if (name === undefined) return Status.badArgument
      if (!guest.memory.holds(message, length)) return Status.invalidMemoryAccess
      // What is only counted need not be read: a filter that logs without end costs little.
      if (world.log.full) world.log.drop()
      else {
        const text = guest.memory.text(message, Math.min(length >>> 0, longestText)) ?? ''
        world.log.write({ filter: guest.settings.name, level: name, message: fromByteText(text), via: 'log' })
      }
      return Status.ok
    },
    proxy_get_log_level: (levelOut: number) =>
      guest.memory.writeU32(levelOut, world.logLevel) ? Status.ok : Status.invalidMemoryAccess,
    proxy_get_current_time_nanoseconds: (timeOut: number) =>
      guest.memory.writeU64(timeOut, world.clock.now) ? Status.ok : Status.invalidMemoryAccess,
    proxy_set_tick_period_milliseconds: (period: number) => {
      guest.setTickPeriod(period >>> 0)
      return Status.ok
    },
    proxy_set_effective_context: (id: number) => (guest.setEffectiveContext(id >>> 0) ? Status.ok : Status.badArgument),
    proxy_done: () => {
      const context = guest.context()
      if (context.kind === 'root') context.done = true
      else context.orders.done = true
      return Status.ok
    },
    proxy_get_property: (path: number, pathLength: number, pointerOut: number, sizeOut: number) => {
      const text = guest.memory.text(path, pathLength)
      if (text === undefined) return Status.invalidMemoryAccess
      const value = readProperty(guest, text)
      return value === undefined ? Status.notFound : guest.memory.giveBytes(value, pointerOut, sizeOut)
    },
    proxy_set_property: (path: number, pathLength: number, value: number, valueLength: number) => {
      const text = guest.memory.text(path, pathLength)
      const bytes = guest.memory.copy(value, valueLength)
      if (text === undefined || bytes === undefined) return Status.invalidMemoryAccess
      return writeProperty(guest, text, bytes)
    },
    proxy_call_foreign_function: (
      name: number,
      nameLength: number,
      argument: number,
      argumentLength: number,
      pointerOut: number,
      sizeOut: number,
    ) => {
      const functionName = guest.memory.text(name, nameLength)
      const bytes = guest.memory.copy(argument, argumentLength)
      if (functionName === undefined || bytes === undefined) return Status.invalidMemoryAccess
      const foreign = world.foreignFunction(functionName) ?? expressions[functionName]
      if (foreign === undefined) return Status.notFound
      const result = foreign(bytes, guest.context())
      // Each out-pointer may be null: the guest doesn't want that part. A function that fails gives no bytes.
      const given = result.status === Status.ok ? (result.bytes ?? none) : none
      if (sizeOut === 0) return result.status
      if (pointerOut === 0) return guest.memory.writeU32(sizeOut, given.length) ? result.status : Status.invalidMemoryAccess
      const handed = guest.memory.giveBytes(given, pointerOut, sizeOut)
      return handed === Status.ok ? result.status : handed
    },
  }
}
