/** A type of CEL. Names tell structs, opaque types and type parameters apart. */
export interface CelType {
  readonly kind: TypeKind
  readonly name: string
  readonly parameters: readonly CelType[]
}

/** What sort of type it is. */
export type TypeKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'list'
  | 'map'
  | 'struct'
  | 'opaque'
  | 'type'
  | 'param'

function simple(kind: TypeKind, name: string = kind): CelType {
  return { kind, name, parameters: [] }
}

/** Types without parameters. */
export const celTypes = {
  bool: simple('bool'),
  int: simple('int'),
  uint: simple('uint'),
  double: simple('double'),
  string: simple('string'),
  bytes: simple('bytes'),
  null: simple('null'),
  timestamp: simple('timestamp'),
  duration: simple('duration'),
  dyn: simple('dyn'),
  error: simple('error', '!error!'),
} as const

/** The type of lists of an element. */
export function listType(element: CelType): CelType {
  return { kind: 'list', name: 'list', parameters: [element] }
}

/** The type of maps. */
export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', parameters: [key, value] }
}

/** The type of values that may be missing. */
export function optionalType(inner: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', parameters: [inner] }
}

/** An object with fields. */
export function structType(name: string): CelType {
  return simple('struct', name)
}

/** A type known by its name alone. */
export function opaqueType(name: string): CelType {
  return simple('opaque', name)
}

/** The type of types. */
export function typeType(inner: CelType): CelType {
  return { kind: 'type', name: 'type', parameters: [inner] }
}

/** A type parameter. */
export function typeParameter(name: string): CelType {
  return simple('param', name)
}

/** The type inside an optional, and whether there was one. */
export function unwrapped(type: CelType): { readonly type: CelType; readonly isOptional: boolean } {
  const [inner] = type.parameters
  return type.kind === 'opaque' && type.name === 'optional_type' && inner !== undefined
    ? { type: inner, isOptional: true }
    : { type, isOptional: false }
}

/** A type as messages name it. */
export function typeText(type: CelType): string {
  return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(typeText).join(', ')})`
}

/** True for the very same type. */
export function sameType(left: CelType, right: CelType): boolean {
  return (
    left === right ||
    (left.kind === right.kind &&
      left.name === right.name &&
      left.parameters.length === right.parameters.length &&
      left.parameters.every((parameter, index) => {
        const other = right.parameters[index]
        return other !== undefined && sameType(parameter, other)
      }))
  )
}

/** What type parameters stand for, by their names. */
export type Substitutions = Map<string, CelType>

/** The type with its parameters replaced; unknown ones become `dyn` where asked for. */
export function substituted(type: CelType, known: Substitutions, unknownToDyn: boolean): CelType {
  if (type.kind === 'param') {
    const found = known.get(type.name)
    if (found !== undefined) return substituted(found, known, unknownToDyn)
    return unknownToDyn ? celTypes.dyn : type
  }
  if (type.parameters.length === 0) return type
  return { ...type, parameters: type.parameters.map((each) => substituted(each, known, unknownToDyn)) }
}

const isAny = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error'
const nullable: ReadonlySet<TypeKind> = new Set(['opaque', 'struct', 'timestamp', 'duration', 'null'])

/** The substitutions by which one type can be assigned to another; undefined when it can't. */
export function assigned(left: CelType, right: CelType, known: Substitutions): Substitutions | undefined {
  const tried = new Map(known)
  return assign(left, right, tried) ? tried : undefined
}

/** The same for each pair of two lists. */
export function allAssigned(
  left: readonly CelType[],
  right: readonly CelType[],
  known: Substitutions,
): Substitutions | undefined {
  const tried = new Map(known)
  return assignAll(left, right, tried) ? tried : undefined
}

function assignAll(left: readonly CelType[], right: readonly CelType[], known: Substitutions): boolean {
  return (
    left.length === right.length &&
    left.every((type, index) => {
      const other = right[index]
      return other !== undefined && assign(type, other, known)
    })
  )
}

function assign(left: CelType, right: CelType, known: Substitutions): boolean {
  if (right.kind === 'param') {
    const outcome = substitute(left, right, known)
    if (outcome !== 'open') return outcome === 'yes'
  }
  if (left.kind === 'param') return substitute(right, left, known) === 'yes'
  if (isAny(left) || isAny(right)) return true
  if (left.kind === 'null') return nullable.has(right.kind)
  if (right.kind === 'null') return nullable.has(left.kind)
  if (left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  return left.name === right.name && assignAll(left.parameters, right.parameters, known)
}

/** Makes a parameter stand for a type: `open` when it can't and stands for nothing yet. */
function substitute(type: CelType, parameter: CelType, known: Substitutions): 'yes' | 'no' | 'open' {
  if (sameType(type, parameter)) return 'yes'
  const found = known.get(parameter.name)
  if (found !== undefined) {
    if (sameType(type, found)) return 'yes'
    if (!assign(type, found, known)) return 'no'
    const general = mostGeneral(type, found)
    if (!occursIn(parameter, general, known)) known.set(parameter.name, general)
    return 'yes'
  }
  if (occursIn(parameter, type, known)) return 'open'
  known.set(parameter.name, type)
  return 'yes'
}

function occursIn(parameter: CelType, type: CelType, known: Substitutions): boolean {
  if (sameType(parameter, type)) return true
  if (type.kind === 'param') {
    const found = known.get(type.name)
    return found !== undefined && occursIn(parameter, found, known)
  }
  return type.parameters.some((each) => occursIn(parameter, each, known))
}

/** The less specific of two types that can be assigned to each other. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return isLessSpecific(left, right) ? left : right
}

function isLessSpecific(left: CelType, right: CelType): boolean {
  if (left.kind === 'dyn' || left.kind === 'param') return true
  if (right.kind === 'dyn' || right.kind === 'param' || left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  if (left.parameters.length === 0) return sameType(left, right)
  return (
    left.name === right.name &&
    left.parameters.length === right.parameters.length &&
    left.parameters.every((each, index) => {
      const other = right.parameters[index]
      return other !== undefined && isLessSpecific(each, other)
    })
  )
}
