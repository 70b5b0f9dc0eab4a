import type { Comprehension, Expression } from './expression.ts'

/** What a macro comes to, or why it can't. */
export type Expansion =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly at: number; readonly message: string }

/** The variable in which comprehensions gather their result; it can't be written. */
export const accumulatorName = '@result'

interface MacroCall {
  readonly at: number
  readonly target: Expression | undefined
  readonly args: readonly Expression[]
}

type Macro = (call: MacroCall) => Expansion

const done = (expression: Expression): Expansion => ({ ok: true, expression })
const refuse = (at: number, message: string): Expansion => ({ ok: false, at, message })

function literal(at: number, value: boolean | bigint): Expression {
  return {
    at,
    kind: 'literal',
    literal: typeof value === 'boolean' ? { type: 'bool', value } : { type: 'int', value },
  }
}

function call(at: number, name: string, ...args: readonly Expression[]): Expression {
  return { at, kind: 'call', name, target: undefined, args }
}

function member(at: number, name: string, target: Expression, ...args: readonly Expression[]): Expression {
  return { at, kind: 'call', name, target, args }
}

function ident(at: number, name: string): Expression {
  return { at, kind: 'ident', name }
}

function list(at: number, ...elements: readonly Expression[]): Expression {
  return { at, kind: 'list', elements, optional: new Set() }
}

const conditional = '_?_:_'

function has({ at, args }: MacroCall): Expansion {
  const [argument] = args
  if (argument?.kind !== 'select' || argument.isTest) return refuse(argument?.at ?? at, 'invalid argument to has() macro')
  return done({ at, kind: 'select', operand: argument.operand, field: argument.field, isTest: true })
}

/** The loop of a macro over the target; the steps know the variables' expressions. */
function loop(
  { at, target, args }: MacroCall,
  variables: 1 | 2,
  parts: (
    accumulator: Expression,
    rest: readonly Expression[],
    names: readonly Expression[],
  ) => Pick<Comprehension, 'start' | 'condition' | 'step' | 'result'> | string,
): Expansion {
  const names = args.slice(0, variables)
  for (const name of names) {
    if (name.kind !== 'ident')
      return refuse(name.at, variables === 1 ? 'argument must be a simple name' : 'argument must be a simple name')
    if (name.name === accumulatorName || name.name === '__result__')
      return refuse(name.at, 'iteration variable overwrites accumulator variable')
  }
  const [first, second] = names.map((name) => (name.kind === 'ident' ? name.name : ''))
  if (target === undefined || first === undefined) return refuse(at, 'argument must be a simple name')
  const made = parts(ident(at, accumulatorName), args.slice(variables), names)
  if (typeof made === 'string') return refuse(at, made)
  return done({
    at,
    kind: 'comprehension',
    range: target,
    variable: first,
    second: variables === 2 ? second : undefined,
    accumulator: accumulatorName,
    ...made,
  })
}

const none = (at: number): Expression => literal(at, true)

function all(variables: 1 | 2): Macro {
  return (given) =>
    loop(given, variables, (accumulator, [test = none(given.at)]) => ({
      start: literal(given.at, true),
      condition: call(given.at, '@not_strictly_false', accumulator),
      step: call(given.at, '_&&_', accumulator, test),
      result: accumulator,
    }))
}

function exists(variables: 1 | 2): Macro {
  return (given) =>
    loop(given, variables, (accumulator, [test = none(given.at)]) => ({
      start: literal(given.at, false),
      condition: call(given.at, '@not_strictly_false', call(given.at, '!_', accumulator)),
      step: call(given.at, '_||_', accumulator, test),
      result: accumulator,
    }))
}

function existsOne(variables: 1 | 2): Macro {
  return (given) =>
    loop(given, variables, (accumulator, [test = none(given.at)]) => {
      const more = call(given.at, '_+_', accumulator, literal(given.at, 1n))
      return {
        start: literal(given.at, 0n),
        condition: literal(given.at, true),
        step: call(given.at, conditional, test, more, accumulator),
        result: call(given.at, '_==_', accumulator, literal(given.at, 1n)),
      }
    })
}

function gathered(at: number, accumulator: Expression, item: Expression, test: Expression | undefined) {
  const step = call(at, '_+_', accumulator, list(at, item))
  return {
    start: list(at),
    condition: literal(at, true),
    step: test === undefined ? step : call(at, conditional, test, step, accumulator),
    result: accumulator,
  }
}

function mapped(variables: 1 | 2): Macro {
  return (given) =>
    loop(given, variables, (accumulator, rest) => {
      const [first = none(given.at), second] = rest
      return gathered(given.at, accumulator, second ?? first, second === undefined ? undefined : first)
    })
}

function filter(given: MacroCall): Expansion {
  return loop(given, 1, (accumulator, [test = none(given.at)], [name = none(given.at)]) =>
    gathered(given.at, accumulator, name, test),
  )
}

function transformMap(isEntry: boolean): Macro {
  return (given) =>
    loop(given, 2, (accumulator, rest, [key = none(given.at)]) => {
      const [first = none(given.at), second] = rest
      const { at } = given
      const value = second ?? first
      const step = isEntry ? call(at, 'cel.@mapInsert', accumulator, value) : call(at, 'cel.@mapInsert', accumulator, key, value)
      return {
        start: { at, kind: 'map', entries: [] },
        condition: literal(at, true),
        step: second === undefined ? step : call(at, conditional, first, step, accumulator),
        result: accumulator,
      }
    })
}

function optionalMap(isFlat: boolean): Macro {
  return ({ at, target, args }) => {
    const [name, mapping] = args
    if (target === undefined || mapping === undefined || name?.kind !== 'ident') {
      return refuse(name?.at ?? at, `${isFlat ? 'optFlatMap' : 'optMap'}() variable name must be a simple identifier`)
    }
    const bound: Expression = {
      at,
      kind: 'comprehension',
      range: list(at),
      variable: '#unused',
      second: undefined,
      accumulator: name.name,
      start: member(at, 'value', target),
      condition: literal(at, false),
      step: ident(at, name.name),
      result: mapping,
    }
    const then = isFlat ? bound : call(at, 'optional.of', bound)
    return done(call(at, conditional, member(at, 'hasValue', target), then, call(at, 'optional.none')))
  }
}

function sortBy({ at, target, args }: MacroCall): Expansion {
  const [name, key] = args
  if (target === undefined || name?.kind !== 'ident' || key === undefined)
    return refuse(name?.at ?? at, 'argument must be a simple name')
  const keys = mapped(1)({ at, target, args: [name, key] })
  return keys.ok ? done(member(at, '@sortByAssociatedKeys', target, keys.expression)) : keys
}

const macros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['has/1', has],
  ['.all/2', all(1)],
  ['.all/3', all(2)],
  ['.exists/2', exists(1)],
  ['.exists/3', exists(2)],
  ['.exists_one/2', existsOne(1)],
  ['.existsOne/2', existsOne(1)],
  ['.exists_one/3', existsOne(2)],
  ['.existsOne/3', existsOne(2)],
  ['.map/2', mapped(1)],
  ['.map/3', mapped(1)],
  ['.filter/2', filter],
  ['.transformList/3', mapped(2)],
  ['.transformList/4', mapped(2)],
  ['.transformMap/3', transformMap(false)],
  ['.transformMap/4', transformMap(false)],
  ['.transformMapEntry/3', transformMap(true)],
  ['.transformMapEntry/4', transformMap(true)],
  ['.optMap/2', optionalMap(false)],
  ['.optFlatMap/2', optionalMap(true)],
  ['.sortBy/2', sortBy],
])

/** Expands a call that is a macro; undefined for all others. */
export function expandMacro(name: string, given: MacroCall): Expansion | undefined {
  return macros.get(`${given.target === undefined ? '' : '.'}${name}/${given.args.length}`)?.(given)
}
