import { isJsonObject, type JsonObject } from '../../plan/json.ts'

/** Where a path in a definition leads, or why it leads nowhere. */
export type FoundField =
  | { readonly ok: true; readonly path: string; readonly schema: JsonObject }
  | { readonly ok: false; readonly problem: string }

const tokenPattern = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gy

function tokensOf(path: string): readonly string[] {
  return path.match(tokenPattern) ?? []
}

function problem(text: string): FoundField {
  return { ok: false, problem: text }
}

interface Step {
  readonly name: string
  readonly next: number
}

/** The name that a step at `at` gives, or why it gives none. */
function stepAt(tokens: readonly string[], at: number, takesBrackets: boolean): Step | string {
  const token = tokens[at]
  if (token === '.') {
    const name = tokens[at + 1]
    return name === undefined ? 'unexpected end of JSON path' : { name, next: at + 2 }
  }
  if (token !== '[') return `expected [ or . but got: ${token}`
  if (!takesBrackets) return 'array notation is not allowed'
  const quoted = tokens[at + 1]
  if (quoted === undefined) return 'unexpected end of JSON path'
  if (!/^'.*'$/.test(quoted)) return `expected single quoted string but got ${quoted}`
  const close = tokens[at + 2]
  if (close === undefined) return 'unexpected end of JSON path'
  if (close !== ']') return `expected ] but got ${close}`
  return { name: quoted.slice(1, -1).replaceAll(/\\(['\\])/g, '$1'), next: at + 3 }
}

/** Follows a path such as `.spec.hosts` or `.labels['a.b']` through a schema's fields. */
export function fieldAtPath(path: string, schema: JsonObject, takesBrackets = true): FoundField {
  const tokens = tokensOf(path)
  let current = schema
  let text = ''
  for (let at = 0; at < tokens.length; ) {
    const step = stepAt(tokens, at, takesBrackets)
    if (typeof step === 'string') return problem(step)
    const { properties, additionalProperties } = current
    if (isJsonObject(properties) && Object.keys(properties).length > 0) {
      const property = Object.hasOwn(properties, step.name) ? properties[step.name] : undefined
      if (!isJsonObject(property)) return problem('does not refer to a valid field')
      text = text === '' ? step.name : `${text}.${step.name}`
      current = property
    } else if (isJsonObject(additionalProperties)) {
      text += `[${step.name}]`
      current = additionalProperties
    } else return problem('does not refer to a valid field')
    at = step.next
  }
  return { ok: true, path: text, schema: current }
}
