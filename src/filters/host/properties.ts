import type { JsonValue } from '../../plan/json.ts'
import { isJsonObject } from '../../plan/json.ts'
import { toByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import { wellKnownProperty } from './attributes.ts'
import type { Guest } from './guest.ts'
import { encodeProperty, type PropertyValue } from './property-value.ts'

/**
 * What proxy_get_property answers for a path of segments joined by NUL; undefined is "not found". The bench's own properties
 * come first, then what filters set, then what the proxy knows of the stream.
 */
export function readProperty(guest: Guest, path: string): Buffer | undefined {
  const segments = path.split('\0')
  while (segments.length > 0 && segments.at(-1) === '') segments.pop() // C++ helpers end the path with a NUL
  if (segments.length === 0) return undefined
  const given = lookUp(guest.world.properties, segments)
  if (given !== undefined)
    return encodeProperty(
      propertyOfJson(
        given,
        segments.some((segment) => structured.test(segment)),
      ),
    )
  const context = guest.context()
  if (context.kind !== 'root') {
    // Envoy keeps what Wasm filters set in the filter state, under names of their own.
    const own = segments[0] === 'filter_state' && segments[1]?.startsWith('wasm.') === true
    const key = own ? [segments[1]?.slice('wasm.'.length), ...segments.slice(2)] : segments
    const set = context.info.filterState.get(key.join('\0'))
    if (set !== undefined) return set
  }
  const known = wellKnownProperty(guest, segments)
  return known === undefined ? undefined : encodeProperty(known)
}

/** Bytes that filters may put into one stream's state. */
const largestFilterState = 16 * 1024 * 1024

/** proxy_set_property: kept with the stream, so that later filters and callbacks read it back. A root context has no stream. */
export function writeProperty(guest: Guest, path: string, value: Buffer): Status {
  const context = guest.context()
  if (context.kind === 'root') return Status.notFound
  const key = path
    .split('\0')
    .filter((segment) => segment !== '')
    .join('\0')
  const state = context.info.filterState
  context.info.filterStateBytes += key.length + value.length
  if (context.info.filterStateBytes > largestFilterState) return Status.internalFailure
  if (state.size >= 10_000 && !state.has(key)) return Status.internalFailure
  state.set(key, value)
  return Status.ok
}

/** Parts of paths below which values come out of a protobuf Struct, whose numbers are all floating point. */
const structured = /^(?:.*_)?metadata$/

/** The value at a path; a key may hold several segments joined by dots, as people write properties. The longest key wins. */
function lookUp(value: JsonValue, segments: readonly string[]): JsonValue | undefined {
  if (segments.length === 0) return value
  if (Array.isArray(value)) {
    const [index, ...rest] = segments
    const item: JsonValue | undefined = /^\d{1,9}$/.test(index ?? '') ? value[Number(index)] : undefined
    return item === undefined ? undefined : lookUp(item, rest)
  }
  if (!isJsonObject(value)) return undefined
  for (let length = segments.length; length > 0; length -= 1) {
    const key = segments.slice(0, length).join('.')
    if (!Object.hasOwn(value, key)) continue
    const found = lookUp(value[key] ?? null, segments.slice(length))
    if (found !== undefined) return found
  }
  return undefined
}

function propertyOfJson(value: JsonValue, floating: boolean): PropertyValue {
  if (typeof value === 'string') return { kind: 'text', text: toByteText(value) }
  if (typeof value === 'boolean') return { kind: 'boolean', value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !floating ? { kind: 'integer', value: BigInt(value) } : { kind: 'number', value }
  if (value === null) return { kind: 'text', text: '' }
  if (Array.isArray(value)) return { kind: 'map', pairs: value.map((item: JsonValue) => [textOf(item, floating), '']) }
  return { kind: 'map', pairs: Object.entries(value).map(([key, item]) => [toByteText(key), textOf(item, floating)]) }
}

function textOf(value: JsonValue, floating: boolean): string {
  return encodeProperty(propertyOfJson(value, floating)).toString('latin1')
}
