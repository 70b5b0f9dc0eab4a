/** Everything but letters, digits, `-`, `.`, `_` and `~` is escaped, as the signatures of stores want it. */
export function escapeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
}
