import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Component, Section } from '../component.ts'
import { objectNameOf } from '../object-name.ts'
import { authorization } from '../schema/authorization.ts'
import { pattern, resource } from '../schema/design.ts'
import { filter } from '../schema/filter.ts'
import { external, gateway } from '../schema/gateway.ts'
import { mesh } from '../schema/mesh.ts'
import { perfCheck } from '../schema/perf-check.ts'
import { traffic } from '../schema/traffic.ts'
import { workload } from '../schema/workload.ts'
import { type ValueSchema, valueSchema } from '../validate/value-schema.ts'

/** The schema of one component of each section. */
export const SECTION_SCHEMAS: { readonly [Name in Section]: ValueSchema } = {
  meshes: valueSchema(mesh),
  workloads: valueSchema(workload),
  gateways: valueSchema(gateway),
  external: valueSchema(external),
  traffic: valueSchema(traffic),
  authorization: valueSchema(authorization),
  filters: valueSchema(filter),
  resources: valueSchema(resource),
  patterns: valueSchema(pattern),
  perfChecks: valueSchema(perfCheck),
}

/** Attributes that every component has beside what its schema says. */
const COMMON = ['address', 'name', 'key', 'cluster']
/** Attributes that are worked out, by section. */
const WORKED_OUT: { readonly [Name in Section]?: readonly string[] } = {
  workloads: ['host', 'service', 'namespace', 'serviceAccount'],
  patterns: ['outputs'],
}

/** Names that may follow `<section>.<name>.` in an expression. */
export function attributeNames(section: Section): readonly string[] {
  const written = Object.keys(SECTION_SCHEMAS[section].properties ?? {}).filter((name) => name !== 'forEach' && name !== 'when')
  return [...new Set([...written, ...COMMON, ...(WORKED_OUT[section] ?? [])])]
}

/**
 * What expressions see of a component: its spec, and what is worked out of it. `host` of a workload is the name by which clients
 * in the mesh call it.
 */
export function attributesOf(component: Component, outputs?: JsonObject): { readonly [name: string]: () => JsonValue } {
  const spec = component.spec as unknown as JsonObject
  const attributes: Record<string, () => JsonValue> = {}
  for (const name of Object.keys(spec)) attributes[name] = () => spec[name] ?? null
  attributes.address = () => component.address
  attributes.name = () => component.name
  attributes.cluster = () => component.cluster
  const { key } = component
  if (key !== undefined) attributes.key = () => key
  if (component.section === 'workloads') {
    attributes.namespace = () => namespaceOf(component)
    attributes.service = () => serviceOf(component) ?? null
    attributes.serviceAccount = () => component.spec.serviceAccount ?? serviceAccountOf(component) ?? objectNameOf(component)
    attributes.host = () => `${serviceOf(component) ?? objectNameOf(component)}.${namespaceOf(component)}.svc.cluster.local`
  }
  if (component.section === 'patterns') attributes.outputs = () => outputs ?? {}
  return attributes
}

type Workload = Extract<Component, { section: 'workloads' }>

function manifestsOf(component: Workload) {
  return component.files.map((file) => file.manifest)
}

function namespaceOf(component: Workload): string {
  if (component.spec.namespace !== undefined) return component.spec.namespace
  const named = new Set(manifestsOf(component).flatMap(({ metadata }) => metadata.namespace ?? []))
  const [only] = named
  return named.size === 1 && only !== undefined ? only : 'default'
}

function serviceOf(component: Workload): string | undefined {
  if (component.spec.service !== undefined) return component.spec.service
  const services = manifestsOf(component).filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
  if (component.spec.manifests === undefined) return (component.spec.ports ?? []).length > 0 ? objectNameOf(component) : undefined
  const named = services.find(({ metadata }) => metadata.name === objectNameOf(component))
  return (named ?? services[0])?.metadata.name
}

function serviceAccountOf(component: Workload): string | undefined {
  for (const { spec } of manifestsOf(component)) {
    const template = isJsonObject(spec) && isJsonObject(spec.template) ? spec.template.spec : undefined
    const account = isJsonObject(template) ? template.serviceAccountName : undefined
    if (typeof account === 'string') return account
  }
  return undefined
}
