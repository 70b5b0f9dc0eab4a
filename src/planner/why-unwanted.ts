import type { ActionReason } from '../plan/change.ts'
import { moduleAddress } from '../plan/envelope.ts'
import type { DesiredObject } from './desired-object.ts'

/** Where the design has objects: components, components without the keys of their items, patterns. */
export interface Places {
  readonly components: ReadonlySet<string>
  readonly sections: ReadonlySet<string>
  readonly patterns: ReadonlySet<string>
}

const ITEM_KEY = /\["[^"]*"\]$/

/** The places of what is desired. */
export function placesOf(desired: readonly DesiredObject[]): Places {
  const components = new Set(desired.map(({ address }) => address))
  const patterns = new Set([...components].flatMap((address) => moduleAddress(address) ?? []))
  return { components, sections: new Set([...components].map((address) => address.replace(ITEM_KEY, ''))), patterns }
}

/** Why an object of this component is to go. */
export function whyUnwanted(address: string, { components, sections, patterns }: Places): ActionReason {
  if (components.has(address)) return 'delete_because_not_made'
  const pattern = moduleAddress(address)
  if (pattern !== undefined && !patterns.has(pattern)) return 'delete_because_no_pattern'
  const isItem = ITEM_KEY.test(address) && sections.has(address.replace(ITEM_KEY, ''))
  return isItem ? 'delete_because_each_key' : 'delete_because_no_component'
}
