/** A row of data: column to value. */
export type DataRow = Readonly<Record<string, string>>

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g

/** True when the text names a column, as in `/users/{{id}}`. */
export function hasPlaceholder(text: string): boolean {
  // `search` keeps no position, as `test` on a global expression would.
  return text.search(PLACEHOLDER) >= 0
}

/** The columns that a text names. */
export function placeholderNames(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')
}

/** The text with every `{{column}}` replaced by the row's value; unknown columns are left as they are. */
export function fillPlaceholders(text: string, row: DataRow): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(row, name) ? (row[name] ?? '') : whole))
}
