/** A row of data: column to value. */
export type DataRow = Readonly<Record<string, string>>

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g

/** True when the text names a column, as in `/users/{{id}}`. */
export function hasPlaceholder(text: string): boolean {
  PLACEHOLDER.lastIndex = 0
  return PLACEHOLDER.test(text)
}

/** The columns that a text names. */
export function placeholderNames(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')
}

/** The text with every `{{column}}` replaced by the row's value; unknown columns are left as they are. */
export function fillPlaceholders(text: string, row: DataRow): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(row, name) ? (row[name] ?? '') : whole))
}
