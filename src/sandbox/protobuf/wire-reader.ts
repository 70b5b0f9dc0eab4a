/** One field of a message as it stands on the wire. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: 'fixed'; readonly value: Uint8Array }

/** A message that can't be read. */
export class MalformedMessage extends Error {}

function varint(bytes: Uint8Array, from: number): { readonly value: bigint; readonly end: number } {
  let value = 0n
  for (let at = from, shift = 0n; at < bytes.length && shift < 70n; at += 1, shift += 7n) {
    const byte = bytes[at] as number
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return { value, end: at + 1 }
  }
  throw new MalformedMessage('a number does not end')
}

function slice(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (from + length > bytes.length) throw new MalformedMessage('the message ends too early')
  return bytes.subarray(from, from + length)
}

/** The fields of a protocol buffer in their order. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0
  while (at < bytes.length) {
    const tag = varint(bytes, at)
    const number = Number(tag.value >> 3n)
    at = tag.end
    switch (Number(tag.value & 7n)) {
      case 0: {
        const { value, end } = varint(bytes, at)
        yield { number, kind: 'varint', value: BigInt.asIntN(64, value) }
        at = end
        break
      }
      case 1:
        yield { number, kind: 'fixed', value: slice(bytes, at, 8) }
        at += 8
        break
      case 2: {
        const length = varint(bytes, at)
        const value = slice(bytes, length.end, Number(length.value))
        yield { number, kind: 'bytes', value }
        at = length.end + value.length
        break
      }
      case 5:
        yield { number, kind: 'fixed', value: slice(bytes, at, 4) }
        at += 4
        break
      default:
        throw new MalformedMessage('an unknown kind of field')
    }
  }
}
