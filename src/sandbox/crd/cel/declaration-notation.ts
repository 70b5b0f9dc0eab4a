import {
  type CelType,
  celTypes,
  listType,
  mapType,
  opaqueType,
  optionalType,
  structType,
  typeParameter,
  typeType,
} from './types.ts'

/** One way of calling a function. A member's first argument is its target. */
export interface Overload {
  readonly id: string
  readonly isMember: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  readonly parameters: readonly string[]
}

/** Short names of types in the notation. */
const named: { readonly [name: string]: CelType } = {
  ...celTypes,
  Quantity: structType('kubernetes.Quantity'),
  URL: structType('kubernetes.URL'),
  Format: structType('kubernetes.NamedFormat'),
  Semver: structType('kubernetes.Semver'),
  IP: opaqueType('net.IP'),
  CIDR: opaqueType('net.CIDR'),
  Authorizer: structType('kubernetes.authorization.Authorizer'),
  PathCheck: structType('kubernetes.authorization.PathCheck'),
  GroupCheck: structType('kubernetes.authorization.GroupCheck'),
  ResourceCheck: structType('kubernetes.authorization.ResourceCheck'),
  Decision: structType('kubernetes.authorization.Decision'),
}

/** Splits at commas outside brackets. */
function split(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const character of text) {
    if (character === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
      continue
    }
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    part += character
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}

function readType(text: string): CelType {
  const open = text.indexOf('(')
  if (open < 0) return named[text] ?? typeParameter(text)
  const inner = split(text.slice(open + 1, -1)).map(readType)
  const [first = celTypes.dyn, second = celTypes.dyn] = inner
  switch (text.slice(0, open)) {
    case 'list':
      return listType(first)
    case 'map':
      return mapType(first, second)
    case 'optional':
      return optionalType(first)
    case 'type':
      return typeType(first)
    default:
      throw new Error(`no such type in a declaration: ${text}`)
  }
}

function parametersOf(type: CelType): readonly string[] {
  return type.kind === 'param' ? [type.name] : type.parameters.flatMap(parametersOf)
}

/** Reads lines of `function: id(arguments) result`; a dot before the id makes it a member. */
export function readDeclarations(text: string): ReadonlyMap<string, readonly Overload[]> {
  const functions = new Map<string, Overload[]>()
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+):\s+(\.?)([\w.]+)\((.*)\) (\S.*)$/.exec(line)
    if (match === null) continue
    const [, name = '', dot, id = '', args = '', result = ''] = match
    const types = split(args).map(readType)
    const resultType = readType(result.trim())
    const parameters = [...new Set([...types, resultType].flatMap(parametersOf))]
    const overload: Overload = { id, isMember: dot === '.', args: types, result: resultType, parameters }
    const there = functions.get(name)
    if (there === undefined) functions.set(name, [overload])
    else there.push(overload)
  }
  return functions
}
