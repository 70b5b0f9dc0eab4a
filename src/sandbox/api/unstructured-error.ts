const kinds: ReadonlyMap<string, string> = new Map([
  ['number', 'int64'],
  ['string', 'string'],
  ['bool', 'bool'],
  ['array', 'slice'],
  ['object', 'map'],
])
const types: ReadonlyMap<string, string> = new Map([
  ['slice', '[]interface {}'],
  ['map', 'map[string]interface {}'],
])

/**
 * A decoding error as the API server words it where it fills its types from values, as after a strategic merge patch, and not
 * from text.
 */
export function unstructuredError(problem: string): string {
  const match = /^json: cannot unmarshal (\w+)( [-.\deE+]+)? into Go struct field \S+ of type (.*)$/.exec(problem)
  if (match === null) return problem
  const [, given = '', fraction, wanted = ''] = match
  const kind = fraction === undefined ? (kinds.get(given) ?? given) : 'float64'
  if (wanted.startsWith('map[')) return `cannot restore map from ${kind}`
  if (wanted.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (wanted.includes('.')) return `cannot restore struct from: ${kind}`
  return `cannot convert ${types.get(kind) ?? kind} to ${wanted}`
}
