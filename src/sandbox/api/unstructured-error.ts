const kinds: ReadonlyMap<string, string> = new Map([
  ['number', 'int64'],
  ['string', 'string'],
  ['bool', 'bool'],
  ['array', 'slice'],
  ['object', 'map'],
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
  // Go turns a whole number into a text, as one character, and any number into another: these it tries, and refuses itself.
  const isTried = kind === 'int64' ? wanted === 'string' : kind === 'float64' && wanted.startsWith('int')
  return isTried ? `cannot convert ${kind} to ${wanted}` : `unrecognized type: ${wanted}`
}
