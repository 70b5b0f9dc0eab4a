import { type Environment, EvaluationError, Optional } from '@marcbachmann/cel-js'
import { celEquals, compareOrdered } from './list-functions.ts'

type List = readonly unknown[]

function slice(list: List, from: bigint, to: bigint): List {
  if (from < 0n || to < 0n) throw new EvaluationError(`cannot slice(${from}, ${to}), negative indexes not supported`)
  if (from > to) throw new EvaluationError(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`)
  const { length } = list
  if (to > BigInt(length)) throw new EvaluationError(`cannot slice(${from}, ${to}), list is length ${length}`)
  return list.slice(Number(from), Number(to))
}

function flattened(list: List, depth: bigint): List {
  if (depth < 0n) throw new EvaluationError('level must be non-negative')
  return depth === 0n ? list : list.flatMap((item) => (Array.isArray(item) ? flattened(item as List, depth - 1n) : [item]))
}

function distinct(list: List): List {
  const out: unknown[] = []
  for (const item of list) if (!out.some((each) => celEquals(each, item))) out.push(item)
  return out
}

/** What stands before the dot in `lists.range(...)`. */
class ListsNamespace {}

/** Parts, ends and orders of lists. */
export function registerSequenceFunctions(environment: Environment): void {
  environment.registerFunction('list.slice(int, int): list', slice)
  environment.registerFunction('list.flatten(): list', (list: List) => flattened(list, 1n))
  environment.registerFunction('list.flatten(int): list', flattened)
  environment.registerFunction('list.distinct(): list', distinct)
  environment.registerFunction('list.reverse(): list', (list: List) => [...list].reverse())
  environment.registerFunction('list.sort(): list', (list: List) => [...list].sort(compareOrdered))
  const end = (list: List, at: number) => (list.length === 0 ? Optional.none() : Optional.of(list.at(at)))
  environment.registerFunction('list.first(): optional<dyn>', (list: List) => end(list, 0))
  environment.registerFunction('list.last(): optional<dyn>', (list: List) => end(list, -1))
  environment.registerType('ListsNamespace', ListsNamespace)
  environment.registerConstant('lists', 'ListsNamespace', new ListsNamespace())
  environment.registerFunction('ListsNamespace.range(int): list', (_namespace: ListsNamespace, count: bigint) =>
    Array.from({ length: Number(count) }, (_item, index) => BigInt(index)),
  )
}
