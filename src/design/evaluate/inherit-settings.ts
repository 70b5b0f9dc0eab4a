import type { Component, ComponentOf } from '../component.ts'
import type { EvaluationContext } from './module-instance.ts'

type Settings = Component['spec']

/**
 * A component inside a pattern with what the use of the pattern says of how all in it lives: protection, order of replacement, conflicts,
 * adoption, timeouts, health. What the component says itself comes first. What is said of single fields is a rule (`noteIgnored`), and
 * triggers and conditions are the use's own.
 */
export function inheritSettings(component: Component, use: ComponentOf<'patterns'>): Component {
  const { lifecycle, timeouts, health, conflict, adoption } = use.spec
  if ([lifecycle, timeouts, health, conflict, adoption].every((setting) => setting === undefined)) return component
  const own: Settings = component.spec
  const { protect, createBeforeDestroy, versioned, ignoreChanges } = lifecycle ?? {}
  const lives = {
    ...definedOf({ protect, createBeforeDestroy, versioned }),
    ...(ignoreChanges === 'all' ? { ignoreChanges } : {}),
    ...own.lifecycle,
  }
  const inherited = {
    ...definedOf({ conflict, adoption }),
    ...own,
    ...(Object.keys(lives).length === 0 ? {} : { lifecycle: lives }),
    ...(timeouts === undefined ? {} : { timeouts: { ...timeouts, ...own.timeouts } }),
    ...(health === undefined ? {} : { health: [...(own.health ?? []), ...health] }),
  }
  // Every section takes these settings in the same form.
  return { ...component, spec: inherited } as Component
}

/** Takes in the fields of its objects that the use of a pattern leaves to others. */
export function noteIgnored(use: ComponentOf<'patterns'>, context: EvaluationContext): void {
  const { ignoreChanges } = use.spec.lifecycle ?? {}
  if (ignoreChanges === undefined || ignoreChanges === 'all') return
  for (const [index, fields] of ignoreChanges.entries()) {
    context.rules.ignore.push({
      kinds: ['*'],
      ...(typeof fields === 'string' ? { paths: [fields] } : fields),
      location: use.locate(['lifecycle', 'ignoreChanges', index]),
      scope: use.address,
    })
  }
}

function definedOf<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>
}
