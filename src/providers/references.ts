import { closest } from 'fastest-levenshtein'
import type { Component, ComponentOf } from '../design/component.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { ValuePath } from '../plan/source.ts'
import type { ResolvedWorkload, Scope, WorkloadVersion } from './contract.ts'
import { mistake } from './mistake.ts'

/**
 * The address that a bare name or a written-out address means, inside the pattern it stands in. A dot before it says that it is
 * whole already: the loader writes meshes outside the pattern so.
 */
export function addressIn(section: 'workloads' | 'gateways' | 'meshes', name: string, scope: string): string {
  if (name.startsWith('.')) return name.slice(1)
  const address = name.startsWith(`${section}.`) ? name : `${section}.${name}`
  return scope === '' ? address : `${scope}.${address}`
}

/** The only mesh among a component's dependencies, if there is just one. */
export function onlyMesh(component: Component): string | undefined {
  const meshes = component.dependencies.filter((address) => /(^|\.)meshes\.[^.]+$/.test(address))
  return meshes.length === 1 ? meshes[0] : undefined
}

/** Something found by name, or the mistake that it cannot be found. */
export type Found<Value> =
  | { readonly value: Value; readonly diagnostics: readonly [] }
  | { readonly value: undefined; readonly diagnostics: readonly Diagnostic[] }

function found<Value>(value: Value): Found<Value> {
  return { value, diagnostics: [] }
}

function lookUp<Value>(
  known: ReadonlyMap<string, Value>,
  section: 'workloads' | 'gateways',
  name: string,
  component: Component,
  path: ValuePath,
): Found<Value> {
  // An expression may have given a whole address, which stands for itself wherever it is written.
  const value = known.get(addressIn(section, name, component.scope)) ?? known.get(name)
  if (value !== undefined) return found(value)
  const names = [...known.keys()]
  return {
    value: undefined,
    diagnostics: [
      mistake(component, path, 'MF3006', {
        summary: `There is no ${section.slice(0, -1)} "${name}"`,
        ...(names.length === 0 ? {} : { hint: `Did you mean "${closest(addressIn(section, name, component.scope), names)}"?` }),
      }),
    ],
  }
}

/** The workload that a component names at a path. */
export function findWorkload(name: string, component: Component, path: ValuePath, scope: Scope): Found<ResolvedWorkload> {
  return lookUp(scope.workloads, 'workloads', name, component, path)
}

/** The gateway that a component names at a path. */
export function findGateway(name: string, component: Component, path: ValuePath, scope: Scope): Found<ComponentOf<'gateways'>> {
  return lookUp(scope.gateways, 'gateways', name, component, path)
}

/** Where requests go: a workload, and a version of it where one is named. */
export interface Destination {
  readonly workload: ResolvedWorkload
  readonly version: WorkloadVersion | undefined
}

/**
 * What a destination of the language stands for: `v1` (a version of `own`), `workloads.other` or `workloads.other/v2`. A bare
 * name that is no version of `own` but a workload is taken as the workload.
 */
export function findDestination(
  name: string,
  own: ResolvedWorkload | undefined,
  component: Component,
  path: ValuePath,
  scope: Scope,
): Found<Destination> {
  const [target = '', versionName] = name.split('/')
  const ownVersion = own?.versions.find((version) => version.name === name)
  if (own !== undefined && ownVersion !== undefined) return found({ workload: own, version: ownVersion })
  const known = scope.workloads.get(addressIn('workloads', target, component.scope)) ?? scope.workloads.get(target)
  if (known === undefined && own !== undefined && !target.includes('.')) return unknownVersion(name, own, component, path)
  const workload = findWorkload(target, component, path, scope)
  if (workload.value === undefined) return workload
  if (versionName === undefined) return found({ workload: workload.value, version: undefined })
  const version = workload.value.versions.find((candidate) => candidate.name === versionName)
  return version === undefined
    ? unknownVersion(versionName, workload.value, component, path)
    : found({ workload: workload.value, version })
}

function unknownVersion(name: string, workload: ResolvedWorkload, component: Component, path: ValuePath): Found<Destination> {
  const names = workload.versions.map((version) => version.name)
  return {
    value: undefined,
    diagnostics: [
      mistake(component, path, 'MF3006', {
        summary: `${workload.address} has no version "${name}"`,
        detail: names.length === 0 ? 'It has no versions.' : `Its versions are ${names.join(', ')}.`,
        hint:
          names.length === 0
            ? `Declare it: \`versions: {${name}: {}}\` in the workload.`
            : `Did you mean "${closest(name, names)}"?`,
      }),
    ],
  }
}

/** The host name of a workload's Service inside the cluster, fully qualified so that no namespace is guessed. */
export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`
}
