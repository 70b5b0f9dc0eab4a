import { encodePairs, type HeaderPair } from '../abi/header-pairs.ts'

/** A property's value before it is written down for a guest: kinds and encodings are Envoy's (serializeValue in context.cc). */
export type PropertyValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** Integers, timestamps and durations: eight bytes, little endian; times in nanoseconds. */
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'map'; readonly pairs: readonly HeaderPair[] }

/** The bytes that a guest reads for a property. */
export function encodeProperty(value: PropertyValue): Buffer {
  switch (value.kind) {
    case 'text':
      return Buffer.from(value.text, 'latin1')
    case 'bytes':
      return value.bytes
    case 'integer': {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value.value))
      return bytes
    }
    case 'number': {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(value.value)
      return bytes
    }
    case 'boolean':
      return Buffer.from([value.value ? 1 : 0])
    case 'map':
      return encodePairs(value.pairs)
  }
}
