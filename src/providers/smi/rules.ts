import type { MeshProvider } from '../contract.ts'

/** Rules of SMI's kinds, for every mesh that carries them out. */
export const SMI_RULES: MeshProvider['rules'] = {
  // No status is defined for any of the kinds.
  health: [],
  ignore: [],
  order: [
    {
      before: { group: '', kinds: ['Service'] },
      after: { group: 'split.smi-spec.io', kinds: ['TrafficSplit'] },
      reason: 'a split to a Service that is not there yet loses its share of the requests',
    },
    {
      before: { group: 'specs.smi-spec.io', kinds: ['HTTPRouteGroup', 'TCPRoute', 'UDPRoute'] },
      after: { group: 'split.smi-spec.io', kinds: ['TrafficSplit'] },
      reason: 'a split that matches names its group',
    },
    {
      before: { group: 'specs.smi-spec.io', kinds: ['HTTPRouteGroup', 'TCPRoute', 'UDPRoute'] },
      after: { group: 'access.smi-spec.io', kinds: ['TrafficTarget'] },
      reason: 'a target names the requests that it lets through',
    },
  ],
}
