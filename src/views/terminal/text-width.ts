import stringWidth from 'fast-string-width'

/** Texts that take a column for each of their units: nearly all of them. */
const PLAIN = /^[\x20-\x7e]*$/
const ELLIPSIS = '…'

/** Columns that a text takes on a terminal: two for the wide characters of East Asia and for emoji, none for marks and colours. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text)
}

/** Text no wider than `width` columns, its end replaced by an ellipsis where it is cut. What a reader sees as one sign stays whole. */
export function shorten(text: string, width: number): string {
  if (text.length * 2 <= width || textWidth(text) <= width) return text
  if (width <= 1) return ELLIPSIS
  return `${beginning(text, width - 1)}${ELLIPSIS}`
}

/** Text with spaces after it up to `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

/** As many signs of a text, from its start, as fit into `width` columns. */
export function beginning(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, width)
  let used = 0
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    used += textWidth(segment)
    if (used > width) return text.slice(0, index)
  }
  return text
}
