import { writeByteText } from './byte-text.ts'
import { hostLimits } from './constants.ts'

/** One header: its name and its value, a character a byte (latin1), so that no byte is lost on the way through. */
export type HeaderPair = readonly [name: string, value: string]

/**
 * Header maps as the ABI carries them, little endian: a count, then for each pair the length of its name and of its value, then
 * each name and value with a NUL after it (proxy-wasm-cpp-host, src/pairs_util.cc).
 */
export function encodePairs(pairs: readonly HeaderPair[]): Buffer {
  let size = 4
  for (const [name, value] of pairs) size += 10 + name.length + value.length
  const bytes = Buffer.allocUnsafe(size)
  bytes.writeUInt32LE(pairs.length, 0)
  let lengthAt = 4
  let textAt = 4 + pairs.length * 8
  for (const [name, value] of pairs) {
    bytes.writeUInt32LE(name.length, lengthAt)
    bytes.writeUInt32LE(value.length, lengthAt + 4)
    lengthAt += 8
    textAt += writeByteText(bytes, name, textAt)
    bytes[textAt++] = 0
    textAt += writeByteText(bytes, value, textAt)
    bytes[textAt++] = 0
  }
  return bytes
}

/** Reads what encodePairs writes. Anything inconsistent, or over the C++ host's limits, is no pairs at all, as in that host. */
export function decodePairs(bytes: Buffer): readonly HeaderPair[] {
  if (bytes.length < 4 || bytes.length > hostLimits.pairsBytes) return []
  const count = bytes.readUInt32LE(0)
  if (count > hostLimits.pairsCount || 4 + count * 8 > bytes.length) return []
  const pairs: HeaderPair[] = []
  let textAt = 4 + count * 8
  for (let index = 0; index < count; index += 1) {
    const nameLength = bytes.readUInt32LE(4 + index * 8)
    const valueLength = bytes.readUInt32LE(8 + index * 8)
    const valueAt = textAt + nameLength + 1
    const end = valueAt + valueLength + 1
    if (end > bytes.length || bytes[valueAt - 1] !== 0 || bytes[end - 1] !== 0) return []
    pairs.push([bytes.toString('latin1', textAt, textAt + nameLength), bytes.toString('latin1', valueAt, valueAt + valueLength)])
    textAt = end
  }
  return pairs
}
