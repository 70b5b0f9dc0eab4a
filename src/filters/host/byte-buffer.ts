/** Past this, additions are refused, so that a filter can't fill the host's memory: bytes. */
const maximumBufferSize = 256 * 1024 * 1024

const none = Buffer.alloc(0)

/** A body, or a stretch of a TCP stream, that a filter may read and edit while it is called. */
export class ByteBuffer {
  #bytes: Buffer

  constructor(bytes: Buffer = none) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  append(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
  }

  /** Takes everything out. */
  drain(): Buffer {
    const bytes = this.#bytes
    this.#bytes = none
    return bytes
  }

  /**
   * proxy_set_buffer_bytes: `start` 0 with `size` 0 puts before, a `start` at or past the end puts after, else the range is
   * replaced. False when the result would be larger than any proxy buffers.
   */
  splice(start: number, size: number, bytes: Buffer): boolean {
    const old = this.#bytes
    if (old.length + bytes.length > maximumBufferSize) return false
    if (start === 0 && size === 0) this.#bytes = Buffer.concat([bytes, old])
    else if (start === 0 && size >= old.length) this.#bytes = bytes
    else if (start >= old.length) this.#bytes = Buffer.concat([old, bytes])
    else this.#bytes = Buffer.concat([old.subarray(0, start), bytes, old.subarray(start + size)])
    return true
  }
}
