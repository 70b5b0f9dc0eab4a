import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { ResolvedWorkload, Scope, ServicePort } from '../contract.ts'
import { compareVersions } from '../version.ts'

/** API version of every kind of Kuma. */
export const KUMA_API = 'kuma.io/v1alpha1'

/** What differs between Kuma and the product built on it. */
export interface KumaFlavor {
  readonly name: 'kuma' | 'kong-mesh'
  readonly title: string
  readonly namespace: string
  readonly repository: string
  readonly chart: string
  readonly controlPlane: string
}

/** The namespace of the control plane, whose policies hold for the whole mesh. */
export function systemNamespace({ mesh }: Scope, flavor: KumaFlavor): string {
  return mesh.spec.namespace ?? flavor.namespace
}

/** The name of the Mesh. */
export function meshName({ mesh }: { readonly mesh: { readonly spec: MeshSpec } }): string {
  const told = mesh.spec.settings?.mesh
  return typeof told === 'string' ? told : 'default'
}

/** Labels of every policy: the Mesh it belongs to. */
export function policyLabels(scope: Scope): StringMap {
  return { 'kuma.io/mesh': meshName(scope) }
}

/** True from Kuma 3.0 on, which dropped fields that 2.x needs. */
export function isThree({ mesh }: Scope): boolean {
  return mesh.spec.version !== undefined && compareVersions(mesh.spec.version, '3.0') >= 0
}

/** The trust domain of identities: told, or what Kuma makes of mesh and zone. */
export function trustDomainOf(scope: Scope): string {
  const zone = scope.mesh.spec.settings?.zone
  return scope.mesh.spec.trustDomain ?? `${meshName(scope)}.${typeof zone === 'string' ? zone : 'default'}.mesh.local`
}

/** The identity of a ServiceAccount. */
export function spiffeId(scope: Scope, namespace: string, account: string): string {
  return `spiffe://${trustDomainOf(scope)}/ns/${namespace}/sa/${account}`
}

/** The proxies of a workload, as a top-level targetRef; a port of them where one is given. */
export function dataplanes(workload: ResolvedWorkload, port?: ServicePort | undefined) {
  return {
    kind: 'Dataplane',
    labels: workload.selector,
    sectionName: port === undefined || workload.ports.length < 2 ? undefined : sectionOf(port),
  }
}

/** The MeshService that Kuma makes of a Service. */
export function meshService(name: string, namespace: string, section?: string | undefined) {
  return { kind: 'MeshService', labels: labelsOf(name, namespace), sectionName: section }
}

/** Labels by which every version of Kuma finds an object of its own. */
export function labelsOf(name: string, namespace: string): StringMap {
  return { 'kuma.io/display-name': name, 'k8s.kuma.io/namespace': namespace }
}

/** How a port of a MeshService is named: by its name, else by its number. */
export function sectionOf(port: ServicePort): string {
  return port.name === '' ? String(port.port) : port.name
}
