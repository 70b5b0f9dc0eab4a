import type { SourceLocation, ValuePath } from '../../plan/source.ts'
import type { QuickNode } from './quick-node.ts'
import type { SourceDocument } from './yaml-source.ts'

/** Turns offsets of a text into lines and columns. */
export function lineLocator(text: string, file: string): (offset: number) => SourceLocation {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** A document that the quick reader read, with its places. */
export function quickDocument(
  file: string,
  text: string,
  root: QuickNode,
  at: (offset: number) => SourceLocation,
): SourceDocument {
  const follow = (path: ValuePath): { readonly node: QuickNode; readonly keyStart: number | undefined } => {
    let node = root
    let keyStart: number | undefined
    for (const step of path) {
      const entry = node.entries?.get(String(step))
      const item = node.items?.[Number(step)]
      const next = entry?.node ?? item
      if (next === undefined) return { node, keyStart: undefined }
      keyStart = entry?.start
      node = next
    }
    return { node, keyStart }
  }
  return {
    file,
    value: root.value,
    locate: (path) => at(follow(path).node.start),
    locateKey: (path) => {
      const { node, keyStart } = follow(path)
      return at(keyStart ?? node.start)
    },
    locateText: (path, piece, offset, occurrence) => {
      const { node } = follow(path)
      const raw = text.slice(node.start, node.end)
      let found = -1
      for (let time = 0; time <= occurrence; time++) {
        found = raw.indexOf(piece, found + 1)
        if (found < 0) return at(node.start)
      }
      return at(node.start + found + offset)
    },
  }
}
