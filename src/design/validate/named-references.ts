import type { ValuePath } from '../../plan/source.ts'
import type { Component, Section } from '../component.ts'

/** A component that another names in its spec, beside those that its expressions read. */
export interface NamedReference {
  /** As written: `reviews`, `workloads.reviews`, `workloads.reviews["a"]`. */
  readonly name: string
  readonly path: ValuePath
  /** Sections it may lead to; a bare name is one of the first. Empty: any, written out. */
  readonly sections: readonly Section[]
  /** True when it must be applied before the component that names it. */
  readonly waits: boolean
  /** True when a name without items stands for all items of a forEach. */
  readonly all: boolean
}

/** Everything that a component names. Destinations of routes are told by destinationsOf. */
export function namedReferences(component: Component): readonly NamedReference[] {
  const { spec } = component
  const references: NamedReference[] = []
  const add = (name: string | undefined, path: ValuePath, sections: readonly Section[], waits = true, all = false) => {
    if (name !== undefined) references.push({ name, path, sections, waits, all })
  }
  for (const [index, name] of (spec.dependsOn ?? []).entries()) add(name, ['dependsOn', index], [], true, true)
  for (const [index, name] of (spec.lifecycle?.replaceTriggeredBy ?? []).entries()) {
    add(name, ['lifecycle', 'replaceTriggeredBy', index], [], true, true)
  }
  switch (component.section) {
    case 'meshes':
    case 'resources':
    case 'patterns':
      break
    case 'workloads':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      break
    case 'traffic':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      add(component.spec.workload, ['workload'], ['workloads'])
      addSources(component.spec.routes, add)
      break
    case 'gateways':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      addSources(component.spec.routes, add)
      break
    case 'external':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      add(component.spec.via, ['via'], ['gateways'])
      break
    case 'authorization':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      add(component.spec.workload, ['workload'], ['workloads'])
      addCallers(component.spec.allow, 'allow', add)
      addCallers(component.spec.deny, 'deny', add)
      break
    case 'filters':
      add(component.spec.mesh, ['mesh'], ['meshes'])
      for (const [index, name] of (component.spec.workloads ?? []).entries()) add(name, ['workloads', index], ['workloads'])
      for (const [index, name] of (component.spec.gateways ?? []).entries()) add(name, ['gateways', index], ['gateways'])
      break
    case 'perfChecks':
      for (const [index, name] of (component.spec.measures ?? []).entries()) add(name, ['measures', index], [], true, true)
      break
  }
  return references
}

type Add = (name: string | undefined, path: ValuePath, sections: readonly Section[], waits?: boolean, all?: boolean) => void

type Routes = Extract<Component, { section: 'gateways' }>['spec']['routes']

function addSources(routes: Routes, add: Add): void {
  for (const [index, route] of (routes ?? []).entries()) {
    for (const [place, match] of (route.match ?? []).entries()) {
      for (const [item, name] of (match.from ?? []).entries()) {
        add(name, ['routes', index, 'match', place, 'from', item], ['workloads'], false)
      }
    }
    // The check judges steps of the route, so it runs after it, not before.
    add(route.rollout?.check, ['routes', index, 'rollout', 'check'], ['perfChecks'], false)
  }
}

type Rules = Extract<Component, { section: 'authorization' }>['spec']['allow']

function addCallers(rules: Rules, key: string, add: Add): void {
  for (const [index, rule] of (rules ?? []).entries()) {
    for (const [place, caller] of (rule.from ?? []).entries()) {
      if (typeof caller === 'string' && /(^|\.)workloads\./.test(caller)) add(caller, [key, index, 'from', place], ['workloads'])
    }
  }
}

/** A destination that a route names: where, and as what. */
export interface NamedDestination {
  /** `v1`, `workloads.other`, `workloads.other/v2`. */
  readonly name: string
  readonly path: ValuePath
}

/** Everything that routes of a component send requests to. */
export function destinationsOf(component: Component): readonly NamedDestination[] {
  if (component.section !== 'traffic' && component.section !== 'gateways') return []
  return (component.spec.routes ?? []).flatMap((route, index): NamedDestination[] => [
    ...Object.keys(route.to ?? {}).map((name) => ({ name, path: ['routes', index, 'to', name] })),
    ...(route.mirror === undefined ? [] : [{ name: route.mirror.to, path: ['routes', index, 'mirror', 'to'] }]),
  ])
}
