import { fromByteText } from '../abi/byte-text.ts'
import { hostLimits } from '../abi/constants.ts'
import { Errno } from '../abi/wasi-functions.ts'
import { GuestExit } from './failure.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import { type GuestMemory, longestText } from './guest-memory.ts'
import type { VirtualClock } from './virtual-clock.ts'

const maximumVectors = 1024

/**
 * The text of a list of (pointer, length) pairs and the bytes that it stands for, or undefined when one leads outside. Of very much
 * text only the beginning is kept.
 */
function gather(
  memory: GuestMemory,
  vectors: number,
  count: number,
): { readonly text: string; readonly written: number } | undefined {
  if (count < 0 || count > maximumVectors) return undefined
  let text = ''
  let written = 0
  for (let index = 0; index < count; index += 1) {
    const pointer = memory.readU32(vectors + index * 8)
    const length = memory.readU32(vectors + index * 8 + 4)
    if (pointer === undefined || length === undefined) return undefined
    const part = memory.view(pointer, length)
    if (part === undefined) return undefined
    written += part.length
    if (text.length < longestText) text += part.toString('latin1', 0, longestText - text.length)
  }
  return { text, written: written >>> 0 }
}

/** Sizes of a subscription and of an event of poll_oneoff, and where their fields stand (WASI preview 1, typenames). */
const subscription = { size: 48, tagAt: 8, clockAt: 16, timeoutAt: 24, flagsAt: 40 } as const
const event = { size: 32, typeAt: 10 } as const

/** Waits for the clocks that a poll names by letting the virtual clock pass: the guest's sleep takes no time here. */
function poll(
  memory: GuestMemory,
  clock: VirtualClock,
  subscriptions: number,
  events: number,
  count: number,
  countOut: number,
): number {
  if (count <= 0 || count > maximumVectors) return Errno.inval
  let shortest: bigint | undefined
  let userData = Buffer.alloc(8)
  for (let index = 0; index < count; index += 1) {
    const at = memory.view(subscriptions + index * subscription.size, subscription.size)
    if (at === undefined) return Errno.fault
    if (at[subscription.tagAt] !== 0) continue
    const timeout = at.readBigUInt64LE(subscription.timeoutAt)
    const absolute = (at.readUInt16LE(subscription.flagsAt) & 1) !== 0
    const now = at.readUInt32LE(subscription.clockAt) === 0 ? clock.now : clock.monotonic()
    const wait = !absolute ? timeout : timeout > now ? timeout - now : 0n
    if (shortest !== undefined && wait >= shortest) continue
    shortest = wait
    userData = Buffer.from(at.subarray(0, 8)) // the event names the clock that rang, which libc's poll puts last
  }
  if (shortest === undefined) return Errno.notsup
  const longest = 60_000_000_000n // a guest that sleeps for years must not carry the bench's calendar away
  clock.advance(shortest > longest ? longest : shortest)
  const written = Buffer.alloc(event.size)
  written.set(userData)
  written[event.typeAt] = 0
  return memory.writeBytes(events, written) && memory.writeU32(countOut, 1) ? Errno.success : Errno.fault
}

/**
 * WASI preview 1 as a proxy gives it: a clock, randomness, environment variables, output that becomes log lines, and no files at
 * all. What is not here answers ENOSYS.
 */
export function wasiFunctions(guest: Guest): HostFunctionTable {
  const { memory, world, settings } = guest
  const variables = Object.entries(settings.environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`, 'utf8'))
  const done = (written: boolean): number => (written ? Errno.success : Errno.fault)
  const badFile = (): number => Errno.badf
  return {
    args_sizes_get: (countOut: number, sizeOut: number) => done(memory.writeU32(countOut, 0) && memory.writeU32(sizeOut, 0)),
    args_get: () => Errno.success,
    environ_sizes_get: (countOut: number, sizeOut: number) => {
      const size = variables.reduce((total, variable) => total + variable.length, 0)
      return done(memory.writeU32(countOut, variables.length) && memory.writeU32(sizeOut, size))
    },
    environ_get: (pointers: number, text: number) => {
      let at = text
      for (const [index, variable] of variables.entries()) {
        if (!memory.writeU32(pointers + index * 4, at) || !memory.writeBytes(at, variable)) return Errno.fault
        at += variable.length
      }
      return Errno.success
    },
    clock_time_get: (clock: number, _precision: bigint, timeOut: number) => {
      if (clock < 0 || clock > 3) return Errno.inval
      return done(memory.writeU64(timeOut, clock === 0 ? world.clock.now : world.clock.monotonic()))
    },
    clock_res_get: (_clock: number, resolutionOut: number) => done(memory.writeU64(resolutionOut, 1_000n)),
    random_get: (pointer: number, length: number) => {
      if (length < 0 || length > hostLimits.randomBytes) return Errno.inval
      const view = memory.view(pointer, length)
      if (view === undefined) return Errno.fault
      world.random.fill(view)
      return Errno.success
    },
    fd_write: (file: number, vectors: number, count: number, writtenOut: number) => {
      if (file !== 1 && file !== 2) return Errno.badf
      const gathered = gather(memory, vectors, count)
      if (gathered === undefined || !memory.writeU32(writtenOut, gathered.written)) return Errno.fault
      world.log.writeStream(settings.name, file === 1 ? 'stdout' : 'stderr', fromByteText(gathered.text))
      return Errno.success
    },
    fd_fdstat_get: (file: number, statOut: number) => {
      if (file < 0 || file > 2) return Errno.badf
      const stat = Buffer.alloc(24)
      stat[0] = 2 // a character device
      stat.writeBigUInt64LE(64n, 8) // the right to write
      return done(memory.writeBytes(statOut, stat))
    },
    fd_fdstat_set_flags: (file: number) => (file >= 0 && file <= 2 ? Errno.success : Errno.badf),
    fd_filestat_get: badFile,
    fd_prestat_get: badFile, // how libc learns that no folder is open
    fd_prestat_dir_name: badFile,
    fd_close: (file: number) => (file >= 0 && file <= 2 ? Errno.success : Errno.badf),
    fd_seek: badFile,
    fd_tell: badFile,
    fd_read: (file: number, _vectors: number, _count: number, readOut: number) =>
      file === 0 ? done(memory.writeU32(readOut, 0)) : Errno.badf,
    path_open: () => Errno.notcapable,
    path_filestat_get: () => Errno.notcapable,
    sched_yield: () => Errno.success,
    poll_oneoff: (subscriptions: number, events: number, count: number, countOut: number) =>
      poll(memory, world.clock, subscriptions, events, count, countOut),
    proc_exit: (code: number) => {
      throw new GuestExit(code >>> 0)
    },
  }
}
