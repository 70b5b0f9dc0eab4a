import { proxy_log } from './env'

/** Statuses that the filters here look at. */
export const OK: u32 = 0
export const NOT_FOUND: u32 = 1
export const CAS_MISMATCH: u32 = 8

/** What a callback answers. */
export const CONTINUE: u32 = 0
export const PAUSE: u32 = 1

export const REQUEST_HEADERS: u32 = 0
export const RESPONSE_HEADERS: u32 = 2
export const CALL_RESPONSE_HEADERS: u32 = 6

export const REQUEST_BODY: u32 = 0
export const RESPONSE_BODY: u32 = 1
export const PLUGIN_CONFIGURATION: u32 = 7

export const DEBUG: u32 = 1
export const INFO: u32 = 2
export const WARN: u32 = 3
export const ERROR: u32 = 4
export const CRITICAL: u32 = 5

export const COUNTER: u32 = 0
export const GAUGE: u32 = 1
export const HISTOGRAM: u32 = 2

/** Where the host writes the address, the size and the check-and-set number of what it gives. */
export const dataOut: usize = memory.data(4)
export const sizeOut: usize = memory.data(4)
export const numberOut: usize = memory.data(8)

/** Says that a module speaks version 0.2.1 of the ABI. */
export function proxy_abi_version_0_2_1(): void {}

/** The host asks for room for what it gives; the guest frees it when it has read it. */
export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size)
}

/** Text as UTF-8 for the host. */
export function bytesOf(text: string): ArrayBuffer {
  return String.UTF8.encode(text)
}

/** Takes the text that the host has just given, and frees it. */
export function takeText(): string {
  const data = load<usize>(dataOut)
  const size = load<usize>(sizeOut)
  if (data === 0) return ''
  const text = String.UTF8.decodeUnsafe(data, size)
  heap.free(data)
  return text
}

export function log(level: u32, message: string): void {
  const bytes = bytesOf(message)
  proxy_log(level, changetype<usize>(bytes), bytes.byteLength)
}

/** What AssemblyScript calls when it gives up: say where, then trap. */
export function abortFilter(message: string | null, file: string | null, line: u32, column: u32): void {
  const what: string = message === null ? 'aborted' : message
  const where: string = file === null ? '?' : file
  log(CRITICAL, `${what} at ${where}:${line.toString()}:${column.toString()}`)
  unreachable()
}
