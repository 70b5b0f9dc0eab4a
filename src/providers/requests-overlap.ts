import type { RequestMatchSpec, StringMatchSpec } from '../design/schema/traffic.ts'

/** False where no request can fit both matches: regular expressions are taken to fit anything. */
export function canBothHold(left: RequestMatchSpec, right: RequestMatchSpec): boolean {
  const methods = left.methods ?? []
  const others = right.methods ?? []
  if (methods.length > 0 && others.length > 0 && !methods.some((method) => others.includes(method))) return false
  return pathsMeet(left.path, right.path) && valuesMeet(left.headers, right.headers) && valuesMeet(left.query, right.query)
}

function pathsMeet(left: StringMatchSpec | undefined, right: StringMatchSpec | undefined): boolean {
  const [one, other] = [textOf(left), textOf(right)]
  if (one === undefined || other === undefined) return true
  if (one.whole && other.whole) return one.text === other.text
  if (one.whole) return one.text.startsWith(other.text)
  if (other.whole) return other.text.startsWith(one.text)
  return one.text.startsWith(other.text) || other.text.startsWith(one.text)
}

function textOf(how: StringMatchSpec | undefined): { readonly text: string; readonly whole: boolean } | undefined {
  if (how === undefined) return undefined
  if ('exact' in how) return { text: how.exact, whole: true }
  return 'prefix' in how ? { text: how.prefix, whole: false } : undefined
}

function valuesMeet(left: RequestMatchSpec['headers'], right: RequestMatchSpec['headers']): boolean {
  return Object.entries(left ?? {}).every(([name, how]) => pathsMeet(how, right?.[name]))
}
