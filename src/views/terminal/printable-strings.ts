import { printable } from './style.ts'

/** A report whose texts are all printable: what modules and registries say of themselves must not steer the terminal. */
export function printableStrings<Report>(report: Report): Report {
  return mapped(report) as Report
}

function mapped(value: unknown): unknown {
  if (typeof value === 'string') return printable(value)
  if (Array.isArray(value)) return value.map(mapped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapped(entry)]))
}
