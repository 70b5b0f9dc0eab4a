import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import { compareVersions } from '../version.ts'

/** The chart of consul-k8s. Its version is that of Consul from 2.0 on; before, the image is pinned instead. */
export function installConsul(mesh: ComponentOf<'meshes'>): Install {
  const { spec } = mesh
  const namespace = spec.namespace ?? 'consul'
  const aligned = spec.version !== undefined && compareVersions(spec.version, '2.0') >= 0
  const enterprise = spec.mode === 'enterprise'
  const name = typeof spec.settings?.name === 'string' ? spec.settings.name : 'consul'
  const image =
    spec.version === undefined || aligned
      ? {}
      : { image: enterprise ? `hashicorp/consul-enterprise:${spec.version}-ent` : `hashicorp/consul:${spec.version}` }
  return {
    namespace,
    charts: [
      {
        repository: 'https://helm.releases.hashicorp.com',
        name: 'consul',
        version: aligned ? spec.version : undefined,
        release: 'consul',
        namespace,
        values: {
          global: {
            name,
            ...image,
            ...(spec.telemetry?.metrics === undefined ? {} : { metrics: { enabled: spec.telemetry.metrics } }),
          },
          connectInject: { enabled: true },
        },
        crdsOnly: false,
      },
    ],
    controlPlane: [
      { kind: 'StatefulSet', name: `${name}-server`, container: 'consul' },
      { kind: 'Deployment', name: `${name}-connect-injector`, container: 'sidecar-injector' },
    ],
  }
}
