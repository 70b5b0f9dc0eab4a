/**
 * The vocabulary of Service Mesh Performance (SMP): its protobuf enums, by number, name and the words its successors use. Source:
 * service-mesh-performance protos, package smp, and Meshery's performance profile schema.
 */
export const SMP_MESHES = [
  'INVALID_MESH',
  'APP_MESH',
  'CONSUL',
  'ISTIO',
  'KUMA',
  'LINKERD',
  'TRAEFIK_MESH',
  'OCTARINE',
  'NETWORK_SERVICE_MESH',
  'TANZU',
  'OPEN_SERVICE_MESH',
  'NGINX_SERVICE_MESH',
  'CILIUM_SERVICE_MESH',
] as const

/** A mesh as SMP names it. */
export type SmpMesh = (typeof SMP_MESHES)[number]

/** `Client.Protocol`. */
export const SMP_PROTOCOLS = ['PROTOCOL_INVALID', 'PROTOCOL_HTTP', 'PROTOCOL_TCP', 'PROTOCOL_UDP', 'PROTOCOL_GRPC'] as const

/** A client protocol as SMP names it. */
export type SmpProtocol = (typeof SMP_PROTOCOLS)[number]

/** Our name of a mesh, such as `istio` of `ISTIO`. */
export function meshNameOf(mesh: SmpMesh): string {
  return mesh
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/-service-mesh$/, mesh === 'OPEN_SERVICE_MESH' ? '-service-mesh' : '')
}

/** SMP's name of one of our meshes; INVALID_MESH when it has none. */
export function smpMeshOf(name: string): SmpMesh {
  const wanted = plain(name)
  return (
    SMP_MESHES.find((mesh) => plain(mesh) === wanted || plain(mesh).replace(/servicemesh$/, '') === wanted) ??
    (wanted === 'osm'
      ? 'OPEN_SERVICE_MESH'
      : wanted === 'traefik'
        ? 'TRAEFIK_MESH'
        : wanted === 'nsm'
          ? 'NETWORK_SERVICE_MESH'
          : 'INVALID_MESH')
  )
}

/** Reads an enum value that may be a number, its protobuf name or a lower-case word without the prefix. */
export function readEnum<Name extends string>(value: unknown, names: readonly Name[], prefix: string): Name | undefined {
  if (typeof value === 'number') return names[value]
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return names[Number(value)]
  const wanted = plain(value)
  return names.find((name) => plain(name) === wanted || plain(name) === `${plain(prefix)}${wanted}`)
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
