/** Text that is not UTF-8, a number that is too long or a read past the end: the module's bytes are not what they claim to be. */
export class MalformedModule extends Error {
  /** Where in the file, in bytes from the start. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'MalformedModule'
    this.offset = offset
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A cursor over a slice of a module, in the encodings of the binary format (WebAssembly core specification, chapter 5). Every
 * read is checked against the slice's end; a read that doesn't fit throws MalformedModule, which the parser turns into a value.
 */
export class BinaryReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #position: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#position = start
    this.#end = Math.min(end, bytes.length)
  }

  get position(): number {
    return this.#position
  }

  get remaining(): number {
    return this.#end - this.#position
  }

  byte(): number {
    const value = this.#position < this.#end ? this.#bytes[this.#position] : undefined
    if (value === undefined) throw new MalformedModule('unexpected end', this.#position)
    this.#position += 1
    return value
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let result = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const at = this.#position
      const byte = this.byte()
      if (shift === 28 && (byte & 0xf0) !== 0) throw new MalformedModule('integer too large', at)
      result += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) return result
    }
    throw new MalformedModule('integer representation too long', this.#position)
  }

  /** Unsigned LEB128 of at most 64 bits, saturating at the largest exact number: page counts of 64-bit memories. */
  u64(): number {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      result |= BigInt(byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return Number(result > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : result)
    }
    throw new MalformedModule('integer representation too long', this.#position)
  }

  /** A count of things that take at least one byte each: one that can't fit is refused before anything is allocated. */
  count(): number {
    const at = this.#position
    const value = this.u32()
    if (value > this.remaining) throw new MalformedModule(`a count of ${value} does not fit the section`, at)
    return value
  }

  name(): string {
    const at = this.#position
    const length = this.u32()
    const bytes = this.take(length)
    try {
      return utf8.decode(bytes)
    } catch {
      throw new MalformedModule('a name is not UTF-8', at)
    }
  }

  /** The next bytes, as a view of the module. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new MalformedModule('unexpected end', this.#end)
    const view = this.#bytes.subarray(this.#position, this.#position + length)
    this.#position += length
    return view
  }

  /** A reader over the next bytes; this one goes on after them. */
  slice(length: number): BinaryReader {
    if (length > this.remaining) throw new MalformedModule(`a section of ${length} bytes does not fit the file`, this.#position)
    const reader = new BinaryReader(this.#bytes, this.#position, this.#position + length)
    this.#position += length
    return reader
  }

  /** Skips a constant expression, up to and with its `end`. Only the instructions that such an expression may hold are known. */
  skipConstantExpression(): void {
    for (;;) {
      const at = this.#position
      const opcode = this.byte()
      switch (opcode) {
        case 0x0b:
          return
        case 0x41: // i32.const
        case 0x42: // i64.const
          while ((this.byte() & 0x80) !== 0);
          break
        case 0x43: // f32.const
          this.take(4)
          break
        case 0x44: // f64.const
          this.take(8)
          break
        case 0x23: // global.get
        case 0xd0: // ref.null
        case 0xd2: // ref.func
          this.u32()
          break
        case 0x6a: // i32.add, sub, mul and i64.add, sub, mul (extended constant expressions)
        case 0x6b:
        case 0x6c:
        case 0x7c:
        case 0x7d:
        case 0x7e:
          break
        default:
          throw new MalformedModule(`instruction 0x${opcode.toString(16)} in a constant expression`, at)
      }
    }
  }
}
