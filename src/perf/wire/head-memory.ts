/** Heads of at most this many 4-byte words are remembered. */
const WORDS = 256

/**
 * Knows a response head again. Answers to the same request mostly have the same head, byte for byte, until the clock's second
 * changes; comparing it word by word costs a tenth of parsing it.
 */
export class HeadMemory {
  /** Bytes of the head remembered, 0 when there is none. */
  length = 0
  private readonly head = new Int32Array(WORDS)
  private viewed: Buffer | undefined = undefined
  private words: Int32Array = new Int32Array(0)

  /** True when `buffer` begins with the head remembered, and has it whole before `to`. */
  begins(buffer: Buffer, to: number): boolean {
    const { length, head } = this
    if (length === 0 || length > to || !this.view(buffer)) return false
    const { words } = this
    const whole = length >> 2
    for (let index = 0; index < whole; index += 1) if (words[index] !== head[index]) return false
    const rest = length & 3
    if (rest === 0) return true
    // The bytes of the last word that belong to the head are its low ones or high ones, as the machine stores words.
    const mask = LITTLE_ENDIAN ? (1 << (rest * 8)) - 1 : -1 << (32 - rest * 8)
    return whole < words.length && ((words[whole] as number) & mask) === ((head[whole] as number) & mask)
  }

  /** Remembers `buffer[0, length)`, or nothing when that is too long or can't be seen as words. */
  remember(buffer: Buffer, length: number): void {
    const count = (length + 3) >> 2
    this.length = 0
    if (count > WORDS || !this.view(buffer) || count > this.words.length) return
    for (let index = 0; index < count; index += 1) this.head[index] = this.words[index] as number
    this.length = length
  }

  private view(buffer: Buffer): boolean {
    if (this.viewed === buffer) return true
    if ((buffer.byteOffset & 3) !== 0) return false
    this.viewed = buffer
    this.words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2)
    return true
  }
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
