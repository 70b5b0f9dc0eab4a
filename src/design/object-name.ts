import { createHash } from 'node:crypto'
import type { Component } from './component.ts'

const LONGEST = 63

/** Text as part of an object name: lower case, other characters as dashes. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}

/** Parts joined by dashes, at most 63 characters: longer names end in a digest of the whole instead. */
export function joinName(...parts: readonly string[]): string {
  const name = parts.filter((part) => part !== '').join('-')
  if (name.length <= LONGEST) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, LONGEST - 9).replace(/-+$/, '')}-${digest}`
}

/** The name that objects of a component bear: its own, with the key of its forEach item behind it. */
export function objectNameOf(component: Component): string {
  return joinName(component.name, component.key === undefined ? '' : slug(component.key))
}

/** The name of an object about a workload: the component's name, led by the workload's so that both can be seen in it. */
export function nameAbout(workload: string, component: Component): string {
  const name = objectNameOf(component)
  return name === workload || name.startsWith(`${workload}-`) ? name : joinName(workload, name)
}
