import type { ComponentOf } from '../../design/component.ts'
import type { Install } from '../contract.ts'
import type { KumaFlavor } from './api.ts'

/** The chart of a zone's control plane; Kong Mesh keeps Kuma's values under `kuma`, and wants a license. */
export function installKuma({ spec }: ComponentOf<'meshes'>, flavor: KumaFlavor): Install {
  const namespace = spec.namespace ?? flavor.namespace
  return {
    namespace,
    charts: [
      {
        repository: flavor.repository,
        name: flavor.chart,
        version: spec.version,
        release: flavor.chart,
        namespace,
        values: {},
        crdsOnly: false,
      },
    ],
    controlPlane: [{ kind: 'Deployment', name: flavor.controlPlane, container: 'control-plane' }],
  }
}
