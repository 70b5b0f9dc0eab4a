import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { exactDigits } from '../exact-json.ts'
import type { PrinterColumn } from '../resource-type.ts'
import { goJsonText } from './go-json-text.ts'
import { evaluateJsonPath } from './json-path.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** A span of time as `kubectl get` shows ages: two units while small, one when large. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * minute) return `${seconds}s`
  const minutes = Math.floor(seconds / minute)
  if (minutes < 10) return withRest(minutes, 'm', seconds % minute, 's')
  if (minutes < 3 * 60) return `${minutes}m`
  const hours = Math.floor(seconds / hour)
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(seconds / day)
  if (hours < 8 * 24) return withRest(days, 'd', hours % 24, 'h')
  if (days < 2 * 365) return `${days}d`
  const years = Math.floor(seconds / year)
  return years < 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`
}

const internetTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** The cell of a column for an object; null where the object has nothing to show. */
export function printerCell(column: PrinterColumn, object: JsonObject, now: Date): JsonValue {
  if (typeof column.cell === 'function') return column.cell(object, now)
  const found = evaluateJsonPath(column.cell, object)
  // Where a path leads to several values the first is shown.
  const [first = null] = found
  if (first === null) return null
  switch (column.type) {
    case 'integer':
      return typeof first === 'number' ? Math.trunc(first) : exactDigits(first) === undefined ? null : first
    case 'number':
      return typeof first === 'number' || exactDigits(first) !== undefined ? first : null
    case 'boolean':
      return typeof first === 'boolean' ? first : null
    case 'string':
      return typeof first === 'string' ? (exactDigits(first) ?? first) : goJsonText(first)
    case 'date': {
      if (typeof first !== 'string') return null
      if (first === '') return '<unknown>'
      const time = internetTime.test(first) ? Date.parse(first) : Number.NaN
      return Number.isNaN(time) ? '<invalid>' : humanDuration(now.getTime() - time)
    }
  }
}
