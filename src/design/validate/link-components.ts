import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { topologicalOrder } from '../../plan/topological-order.ts'
import type { Component, ComponentOf } from '../component.ts'
import { mistake } from '../mistake.ts'
import { didYouMean } from '../nearest.ts'
import { type ComponentIndex, findComponents, indexComponents } from './find-component.ts'
import { destinationsOf, type NamedReference, namedReferences } from './named-references.ts'

/** Components with the dependencies that their specs name added to those that their expressions brought. */
export interface LinkedComponents {
  readonly components: readonly Component[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds what components name, and checks that there is no circle. `failed` holds the addresses that are missing because of mistakes
 * already said.
 */
export function linkComponents(components: readonly Component[], failed: ReadonlySet<string>): LinkedComponents {
  const index = indexComponents(components)
  const diagnostics: Diagnostic[] = []
  const linked = components.map((component): Component => {
    const found = new Set(component.dependencies)
    const spec = new Map<string, string>()
    for (const reference of namedReferences(component)) {
      for (const address of follow(component, reference, index, failed, diagnostics)) {
        if (reference.waits && address !== component.address) found.add(address)
        if (reference.path.length === 1 && reference.path[0] === 'mesh') spec.set('mesh', meshName(address, component))
      }
    }
    for (const address of destinationAddresses(component, index, failed, diagnostics)) found.add(address)
    for (const address of impliedMesh(component, index)) found.add(address)
    if (component.section === 'patterns') for (const inner of innerAddresses(component, index)) found.add(inner)
    const dependencies = spreadItems(found, index)
    const linkedSpec = spec.size === 0 ? component.spec : { ...component.spec, ...Object.fromEntries(spec) }
    return { ...component, spec: linkedSpec, dependencies } as Component
  })
  return { components: linked, diagnostics: [...diagnostics, ...cycles(linked)] }
}

/** A mesh outside the pattern is named by its whole address, with a dot before it so that the pattern is not put in front again. */
function meshName(address: string, component: Component): string {
  const own = component.scope === '' ? '' : `${component.scope}.`
  return address.startsWith(own) ? address.slice(own.length) : `.${address}`
}

function follow(
  component: Component,
  reference: NamedReference,
  index: ComponentIndex,
  failed: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): readonly string[] {
  const { name, sections, path } = reference
  const found = findComponents(name, sections, component.scope, reference.all, index)
  const say = (code: 'MF1301' | 'MF1302', summary: string, hint: string | undefined) => {
    diagnostics.push(mistake(code, component.locate(path), { summary, hint, address: component.address }))
  }
  switch (found.kind) {
    case 'found':
      return found.addresses
    case 'several':
      say('MF1301', `${name} stands for ${found.addresses.length} components`, `Say which one: ${found.addresses[0]}.`)
      return []
    case 'wrong-section':
      say('MF1302', `${name} is none of ${sections.join(' or ')}`, didYouMean(name, namesIn(sections, index, failed)))
      return []
    case 'missing': {
      const [section] = sections
      const address = section === undefined || name.includes('.') ? name : `${section}.${name}`
      if (failed.has(component.scope === '' ? address : `${component.scope}.${address}`) || failed.has(address)) return []
      const known =
        sections.length === 0 ? [...index.byAddress.keys(), ...index.items.keys(), ...failed] : namesIn(sections, index, failed)
      const what = section === undefined ? 'component' : SINGULAR[section]
      say('MF1301', `There is no ${what} ${name}`, didYouMean(section === undefined ? name : address, known))
      return []
    }
  }
}

const SINGULAR: { readonly [Name in Component['section']]: string } = {
  meshes: 'mesh',
  workloads: 'workload',
  gateways: 'gateway',
  external: 'external host',
  traffic: 'traffic policy',
  authorization: 'authorization',
  filters: 'filter',
  resources: 'resource',
  patterns: 'pattern',
  perfChecks: 'perf-check',
}

/** The components that a name of these sections may mean, those with mistakes of their own among them. */
function namesIn(
  sections: readonly Component['section'][],
  index: ComponentIndex,
  failed: ReadonlySet<string>,
): readonly string[] {
  const sound = [...index.byAddress.values()].filter(({ section }) => sections.includes(section)).map(({ address }) => address)
  const unsound = [...failed].filter((address) => sections.some((section) => address.split('.').at(-2) === section))
  return [...sound, ...unsound]
}

function destinationAddresses(
  component: Component,
  index: ComponentIndex,
  failed: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): readonly string[] {
  const own = component.section === 'traffic' ? ownWorkload(component, index) : undefined
  const ownFailed = component.section === 'traffic' && own === undefined
  return destinationsOf(component).flatMap(({ name, path }): readonly string[] => {
    const slash = name.lastIndexOf('/')
    const target = slash < 0 ? name : name.slice(0, slash)
    if (own !== undefined && !target.includes('.')) {
      const versions = Object.keys(own.spec.versions ?? {})
      if (versions.includes(name)) return []
      if (findComponents(target, ['workloads'], component.scope, false, index).kind !== 'found') {
        // Versions that manifests tell by their labels are known to whoever reads them.
        if (versions.length === 0 && own.spec.manifests !== undefined) return []
        diagnostics.push(
          mistake('MF1306', component.locate(path), {
            summary: `${own.address} has no version ${name}`,
            hint: didYouMean(name, versions) ?? `Declare it: \`versions: {${name}: {...}}\` in the workload.`,
            address: component.address,
          }),
        )
        return []
      }
    } else if (ownFailed && !target.includes('.')) return []
    return follow(component, { name: target, path, sections: ['workloads'], waits: true, all: false }, index, failed, diagnostics)
  })
}

function ownWorkload(component: ComponentOf<'traffic'>, index: ComponentIndex): ComponentOf<'workloads'> | undefined {
  const found = findComponents(component.spec.workload, ['workloads'], component.scope, false, index)
  const [address] = found.kind === 'found' ? found.addresses : []
  const workload = address === undefined ? undefined : index.byAddress.get(address)
  return workload?.section === 'workloads' ? workload : undefined
}

/** A policy that names neither mesh nor workload belongs to the only mesh of its design, if there is just one. */
function impliedMesh(component: Component, index: ComponentIndex): readonly string[] {
  if (component.section !== 'authorization' && component.section !== 'filters') return []
  if (component.spec.mesh !== undefined) return []
  if (component.section === 'authorization' ? component.spec.workload !== undefined : component.spec.workloads !== undefined)
    return []
  const meshes = [...index.byAddress.values()].filter(({ section, scope }) => section === 'meshes' && scope === component.scope)
  const [only] = meshes
  return meshes.length === 1 && only !== undefined ? [only.address] : []
}

/** A pattern is done when all that came from it is. */
function innerAddresses(pattern: Component, index: ComponentIndex): readonly string[] {
  return [...index.byAddress.values()].filter(({ scope }) => scope === pattern.address).map(({ address }) => address)
}

function spreadItems(names: ReadonlySet<string>, index: ComponentIndex): readonly string[] {
  if (names.size === 0) return []
  const addresses = [...names].flatMap((name) => (index.byAddress.has(name) ? [name] : (index.items.get(name) ?? [])))
  return [...new Set(addresses)].sort()
}

function cycles(components: readonly Component[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  let left = new Map(components.map((component) => [component.address, component]))
  for (;;) {
    const sorted = topologicalOrder([...left.keys()], (address) => left.get(address)?.dependencies ?? [])
    if ('order' in sorted) return diagnostics
    const steps = sorted.cycle.slice(0, -1).map((address, position) => {
      const next = sorted.cycle[position + 1] ?? ''
      const component = left.get(address)
      const place = component === undefined ? undefined : placeOf(component, next)
      return `${address} needs ${next}${place === undefined ? '' : ` (${place.file}:${place.line}:${place.column})`}`
    })
    const first = left.get(sorted.cycle[0] ?? '')
    diagnostics.push(
      mistake('MF1303', first?.location, {
        summary: `${sorted.cycle.join(' -> ')} is a cycle`,
        detail: steps.join('\n'),
        hint: 'Break the circle: remove one of these dependencies.',
        address: first?.address,
      }),
    )
    const circle = new Set(sorted.cycle)
    left = new Map([...left].filter(([address]) => !circle.has(address)))
  }
}

/** Where a component names another, or else where it stands itself. */
function placeOf(component: Component, dependency: string): SourceLocation {
  const named = [...namedReferences(component), ...destinationsOf(component)].find(({ name }) => {
    const target = name.split('/')[0] ?? name
    return dependency === target || dependency.endsWith(`.${target}`)
  })
  return named === undefined ? component.location : component.locate(named.path)
}
