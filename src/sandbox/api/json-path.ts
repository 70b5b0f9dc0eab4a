import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly Step[]; readonly operator: string; readonly value: JsonValue | undefined }

const parsed = new Map<string, readonly Step[]>()

/**
 * Values that a JSONPath finds, in the dialect of printer columns: fields, escaped dots, indexes, slices, `[*]`, and filters
 * such as `[?(@.type=="Ready")]`. Nothing is found by a path that can't be read.
 */
export function evaluateJsonPath(path: string, object: JsonValue): readonly JsonValue[] {
  let steps = parsed.get(path)
  if (steps === undefined) {
    steps = parsePath(path) ?? [{ kind: 'field', name: '' }]
    if (parsed.size > 10_000) parsed.clear()
    parsed.set(path, steps)
  }
  return walk(steps, [object])
}

function walk(steps: readonly Step[], start: readonly JsonValue[]): readonly JsonValue[] {
  let values = start
  for (const step of steps) values = values.flatMap((value) => take(step, value))
  return values
}

function take(step: Step, value: JsonValue): readonly JsonValue[] {
  switch (step.kind) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] as JsonValue] : []
    case 'all':
      return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
    case 'index': {
      if (!Array.isArray(value)) return []
      const item: JsonValue | undefined = (value as readonly JsonValue[]).at(step.index)
      return item === undefined ? [] : [item]
    }
    case 'slice':
      return Array.isArray(value) ? (value as readonly JsonValue[]).slice(step.from, step.to) : []
    case 'filter':
      return Array.isArray(value) ? (value as readonly JsonValue[]).filter((item) => passes(step, item)) : []
  }
}

function passes(step: Step & { readonly kind: 'filter' }, item: JsonValue): boolean {
  const [found] = walk(step.path, [item])
  if (step.operator === '') return found !== undefined
  if (found === undefined || step.value === undefined) return false
  switch (step.operator) {
    case '==':
      return found === step.value
    case '!=':
      return found !== step.value
    case '>':
      return typeof found === 'number' && typeof step.value === 'number' && found > step.value
    case '<':
      return typeof found === 'number' && typeof step.value === 'number' && found < step.value
    case '>=':
      return typeof found === 'number' && typeof step.value === 'number' && found >= step.value
    default:
      return typeof found === 'number' && typeof step.value === 'number' && found <= step.value
  }
}

/** The steps of a path; undefined when it can't be read. */
export function parsePath(path: string): readonly Step[] | undefined {
  const text = path.startsWith('$') ? path.slice(1) : path
  const steps: Step[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] === '.') {
      const field = readField(text, at + 1)
      if (field.name === '*') steps.push({ kind: 'all' })
      else if (field.name !== '') steps.push({ kind: 'field', name: field.name })
      at = field.end
    } else if (text[at] === '[') {
      const end = closingBracket(text, at)
      if (end < 0) return undefined
      const step = bracketStep(text.slice(at + 1, end).trim())
      if (step === undefined) return undefined
      steps.push(step)
      at = end + 1
    } else return undefined
  }
  return steps
}

function readField(text: string, from: number): { readonly name: string; readonly end: number } {
  let name = ''
  let at = from
  while (at < text.length && text[at] !== '.' && text[at] !== '[') {
    if (text[at] === '\\' && at + 1 < text.length) at += 1
    name += text[at]
    at += 1
  }
  return { name, end: at }
}

function closingBracket(text: string, from: number): number {
  let depth = 0
  let quote = ''
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '[') depth += 1
    else if (character === ']') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return -1
}

function bracketStep(inner: string): Step | undefined {
  if (inner === '*') return { kind: 'all' }
  if (/^-?\d+$/.test(inner)) return { kind: 'index', index: Number(inner) }
  const slice = /^(-?\d*):(-?\d*)$/.exec(inner)
  if (slice !== null) {
    const [, from = '', to = ''] = slice
    return { kind: 'slice', from: from === '' ? undefined : Number(from), to: to === '' ? undefined : Number(to) }
  }
  const quoted = /^(['"])(.*)\1$/.exec(inner)
  if (quoted !== null) return { kind: 'field', name: (quoted[2] ?? '').replaceAll(/\\(.)/g, '$1') }
  const filter = /^\?\(\s*@(.*?)\s*(?:(==|!=|>=|<=|>|<)\s*(.*?))?\s*\)$/.exec(inner)
  if (filter === null) return undefined
  const [, left = '', operator = '', right] = filter
  const path = parsePath(left)
  if (path === undefined) return undefined
  const value = right === undefined ? undefined : literal(right)
  return { kind: 'filter', path, operator, value }
}

function literal(text: string): JsonValue | undefined {
  const quoted = /^(['"])(.*)\1$/.exec(text)
  if (quoted !== null) return quoted[2] ?? ''
  try {
    const value = JSON.parse(text) as JsonValue
    return isJsonObject(value) ? (value as JsonObject) : value
  } catch {
    return undefined
  }
}
