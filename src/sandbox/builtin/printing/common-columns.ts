import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import type { PrinterColumn } from '../../resource-type.ts'
import { listAt, objectAt, objectsAt, textAt } from '../json-tree.ts'

/** A column of a built-in kind; what it is described as is in `column-descriptions.ts`. */
export type KindColumn = Omit<PrinterColumn, 'description'>

type Cell = (object: JsonObject, now: Date) => JsonValue

/** A text column. */
export function textColumn(name: string, cell: Cell, priority = 0): KindColumn {
  return { name, type: 'string', priority, cell }
}

/** A column of whole numbers. */
export function integerColumn(name: string, cell: Cell): KindColumn {
  return { name, type: 'integer', priority: 0, cell }
}

/** A column of numbers that the API declares as text all the same. */
export function countColumn(name: string, cell: Cell): KindColumn {
  return { ...integerColumn(name, cell), type: 'string' }
}

/** The object's name. */
export const nameColumn: KindColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  priority: 0,
  cell: (object) => textAt(objectAt(object, 'metadata'), 'name'),
}

/** NAME and CREATED AT: what the server shows of kinds that have no table of their own. */
export const plainColumns: readonly KindColumn[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    priority: 0,
    cell: (object) => textAt(objectAt(object, 'metadata'), 'creationTimestamp'),
  },
]

/** How long the object has existed. */
export const ageColumn: KindColumn = {
  name: 'Age',
  type: 'string',
  priority: 0,
  cell: (object, now) => ageOf(textAt(objectAt(object, 'metadata'), 'creationTimestamp'), now),
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(seconds / large)
  const rest = Math.floor((seconds % large) / small)
  return rest === 0 ? `${whole}${largeName}` : `${whole}${largeName}${rest}${smallName}`
}

/** A duration in seconds as kubectl shortens it: `45s`, `3m20s`, `5h`, `2d3h`, `1y12d`. */
export function formatDuration(seconds: number): string {
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * minute) return `${Math.floor(seconds)}s`
  if (seconds < 10 * minute) return twoUnits(seconds, minute, 'm', 1, 's')
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`
  if (seconds < 8 * hour) return twoUnits(seconds, hour, 'h', minute, 'm')
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`
  if (seconds < 8 * day) return twoUnits(seconds, day, 'd', hour, 'h')
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`
  if (seconds < 8 * year) return twoUnits(seconds, year, 'y', day, 'd')
  return `${Math.floor(seconds / year)}y`
}

/** Time since a timestamp, or `<unknown>` where there is none. */
export function ageOf(timestamp: string, now: Date): string {
  const since = Date.parse(timestamp)
  return Number.isNaN(since) ? '<unknown>' : formatDuration((now.getTime() - since) / 1000)
}

/** Text or `<none>`. */
export function orNone(text: string): string {
  return text === '' ? '<none>' : text
}

/** Pairs as `a=b,c=d`, sorted, or `<none>`. */
export function formatLabels(labels: JsonObject | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  return orNone(pairs.sort().join(','))
}

/** A label selector as `kubectl get -o wide` shows it: its requirements in the order of their keys. */
export function formatSelector(selector: JsonObject | undefined): string {
  if (selector === undefined) return '<none>'
  const parts: (readonly [key: string, text: string])[] = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(
    ([key, value]) => [key, `${key}=${String(value)}`],
  )
  for (const expression of objectsAt(selector, 'matchExpressions')) {
    const { operator, values } = expression
    const key = textAt(expression, 'key')
    const list = Array.isArray(values) ? [...values].sort().join(',') : ''
    switch (operator) {
      case 'In':
        parts.push([key, `${key} in (${list})`])
        break
      case 'NotIn':
        parts.push([key, `${key} notin (${list})`])
        break
      case 'Exists':
        parts.push([key, key])
        break
      case 'DoesNotExist':
        parts.push([key, `!${key}`])
        break
    }
  }
  parts.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
  return orNone(parts.map(([, text]) => text).join(','))
}

/** Names of a template's containers, joined by commas. */
export function containerNames(template: JsonObject | undefined): string {
  return containersOf(template, 'name')
}

/** Images of a template's containers, joined by commas. */
export function containerImages(template: JsonObject | undefined): string {
  return containersOf(template, 'image')
}

function containersOf(template: JsonObject | undefined, key: string): string {
  const containers = listAt(objectAt(template, 'spec'), 'containers')
  return containers
    .map((container) => (typeof container === 'object' && container !== null ? textAt(container as JsonObject, key) : ''))
    .join(',')
}
