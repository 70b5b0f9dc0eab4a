import { writeByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import { pageSize } from '../wasm/bound-module.ts'

/**
 * The longest text that the host takes from a guest: names, headers, log lines. What a guest makes the host keep is bounded
 * everywhere, since a guest could otherwise fill the process' memory without filling its own. Bytes.
 */
export const longestText = 1024 * 1024

/**
 * The guest's linear memory, with every access checked: a pointer that leads outside is an answer to the guest, never an
 * exception. Views are made anew when the memory has grown, since growth detaches them.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined
  #allocate: (size: number) => number = () => 0
  #bytes: Buffer = Buffer.alloc(0)

  /**
   * Gives it the instance's memory. Before that it is empty: a module whose start section calls the host gets errors back.
   * `allocate` calls into the guest, so it may grow the memory, and may trap.
   */
  attach(memory: WebAssembly.Memory, allocate: (size: number) => number): void {
    this.#memory = memory
    this.#allocate = allocate
  }

  #view(): Buffer {
    // Growth detaches the view, which leaves it without a length: cheaper to ask than the memory is for its buffer.
    if (this.#bytes.length === 0 && this.#memory !== undefined) this.#bytes = Buffer.from(this.#memory.buffer)
    return this.#bytes
  }

  /** Bytes of linear memory. */
  get size(): number {
    return this.#view().length
  }

  /** Grows to at least that many bytes; false when the limit is in the way. */
  growTo(bytes: number): boolean {
    const missing = Math.ceil((bytes - this.size) / pageSize)
    if (missing <= 0) return true
    try {
      this.#memory?.grow(missing)
      return this.#memory !== undefined
    } catch {
      return false
    }
  }

  #holds(pointer: number, length: number): boolean {
    return pointer + length <= this.#view().length
  }

  /** True when the guest's bytes are there. */
  holds(pointer: number, length: number): boolean {
    return this.#holds(pointer >>> 0, length >>> 0)
  }

  /** A view of the guest's bytes, good until the next call into the guest. Undefined when they lie outside. */
  view(pointer: number, length: number): Buffer | undefined {
    const start = pointer >>> 0
    const size = length >>> 0
    return this.#holds(start, size) ? this.#view().subarray(start, start + size) : undefined
  }

  /** A copy of the guest's bytes. */
  copy(pointer: number, length: number): Buffer | undefined {
    const view = this.view(pointer, length)
    return view === undefined ? undefined : Buffer.from(view)
  }

  /** The guest's bytes as text of one character a byte. Undefined when they lie outside, or are more than any text has. */
  text(pointer: number, length: number): string | undefined {
    const start = pointer >>> 0
    const size = length >>> 0
    return size <= longestText && this.#holds(start, size) ? this.#view().toString('latin1', start, start + size) : undefined
  }

  readU32(pointer: number): number | undefined {
    const at = pointer >>> 0
    return this.#holds(at, 4) ? this.#view().readUInt32LE(at) : undefined
  }

  writeU32(pointer: number, value: number): boolean {
    const at = pointer >>> 0
    if (!this.#holds(at, 4)) return false
    this.#view().writeUInt32LE(value >>> 0, at)
    return true
  }

  writeU64(pointer: number, value: bigint): boolean {
    const at = pointer >>> 0
    if (!this.#holds(at, 8)) return false
    this.#view().writeBigUInt64LE(BigInt.asUintN(64, value), at)
    return true
  }

  writeBytes(pointer: number, bytes: Uint8Array): boolean {
    const at = pointer >>> 0
    if (!this.#holds(at, bytes.length)) return false
    this.#view().set(bytes, at)
    return true
  }

  /**
   * Hands bytes to the guest the way the ABI does: allocated by the guest itself, which owns them from then on; their address
   * and size are written to the two out-pointers. No bytes are a null pointer.
   */
  giveBytes(bytes: Uint8Array, pointerOut: number, sizeOut: number): Status {
    if (bytes.length === 0) return this.#giveAddress(0, 0, pointerOut, sizeOut)
    const address = this.#allocate(bytes.length) >>> 0
    if (address === 0 || !this.writeBytes(address, bytes)) return Status.invalidMemoryAccess
    return this.#giveAddress(address, bytes.length, pointerOut, sizeOut)
  }

  /** giveBytes for text of one character a byte, without a buffer in between: the path that every header takes. */
  giveText(text: string, pointerOut: number, sizeOut: number): Status {
    if (text.length === 0) return this.#giveAddress(0, 0, pointerOut, sizeOut)
    const address = this.#allocate(text.length) >>> 0
    if (address === 0 || !this.#holds(address, text.length)) return Status.invalidMemoryAccess
    writeByteText(this.#view(), text, address)
    return this.#giveAddress(address, text.length, pointerOut, sizeOut)
  }

  #giveAddress(address: number, size: number, pointerOut: number, sizeOut: number): Status {
    return this.writeU32(pointerOut, address) && this.writeU32(sizeOut, size) ? Status.ok : Status.invalidMemoryAccess
  }
}
