/** A place in a file a person wrote. Lines and columns count from 1; `file` is as the user named it, relative to the working folder. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line may hold a secret: it is named, and not quoted. */
  readonly concealed?: true
}

/** The path of a value inside a document: object keys and array indexes from the root. */
export type ValuePath = readonly (string | number)[]

/** The place as terminals link it: `file:line:column`. */
export function formatLocation(location: SourceLocation): string {
  return `${location.file}:${location.line}:${location.column}`
}
