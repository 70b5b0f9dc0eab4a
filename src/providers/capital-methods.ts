import type { ComponentOf } from '../design/component.ts'
import type { RouteSpec } from '../design/schema/traffic.ts'
import type { Scope } from './contract.ts'

const spoken = new WeakMap<Scope, Scope>()

/**
 * A scope whose routes and rules name HTTP methods in capitals, as requests do: a mesh compares them letter by letter, so that
 * `get` would never match. The scope itself where they are so already; made once for each.
 */
export function withCapitalMethods(scope: Scope): Scope {
  let capital = spoken.get(scope)
  if (capital === undefined) {
    capital = capitalScope(scope)
    spoken.set(scope, capital)
    spoken.set(capital, capital)
  }
  return capital
}

function capitalScope(scope: Scope): Scope {
  const traffic = mapped(scope.traffic, routed)
  const gateways = mapped(scope.gateways, routed)
  const authorization = mapped(scope.authorization, ruled)
  const same = traffic === scope.traffic && gateways === scope.gateways && authorization === scope.authorization
  return same ? scope : { ...scope, traffic, gateways, authorization }
}

/** The map itself where nothing of it changes. */
function mapped<Value>(map: ReadonlyMap<string, Value>, change: (value: Value) => Value): ReadonlyMap<string, Value> {
  const changed = [...map].flatMap(([key, value]): [string, Value][] => {
    const other = change(value)
    return other === value ? [] : [[key, other]]
  })
  return changed.length === 0 ? map : new Map([...map, ...changed])
}

function routed<Name extends 'traffic' | 'gateways'>(component: ComponentOf<Name>): ComponentOf<Name> {
  const { routes } = component.spec
  if (routes === undefined || routes.every(isCapital)) return component
  return { ...component, spec: { ...component.spec, routes: routes.map(capitalRoute) } }
}

function isCapital({ match = [], cors }: RouteSpec): boolean {
  return [...match.map(({ methods }) => methods), cors?.methods].every(inCapitals)
}

function capitalRoute(route: RouteSpec): RouteSpec {
  if (isCapital(route)) return route
  const { match, cors } = route
  return {
    ...route,
    ...(match === undefined ? {} : { match: match.map(capital) }),
    ...(cors === undefined ? {} : { cors: capital(cors) }),
  }
}

function ruled(policy: ComponentOf<'authorization'>): ComponentOf<'authorization'> {
  const { allow, deny } = policy.spec
  if ([...(allow ?? []), ...(deny ?? [])].every(({ methods }) => inCapitals(methods))) return policy
  const spec = {
    ...policy.spec,
    ...(allow === undefined ? {} : { allow: allow.map(capital) }),
    ...(deny === undefined ? {} : { deny: deny.map(capital) }),
  }
  return { ...policy, spec }
}

function inCapitals(methods: readonly string[] | undefined): boolean {
  return (methods ?? []).every((method) => method === method.toUpperCase())
}

function capital<Words extends { readonly methods?: readonly string[] }>(words: Words): Words {
  return inCapitals(words.methods) ? words : { ...words, methods: words.methods?.map((method) => method.toUpperCase()) }
}
