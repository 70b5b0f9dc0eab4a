import type { MeshProvider } from '../contract.ts'
import { GATEWAY_IGNORE, GATEWAY_ORDER } from '../gateway-api/rules.ts'

/** The rules of Cilium. */
export const CILIUM_RULES: MeshProvider['rules'] = {
  // Agents report a policy as Valid when they get to it, or not at all; nothing waits for that.
  health: [],
  ignore: [
    {
      group: 'cilium.io',
      kinds: ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy', 'CiliumEnvoyConfig', 'CiliumEgressGatewayPolicy'],
      paths: ['status'],
      reason: 'the operator and the agents report there',
    },
    {
      group: '',
      kinds: ['Secret'],
      names: ['cilium-ca', 'hubble-*-certs', 'clustermesh-*'],
      paths: ['data'],
      reason: 'certificates that the chart makes anew at each rendering',
    },
    {
      group: 'apps',
      kinds: ['DaemonSet', 'Deployment'],
      names: ['cilium', 'cilium-*', 'hubble-*'],
      paths: ['spec.template.metadata.annotations["cilium.io/cilium-configmap-checksum"]'],
      reason: 'a digest of the configuration that the chart writes',
    },
    {
      group: '',
      kinds: ['Node'],
      paths: ['metadata.annotations["io.cilium.network.ipv4-pod-cidr"]', 'spec.taints'],
      reason: 'the agents mark their nodes',
    },
    ...GATEWAY_IGNORE,
  ],
  order: GATEWAY_ORDER,
}
