import { fromByteText } from '../abi/byte-text.ts'
import { GuestAbort, GuestExit } from './failure.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import { nanosecondsPerMillisecond } from './virtual-clock.ts'

const longestMessage = 4096
/** Bytes that getentropy gives at once, as POSIX has it. */
const longestEntropy = 256

/** The C string at a pointer, cut where it has no end nearby. */
function cString(guest: Guest, pointer: number): string {
  const start = pointer >>> 0
  const view = guest.memory.view(start, Math.min(longestMessage, Math.max(0, guest.memory.size - start)))
  if (pointer === 0 || view === undefined) return ''
  const end = view.indexOf(0)
  return view.toString('utf8', 0, end < 0 ? view.length : end)
}

/** AssemblyScript's string at a pointer: UTF-16, its length in bytes in the word before it. */
function utf16String(guest: Guest, pointer: number): string {
  const length = pointer === 0 ? undefined : guest.memory.readU32(pointer - 4)
  if (length === undefined || length > longestMessage) return ''
  return guest.memory.view(pointer, length)?.toString('utf16le') ?? ''
}

/**
 * What toolchains import of `env` beside the ABI: emscripten's runtime and AssemblyScript's. Envoy gives the first two alone; the
 * others are here so that a module which asks for them can be tried, and they come with a warning.
 */
export function runtimeFunctions(guest: Guest): HostFunctionTable {
  let temporary = 0
  const milliseconds = (): number => Number(guest.world.clock.now / 1000n) / 1000
  const copyWithin = (to: number, from: number, length: number): number => {
    const bytes = guest.memory.copy(from, length)
    if (bytes === undefined || !guest.memory.writeBytes(to, bytes)) throw new GuestAbort('memory access out of bounds')
    return to
  }
  const abort = (message?: number, file?: number, line?: number, column?: number): never => {
    if (message === undefined || file === undefined) throw new GuestAbort('abort()')
    throw new GuestAbort(`abort: ${utf16String(guest, message)} in ${utf16String(guest, file)}:${line ?? 0}:${column ?? 0}`)
  }
  const exit = (code: number): never => {
    throw new GuestExit(code >>> 0)
  }
  return {
    pthread_equal: (left: number, right: number) => (left === right ? 1 : 0),
    emscripten_notify_memory_growth: () => 0,
    abort,
    _abort_js: abort,
    exit,
    _exit: exit,
    __assert_fail: (condition: number, file: number, line: number) => {
      throw new GuestAbort(`assertion failed: ${cString(guest, condition)} in ${cString(guest, file)}:${line}`)
    },
    __cxa_throw: () => {
      throw new GuestAbort('a C++ exception was thrown, and the module was built without exceptions')
    },
    emscripten_memcpy_big: copyWithin,
    emscripten_memcpy_js: copyWithin,
    _emscripten_memcpy_js: copyWithin,
    emscripten_resize_heap: (size: number) => (guest.memory.growTo(size >>> 0) ? 1 : 0),
    emscripten_get_heap_max: () => guest.settings.memoryLimitPages * 65_536,
    emscripten_get_now: milliseconds,
    emscripten_date_now: milliseconds,
    _emscripten_get_now_is_monotonic: () => 1,
    setTempRet0: (value: number) => {
      temporary = value
      return 0
    },
    getTempRet0: () => temporary,
    // TinyGo's, from before it used WASI.
    'runtime.ticks': milliseconds,
    'runtime.sleepTicks': () => 0,
    io_get_stdout: () => 1,
    resource_write: (_stream: number, pointer: number, length: number) => {
      guest.world.log.writeStream(guest.settings.name, 'stdout', fromByteText(guest.memory.text(pointer, length) ?? ''))
      return length
    },
    getentropy: (pointer: number, length: number) => {
      const view = length >>> 0 > longestEntropy ? undefined : guest.memory.view(pointer, length)
      if (view === undefined) return -1
      guest.world.random.fill(view)
      return 0
    },
    seed: () => Number(guest.world.clock.now / nanosecondsPerMillisecond),
    trace: () => 0,
  }
}
