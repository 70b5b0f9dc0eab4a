import { joinName } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { consulService, metaOf } from '../consul/subsets.ts'
import type { DesiredManifest, ResolvedWorkload, Scope } from '../contract.ts'
import { mistake } from '../mistake.ts'
import { traceManifest } from '../traced-manifest.ts'
import { CONSUL_HTTP_API } from './words.ts'

/** An entry of `settings.instances`: where an instance of a workload runs. */
export interface Instance {
  readonly workload: string
  readonly version: string | undefined
  readonly id: string | undefined
  readonly address: string | undefined
  readonly port: number | undefined
  /** A node without agent: the instance is registered in the catalog. */
  readonly node: string | undefined
  readonly tags: readonly string[] | undefined
}

/** The instances that a mesh's settings declare. */
export function instancesOf(scope: Scope): readonly Instance[] {
  const told = scope.mesh.spec.settings?.instances
  if (!Array.isArray(told)) return []
  return told.filter(isJsonObject).map((instance) => ({
    workload: textOf(instance, 'workload') ?? '',
    version: textOf(instance, 'version'),
    id: textOf(instance, 'id'),
    address: textOf(instance, 'address'),
    port: typeof instance.port === 'number' ? instance.port : undefined,
    node: textOf(instance, 'node'),
    tags: Array.isArray(instance.tags) ? instance.tags.filter((tag): tag is string => typeof tag === 'string') : undefined,
  }))
}

function textOf(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** The registrations of a workload's instances: with the agent at the address of the cluster, or on a node without one. */
export function registrations(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  const own = instancesOf(scope).filter((instance) => isAbout(instance, workload))
  return own.map((instance, index) => registration(instance, workload, index))
}

function isAbout(instance: Instance, workload: ResolvedWorkload): boolean {
  return instance.workload.replace(/^workloads\./, '') === workload.name || instance.workload === workload.address
}

function registration(instance: Instance, workload: ResolvedWorkload, index: number): DesiredManifest {
  const service = consulService(workload)
  const version = workload.versions.find(({ name }) => name === instance.version)
  const id =
    instance.id ??
    joinName(service, instance.version ?? '', index === 0 || instance.version !== undefined ? '' : String(index + 1))
  const target = workload.component.spec.ports?.[0]?.targetPort
  const common = {
    Port: instance.port ?? target ?? workload.ports[0]?.port,
    Address: instance.address,
    Tags: instance.tags,
    Meta: version === undefined ? undefined : metaOf(version),
  }
  const onNode = instance.node !== undefined
  return traceManifest(
    {
      apiVersion: CONSUL_HTTP_API,
      kind: onNode ? 'node-service' : 'service',
      metadata: { name: id },
      spec: onNode
        ? { Node: instance.node, Address: instance.address, Service: { Service: service, ...common } }
        : { Name: service, ...common, Connect: { SidecarService: {} } },
    },
    [],
  )
}

/** Instances of workloads or versions that the design does not have, and nodes without address. */
export function instanceMistakes(scope: Scope): readonly Diagnostic[] {
  const workloads = [...scope.workloads.values()]
  return instancesOf(scope).flatMap((instance, index): readonly Diagnostic[] => {
    const path = ['settings', 'instances', index]
    const workload = workloads.find((candidate) => isAbout(instance, candidate))
    if (workload === undefined) {
      return [mistake(scope.mesh, [...path, 'workload'], 'MF3006', { summary: `There is no workload "${instance.workload}"` })]
    }
    if (instance.version !== undefined && !workload.versions.some(({ name }) => name === instance.version)) {
      return [
        mistake(scope.mesh, [...path, 'version'], 'MF3006', {
          summary: `${workload.address} has no version "${instance.version}"`,
          hint: `Its versions are ${workload.versions.map(({ name }) => name).join(', ') || 'none'}.`,
        }),
      ]
    }
    if (instance.node === undefined || instance.address !== undefined) return []
    return [
      mistake(scope.mesh, path, 'MF3020', {
        summary: 'An instance on a node without agent needs an address',
        hint: 'Say `address: 10.0.0.11`.',
      }),
    ]
  })
}
