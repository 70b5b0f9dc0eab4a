import type { ScalarName } from './model-notation.ts'

/** What Go holds of a scalar where nothing was given; undefined for what it holds by reference. */
export function zeroScalar(name: ScalarName): string | number | boolean | undefined {
  switch (name) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int32':
    case 'int64':
    case 'number':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    case 'bytes':
    case 'time':
    case 'microTime':
    case 'any':
    case 'json':
    case 'schema':
      return undefined
  }
}
