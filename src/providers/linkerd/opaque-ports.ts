import type { DesiredManifest, ResolvedWorkload } from '../contract.ts'
import { valueIn } from '../json-view.ts'
import { withObjectMetadata, withPodMetadata } from '../pod-metadata.ts'
import { podPort } from '../pod-port.ts'
import { podTemplateOf } from '../workload-manifests.ts'

const OPAQUE_PORTS = 'config.linkerd.io/opaque-ports'

/** Ports that Linkerd takes for plain TCP by itself (`proxy.opaquePorts` of its chart). */
const KNOWN: ReadonlySet<string> = new Set(['25', '587', '3306', '4444', '5432', '6379', '9300', '11211'])

/**
 * The objects of a workload with their plain TCP ports told: proxies look into the first bytes at any other port, and where the
 * server speaks first they wait ten seconds for them (linkerd.io/2-edge/features/protocol-detection). An annotation that the design's
 * own manifests bear stays.
 */
export function withOpaquePorts(objects: readonly DesiredManifest[], workload: ResolvedWorkload): readonly DesiredManifest[] {
  const streams = workload.ports.filter(({ protocol }) => protocol === 'tcp')
  const called = annotationFor(streams.map(({ port }) => String(port)))
  const listening = annotationFor(streams.map((port) => podPort(workload, port)))
  const services = new Set([workload.service, ...workload.versions.map(({ service }) => service)])
  return objects.map((object) => {
    const { kind, metadata } = object.manifest
    if (kind === 'Service') {
      const own = !services.has(metadata.name) || metadata.annotations?.[OPAQUE_PORTS] !== undefined
      return own || called === undefined ? object : withObjectMetadata(object, 'annotations', called, ['ports'])
    }
    const told = valueIn(podTemplateOf(object.manifest), 'metadata', 'annotations', OPAQUE_PORTS) !== undefined
    if (told || listening === undefined) return object
    const [marked = object] = withPodMetadata([object], { annotations: listening }, ['ports'])
    return marked
  })
}

/** All of them, since what is told replaces what Linkerd knows by itself; nothing where it knows them all. */
function annotationFor(ports: readonly string[]): { readonly [OPAQUE_PORTS]: string } | undefined {
  return ports.every((port) => KNOWN.has(port)) ? undefined : { [OPAQUE_PORTS]: ports.join(',') }
}
