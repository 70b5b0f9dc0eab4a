import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf, slug } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { externalsOf, meshedNamespace } from '../external-namespaces.ts'
import { mistake } from '../mistake.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { APP_MESH_API } from './names.ts'

type External = ComponentOf<'external'>

interface ExternalNode {
  readonly name: string
  readonly namespace: string
  readonly host: string
  readonly port: number
  readonly protocol: 'http' | 'http2' | 'tcp'
  readonly path: readonly (string | number)[]
}

/** The controller refuses objects in a namespace without the labels of a mesh. */
function nodesOf(external: External, scope: Scope): readonly ExternalNode[] {
  const { hosts, ports } = external.spec
  const namespace = meshedNamespace(external, scope)
  const [port] = ports
  const several = hosts.length > 1
  return hosts.map((host, index) => ({
    name: several ? joinName(objectNameOf(external), slug(host)) : objectNameOf(external),
    namespace,
    host,
    port: port?.port ?? 443,
    // The workload itself speaks TLS to the host, so the proxy sees a stream.
    protocol: port?.protocol === 'http' ? 'http' : port?.protocol === 'grpc' ? 'http2' : 'tcp',
    path: ['hosts', index],
  }))
}

/** The hosts outside that workloads have as backends. */
export function externalNodes(scope: Scope): readonly ExternalNode[] {
  return externalsOf(scope).flatMap((external) => nodesOf(external, scope))
}

/** A host outside as VirtualNode and the VirtualService of its name. */
export function externalHost(external: External, scope: Scope): Translation {
  const manifests = nodesOf(external, scope).flatMap((node): readonly DesiredManifest[] => [
    traceManifest(
      {
        apiVersion: APP_MESH_API,
        kind: 'VirtualNode',
        metadata: { name: node.name, namespace: node.namespace },
        spec: {
          listeners: [{ portMapping: from(['ports', 0], { port: node.port, protocol: node.protocol }) }],
          serviceDiscovery: { dns: { hostname: from(node.path, node.host) } },
        },
      },
      node.path,
    ),
    traceManifest(
      {
        apiVersion: APP_MESH_API,
        kind: 'VirtualService',
        metadata: { name: node.name, namespace: node.namespace },
        spec: {
          awsName: from(node.path, node.host),
          provider: { virtualNode: { virtualNodeRef: { name: node.name } } },
        },
      },
      node.path,
    ),
  ])
  return { manifests, diagnostics: mistakesOf(external) }
}

function mistakesOf(external: External): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const wild = external.spec.hosts.findIndex((host) => host.includes('*'))
  if (wild >= 0) {
    found.push(
      mistake(external, ['hosts', wild], 'MF3020', { summary: 'A VirtualService is one whole host', hint: 'Name each host.' }),
    )
  }
  if (external.spec.ports.length > 1) {
    found.push(
      mistake(external, ['ports', 1], 'MF3020', {
        summary: 'A VirtualNode of App Mesh has one listener',
        hint: 'Declare each port of the host as a component of its own, under a name of its own.',
      }),
    )
  }
  return found
}
