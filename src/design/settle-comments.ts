import { type Document, isCollection, isMap, isScalar, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'

/** Marks a comment that stands beside a key, until the text is written: the writer would put it into the next line. */
const BESIDE = '\u0001'

interface CommentLine {
  readonly text: string
  /** Columns before it. */
  readonly indent: number
}

/**
 * Gives comments to what they are written for. The parser gives all that follows a collection to the innermost one that ends there; by its
 * indent a comment may belong to what comes next, further out. Those beside a key are marked for `withCommentsBeside`.
 */
export function settleComments(document: Document.Parsed, text: string): void {
  const { contents } = document
  if (!isCollection(contents) || contents.flow === true) return
  const left = settle(contents as YAMLMap | YAMLSeq, text)
  if (left.length === 0) return
  const after = typeof document.comment === 'string' ? [document.comment] : []
  document.comment = [...left.map((line) => line.text), ...after].join('\n')
}

/** Comments beside keys, back in their lines. */
export function withCommentsBeside(text: string): string {
  return text.replaceAll(new RegExp(`:((?: [&!][^\\s]+)*)\\n *#${BESIDE}`, 'g'), ':$1 #')
}

/** True of a comment that begins beside its key. */
export function isBeside(comment: string): boolean {
  return comment.startsWith(BESIDE)
}

/** Gives comments of a collection to the items they stand before; those further out are given back. */
function settle(collection: YAMLMap | YAMLSeq, text: string): readonly CommentLine[] {
  const column = columnOf(collection, text)
  for (const [index, item] of collection.items.entries()) {
    const value: unknown = isMap(collection) ? (item as Pair).value : item
    if (isMap(collection)) markBeside(item as Pair, text)
    if (!isCollection(value) || value.flow === true) continue
    const outside = settle(value as YAMLMap | YAMLSeq, text)
    if (outside.length === 0) continue
    const next = collection.items[index + 1]
    const target = isMap(collection) ? (next as Pair | undefined)?.key : next
    if (target !== undefined && target !== null) {
      const node = target as { commentBefore?: string | null }
      node.commentBefore = [...outside.map((line) => line.text), ...(node.commentBefore ? [node.commentBefore] : [])].join('\n')
    } else return [...ownOf(collection, column, text), ...outside].filter((line) => !keeps(collection, line, column))
  }
  return ownOf(collection, column, text).filter((line) => !keeps(collection, line, column))
}

/** Takes the comments after a collection off it; what it keeps is put back by `keeps`. */
function ownOf(collection: YAMLMap | YAMLSeq, column: number, text: string): readonly CommentLine[] {
  const { comment, range } = collection
  if (typeof comment !== 'string' || !range) return []
  const indents = text
    .slice(range[1], range[2])
    .split('\n')
    .filter((line) => /^\s*#/.test(line))
    .map((line) => line.search(/#/))
  let at = 0
  let indent = column
  const lines = comment.split('\n').map((line): CommentLine => {
    if (line !== '') indent = indents[at++] ?? column
    return { text: line, indent }
  })
  collection.comment = null
  return lines
}

/** True of a comment that stands as far in as the items do: the collection has it then. */
function keeps(collection: YAMLMap | YAMLSeq, { text, indent }: CommentLine, column: number): boolean {
  if (indent < column) return false
  collection.comment = typeof collection.comment === 'string' ? `${collection.comment}\n${text}` : text
  return true
}

function columnOf({ range }: YAMLMap | YAMLSeq, text: string): number {
  const start = range?.[0] ?? 0
  return start - (text.lastIndexOf('\n', start - 1) + 1)
}

function markBeside({ key, value }: Pair, text: string): void {
  if (!isScalar(key) || !key.range || !isCollection(value) || value.flow === true) return
  const end = text.indexOf('\n', key.range[1])
  const rest = text.slice(key.range[1], end < 0 ? undefined : end)
  if (!/^\s*:\s*(?:[&!]\S+\s+)*#/.test(rest) || typeof value.commentBefore !== 'string') return
  value.commentBefore = `${BESIDE}${value.commentBefore}`
}
