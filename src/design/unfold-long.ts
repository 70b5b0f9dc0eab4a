import { isCollection, isMap, type Pair } from 'yaml'
import { keyText } from './source/yaml-source.ts'

/** Where a collection would stand: `column` where each of its items has a line, `start` where it begins in the line of its key. */
interface Place {
  readonly column: number
  readonly start: number
}

/** Gives each item a line of its own where a collection in one line would be wider than this. `text` is what it was read from. */
export function unfoldLong(node: unknown, text: string, width: number, place: Place): void {
  if (!isCollection(node)) return
  const source = node.range ? text.slice(node.range[0], node.range[1]) : ''
  if (node.flow === true && place.start + source.replaceAll(/\s+/g, ' ').length <= width) return
  node.flow = false
  const column = place.column + 2
  for (const item of node.items) {
    if (!isMap(node)) unfoldLong(item, text, width, { column, start: column })
    else {
      const { key, value } = item as Pair
      unfoldLong(value, text, width, { column, start: place.column + keyText(key).length + 2 })
    }
  }
}
