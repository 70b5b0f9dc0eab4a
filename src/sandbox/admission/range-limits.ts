import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { compareQuantities, formatQuantity, parseQuantity, type Quantity, quantityNumber } from '../builtin/quantity.ts'
import { type CountedObject, podTotal, quantitiesAt, type Usage } from './quota-usage.ts'

/** What is asked for, of one container or of all of a pod. */
interface Asked {
  readonly requests: Usage
  readonly limits: Usage
}

/** One limit of a range, in the words of a refusal. */
interface Limit {
  readonly name: string
  readonly type: string
  readonly amount: Quantity
}

function belowLeast({ name, type, amount }: Limit, { requests, limits }: Asked): string | undefined {
  const least = `minimum ${name} usage per ${type} is ${formatQuantity(amount)}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (request === undefined) return `${least}.  No request is specified`
  if (compareQuantities(request, amount) < 0) return `${least}, but request is ${formatQuantity(request)}`
  const isBelow = limit !== undefined && compareQuantities(limit, amount) < 0
  return isBelow ? `${least}, but limit is ${formatQuantity(limit)}` : undefined
}

function aboveMost({ name, type, amount }: Limit, { requests, limits }: Asked): string | undefined {
  const most = `maximum ${name} usage per ${type} is ${formatQuantity(amount)}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (limit === undefined) return `${most}.  No limit is specified`
  if (compareQuantities(limit, amount) > 0) return `${most}, but limit is ${formatQuantity(limit)}`
  const isAbove = request !== undefined && compareQuantities(request, amount) > 0
  return isAbove ? `${most}, but request is ${formatQuantity(request)}` : undefined
}

/** Claims have requests alone. */
function requestAboveMost({ name, type, amount }: Limit, { requests }: Asked): string | undefined {
  const most = `maximum ${name} usage per ${type} is ${formatQuantity(amount)}`
  const request = requests.get(name)
  if (request === undefined) return `${most}.  No request is specified`
  return compareQuantities(request, amount) > 0 ? `${most}, but request is ${formatQuantity(request)}` : undefined
}

function aboveRatio({ name, type, amount }: Limit, { requests, limits }: Asked): string | undefined {
  const most = `${name} max limit to request ratio per ${type} is ${formatQuantity(amount)}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (request === undefined || request.digits === 0n) return `${most}, but no request is specified or request is 0`
  if (limit === undefined || limit.digits === 0n) return `${most}, but no limit is specified or limit is 0`
  const ratio = quantityNumber(limit) / quantityNumber(request)
  return ratio > quantityNumber(amount) ? `${most}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}

type Check = (limit: Limit, asked: Asked) => string | undefined

function refusals(item: JsonObject, asked: Asked, checks: readonly (readonly [string, Check])[]): readonly string[] {
  return checks.flatMap(([key, check]) =>
    Object.entries(objectAt(item, key) ?? {}).flatMap(([name, text]) => {
      const amount = parseQuantity(String(text))
      const why = amount === undefined ? undefined : check({ name, type: textAt(item, 'type'), amount }, asked)
      return why === undefined ? [] : [why]
    }),
  )
}

const podChecks = [
  ['min', belowLeast],
  ['max', aboveMost],
  ['maxLimitRequestRatio', aboveRatio],
] as const
const claimChecks = [
  ['min', belowLeast],
  ['max', requestAboveMost],
] as const

function podRefusals(item: JsonObject, pod: JsonObject): readonly string[] {
  const spec = objectAt(pod, 'spec')
  switch (item.type) {
    case 'Container':
      return [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].flatMap((container) => {
        const resources = objectAt(container, 'resources')
        const asked = { requests: quantitiesAt(resources, 'requests'), limits: quantitiesAt(resources, 'limits') }
        return refusals(item, asked, podChecks)
      })
    case 'Pod':
      return refusals(item, { requests: podTotal(spec, 'requests'), limits: podTotal(spec, 'limits') }, podChecks)
    default:
      return []
  }
}

function claimRefusals(item: JsonObject, claim: JsonObject): readonly string[] {
  if (item.type !== 'PersistentVolumeClaim') return []
  const requests = quantitiesAt(objectAt(objectAt(claim, 'spec'), 'resources'), 'requests')
  return refusals(item, { requests, limits: new Map() }, claimChecks)
}

/** Why a namespace's limit ranges refuse a new pod or claim; undefined where they don't. */
export function rangeRefusal(ranges: readonly JsonObject[], { storage, object }: CountedObject): string | undefined {
  const refuse = storage === '/pods' ? podRefusals : storage === '/persistentvolumeclaims' ? claimRefusals : undefined
  if (refuse === undefined) return undefined
  for (const range of ranges) {
    const found = objectsAt(objectAt(range, 'spec'), 'limits').flatMap((item) => refuse(item, object))
    const texts = [...new Set(found)]
    if (texts.length > 0) return texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  }
  return undefined
}
