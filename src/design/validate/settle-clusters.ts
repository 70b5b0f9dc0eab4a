import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { Component } from '../component.ts'
import { SANDBOX_CLUSTER } from '../design.ts'
import { mistake } from '../mistake.ts'
import { didYouMean } from '../nearest.ts'
import type { ClusterSpec } from '../schema/design.ts'
import { type ComponentIndex, findComponents, indexComponents } from './find-component.ts'

/**
 * Gives every component the cluster it lives on: the one it names, else that of its mesh, of the pattern it came from, or the only
 * one there is. Without `clusters` everything lives in the sandbox.
 */
export function settleClusters(
  components: readonly Component[],
  clusters: ReadonlyMap<string, ClusterSpec>,
): { readonly components: readonly Component[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const index = indexComponents(components)
  const settled = new Map<string, string>()
  const settle = (component: Component): string => {
    const known = settled.get(component.address)
    if (known !== undefined) return known
    const cluster = decide(component)
    settled.set(component.address, cluster)
    return cluster
  }
  const decide = (component: Component): string => {
    const named = component.spec.cluster
    if (named !== undefined) {
      if (clusters.has(named) || (clusters.size === 0 && named === SANDBOX_CLUSTER)) return named
      diagnostics.push(
        mistake('MF1304', component.locate(['cluster']), {
          summary: `There is no cluster ${named}`,
          hint: didYouMean(named, clusters.keys()) ?? 'The design names no clusters: everything lives in the sandbox.',
          address: component.address,
        }),
      )
      return named
    }
    const hung = hangsOn(component, index)
    if (hung !== undefined) return settle(hung)
    const pattern = patternWithCluster(component, index)
    if (pattern !== undefined) return settle(pattern)
    const [first, ...others] = clusters.keys()
    if (first === undefined) return SANDBOX_CLUSTER
    // A pattern and a perf-check have no objects of their own.
    const own = component.section !== 'patterns' && component.section !== 'perfChecks'
    if (others.length > 0 && own && !namesAnother(component)) {
      diagnostics.push(
        mistake('MF1305', component.location, {
          summary: `It is not clear on which cluster ${component.address} lives`,
          detail: `The design has ${[...clusters.keys()].join(', ')}.`,
          hint: `Say \`cluster: ${first}\`.`,
          address: component.address,
        }),
      )
    }
    return first
  }
  return { components: components.map((component) => ({ ...component, cluster: settle(component) })), diagnostics }
}

/** The innermost of the patterns around a component that says a cluster. */
function patternWithCluster({ scope }: Component, index: ComponentIndex): Component | undefined {
  const around = scope === '' ? undefined : index.byAddress.get(scope)
  return around === undefined || around.spec.cluster !== undefined ? around : patternWithCluster(around, index)
}

/** True for a component that would share the cluster of one it names, which is missing and has a mistake of its own. */
function namesAnother({ spec }: Component): boolean {
  return ('mesh' in spec && spec.mesh !== undefined) || ('workload' in spec && spec.workload !== undefined)
}

/** The component whose cluster this one shares. */
function hangsOn(component: Component, index: ComponentIndex): Component | undefined {
  const one = (name: string | undefined, section: Component['section']): Component | undefined => {
    if (name === undefined) return undefined
    const absolute = name.startsWith('.')
    const found = findComponents(absolute ? name.slice(1) : name, [section], absolute ? '' : component.scope, false, index)
    const [address] = found.kind === 'found' ? found.addresses : []
    return address === undefined || address === component.address ? undefined : index.byAddress.get(address)
  }
  switch (component.section) {
    case 'meshes':
    case 'resources':
    case 'patterns':
      return undefined
    case 'workloads':
    case 'gateways':
    case 'external':
      return one(component.spec.mesh, 'meshes')
    case 'traffic':
      return one(component.spec.workload, 'workloads')
    case 'authorization':
      return (
        one(component.spec.workload, 'workloads') ??
        one(component.spec.mesh, 'meshes') ??
        dependencyIn(component, 'meshes', index)
      )
    case 'filters':
      return (
        one(component.spec.workloads?.[0], 'workloads') ??
        one(component.spec.gateways?.[0], 'gateways') ??
        one(component.spec.mesh, 'meshes') ??
        dependencyIn(component, 'meshes', index)
      )
    case 'perfChecks':
      return one(component.spec.measures?.[0], 'workloads')
  }
}

function dependencyIn(component: Component, section: Component['section'], index: ComponentIndex): Component | undefined {
  const found = component.dependencies.map((address) => index.byAddress.get(address)).find((other) => other?.section === section)
  return found
}
