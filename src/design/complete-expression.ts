import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** Names that may follow what is typed: whole chains from a name in scope on, for the chain that the text ends with. */
export interface Completions {
  readonly chains: readonly string[]
  /** The end of the text that each chain stands for. */
  readonly typed: string
}

const WORD = /^[A-Za-z_]\w*$/

/** Completes the last chain of names of a text: `inputs.we` to `inputs.weight`. Items with keys that are no words are left out. */
export function completeExpression(text: string, scope: JsonObject): Completions {
  const typed = /[A-Za-z_][\w.]*$/.exec(text)?.[0] ?? ''
  const steps = typed.split('.')
  const begun = steps.pop() ?? ''
  let value: JsonValue | undefined = scope
  for (const step of steps) value = isJsonObject(value) ? value[step] : undefined
  const names = isJsonObject(value) ? Object.keys(value).filter((name) => name.startsWith(begun) && WORD.test(name)) : []
  return { chains: names.map((name) => [...steps, name].join('.')), typed }
}
