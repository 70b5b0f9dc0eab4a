import type { JsonObject } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { Places } from '../places.ts'
import { asObject, type Component, type Typed, textsOf } from './application.ts'
import { mergePatch } from './patch.ts'

/**
 * The components as an override policy wants them: those that it selects (all without a selector), with its changes. A change without a
 * name is for all components of its type; one with a new name and a type is a further component.
 */
export function override(
  components: readonly Component[],
  properties: JsonObject,
  place: ValuePath,
  places: Places,
): readonly Component[] {
  const patches = Array.isArray(properties.components) ? properties.components.map(asObject) : []
  let changed = [...components]
  for (const [index, patch] of patches.entries()) {
    const at = [...place, 'properties', 'components', index]
    const { name, type } = patch
    const isMeant = (each: Component) =>
      (typeof name !== 'string' || name === '' || matches(name, each.name)) && (typeof type !== 'string' || type === each.type)
    if (changed.some(isMeant)) changed = changed.map((each) => (isMeant(each) ? patched(each, patch, at, places) : each))
    else if (typeof name === 'string' && typeof type === 'string') {
      const bare = { name, type, properties: {}, place: at, dependsOn: [], inputs: [], outputs: [], traits: [] }
      changed.push(patched(bare, patch, at, places))
    }
  }
  const selector = properties.selector === undefined ? undefined : textsOf(properties.selector)
  return selector === undefined ? changed : changed.filter(({ name }) => selector.some((each) => matches(each, name)))
}

function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

function patched(component: Component, patch: JsonObject, place: ValuePath, places: Places): Component {
  let traits = [...component.traits]
  for (const [index, trait] of (Array.isArray(patch.traits) ? patch.traits.map(asObject) : []).entries()) {
    const isMeant = (each: Typed) => each.type === trait.type
    const own = asObject(trait.properties)
    if (trait.disable === true) traits = traits.filter((each) => !isMeant(each))
    else if (traits.some(isMeant)) {
      traits = traits.map((each) =>
        isMeant(each) ? { ...each, properties: mergePatch(each.properties, own, places) as JsonObject } : each,
      )
    } else traits.push({ type: String(trait.type), properties: own, place: [...place, 'traits', index] })
  }
  return { ...component, traits, properties: mergePatch(component.properties, asObject(patch.properties), places) as JsonObject }
}
