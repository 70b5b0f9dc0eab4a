import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import type { PrinterColumn } from '../../resource-type.ts'
import { listAt, objectAt, textAt } from '../json-tree.ts'

type Cell = (object: JsonObject, now: Date) => JsonValue

/** A text column. */
export function textColumn(name: string, description: string, cell: Cell, priority = 0): PrinterColumn {
  return { name, type: 'string', description, priority, cell }
}

/** A column of whole numbers. */
export function integerColumn(name: string, description: string, cell: Cell): PrinterColumn {
  return { name, type: 'integer', description, priority: 0, cell }
}

/** A column of numbers that the API declares as text all the same. */
export function countColumn(name: string, description: string, cell: Cell): PrinterColumn {
  return { ...integerColumn(name, description, cell), type: 'string' }
}

/** What a real server says of the columns that nearly every kind has. */
export const columnDescriptions = {
  name: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  age: 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
} as const

/** The object's name. */
export const nameColumn: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: columnDescriptions.name,
  priority: 0,
  cell: (object) => textAt(objectAt(object, 'metadata'), 'name'),
}

/** NAME and CREATED AT: what the server shows of kinds that have no table of their own. */
export const plainColumns: readonly PrinterColumn[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: columnDescriptions.age,
    priority: 0,
    cell: (object) => textAt(objectAt(object, 'metadata'), 'creationTimestamp'),
  },
]

/** How long the object has existed. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: columnDescriptions.age,
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

/** A label selector as `kubectl get -o wide` shows it. */
export function formatSelector(selector: JsonObject | undefined): string {
  if (selector === undefined) return '<none>'
  const parts = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  for (const expression of listAt(selector, 'matchExpressions')) {
    if (typeof expression !== 'object' || expression === null || Array.isArray(expression)) continue
    const { key, operator, values } = expression as JsonObject
    const list = Array.isArray(values) ? [...values].sort().join(',') : ''
    switch (operator) {
      case 'In':
        parts.push(`${String(key)} in (${list})`)
        break
      case 'NotIn':
        parts.push(`${String(key)} notin (${list})`)
        break
      case 'Exists':
        parts.push(String(key))
        break
      case 'DoesNotExist':
        parts.push(`!${String(key)}`)
        break
    }
  }
  return orNone(parts.sort().join(','))
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
