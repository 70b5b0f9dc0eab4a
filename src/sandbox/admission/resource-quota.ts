import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { addQuantities, compareQuantities, formatQuantity, type Quantity } from '../builtin/quantity.ts'
import { type CountedObject, hardLimits, isWithinScopes, storageCounted, usageOf, usedOf } from './quota-usage.ts'

/** Names that every container must set once a quota limits them. */
const demanded = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory']

function amounts(of: ReadonlyMap<string, Quantity>, names: readonly string[]): string {
  return names
    .map((name) => [name, of.get(name)] as const)
    .map(([name, amount]) => `${name}=${amount === undefined ? '0' : formatQuantity(amount)}`)
    .join(',')
}

function isSet(container: JsonObject, name: string): boolean {
  const [key, resource] = name.startsWith('limits.')
    ? (['limits', name.slice('limits.'.length)] as const)
    : (['requests', name.replace(/^requests\./, '')] as const)
  return objectAt(objectAt(container, 'resources'), key)?.[resource] !== undefined
}

/** What containers of a pod leave out though a quota limits it. */
function demandedOf(pod: JsonObject, hard: ReadonlyMap<string, Quantity>): string | undefined {
  const spec = objectAt(pod, 'spec')
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]
  const missing = demanded.flatMap((name) => {
    if (!hard.has(name)) return []
    const without = containers.filter((container) => !isSet(container, name)).map((container) => textAt(container, 'name'))
    return without.length === 0 ? [] : [`${name} for: ${[...new Set(without)].sort().join(',')}`]
  })
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`
}

/** How much more an object takes than it did. */
function growth(object: CountedObject, before: CountedObject | undefined): ReadonlyMap<string, Quantity> {
  const now = usageOf(object)
  if (before === undefined) return now
  const then = usageOf(before)
  const more = [...now].map(([name, amount]): readonly [string, Quantity] => {
    const had = then.get(name)
    return [name, had === undefined ? amount : addQuantities(amount, { ...had, digits: -had.digits })]
  })
  return new Map(more.filter(([, amount]) => amount.digits > 0n))
}

/**
 * Why a namespace's quotas have no room for a new object, or for what has become of the one `before`; undefined where they do.
 * `list` gives the objects of a resource.
 */
export function quotaRefusal(
  quotas: readonly JsonObject[],
  added: CountedObject,
  list: (storage: string) => readonly JsonObject[],
  before?: CountedObject,
): string | undefined {
  const concerned = quotas.flatMap((quota) => {
    const names = [...hardLimits(quota).keys()].filter((name) => storageCounted(name) === added.storage)
    return names.length > 0 && isWithinScopes(quota, added) ? [{ quota, name: textAt(objectAt(quota, 'metadata'), 'name') }] : []
  })
  if (added.storage === '/pods') {
    for (const { quota, name } of concerned) {
      const why = demandedOf(added.object, hardLimits(quota))
      if (why !== undefined) return `failed quota: ${name}: ${why}`
    }
  }
  for (const { quota, name } of concerned) {
    const hard = hardLimits(quota)
    const requested = new Map([...growth(added, before)].filter(([each, amount]) => hard.has(each) && amount.digits !== 0n))
    if (requested.size === 0) continue
    const used = usedOf(quota, list)
    const exceeded = [...requested].flatMap(([each, amount]) => {
      const [limit, taken] = [hard.get(each), used.get(each)]
      const after = taken === undefined ? amount : addQuantities(taken, amount)
      return limit !== undefined && compareQuantities(after, limit) > 0 ? [each] : []
    })
    if (exceeded.length === 0) continue
    const names = exceeded.sort()
    const shown = `requested: ${amounts(requested, names)}, used: ${amounts(used, names)}, limited: ${amounts(hard, names)}`
    return `exceeded quota: ${name}, ${shown}`
  }
  return undefined
}
