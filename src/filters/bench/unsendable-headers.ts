import type { ReportedHeaders } from './report.ts'

/** What a name may consist of, behind the colon of a pseudo-header (RFC 9110 5.6.2). */
const token = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no value may hold (RFC 9110 5.5).
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/

/** The names of headers that HTTP can't carry: a filter put a line break or the like into them, often one of its configuration. */
export function unsendableHeaders(headers: ReportedHeaders): readonly string[] {
  return [...new Set(headers.filter(([name, value]) => !token.test(name) || control.test(value)).map(([name]) => name))]
}
