import { CONSUL_CAPABILITIES, ENTERPRISE_CAPABILITIES } from '../consul/capabilities.ts'
import { type CapabilityTable, no, partial, rows, yes } from '../features.ts'

/** What differs without Kubernetes: instances register themselves, and nothing is injected or installed. */
const ON_MACHINES = {
  ...rows(
    ['onboarding.namespace', 'onboarding.workload'],
    partial(
      'Consul starts nothing: image, replicas and manifests stay with whoever runs the machines; instances register with their agent, or by `settings: {instances: [...]}`',
    ),
  ),
  'onboarding.off': yes('no entries are made for the service'),
  'traffic.gateways': yes('an http-route leads to the service, whose router and splitter hold there too', '1.15'),
  'gateway.ingress': yes('api-gateway and http-route', '1.15'),
  'gateway.egress': partial(
    'terminating-gateway: which hosts leave by it is said; it listens where it was started, and `listeners` say nothing',
    '1.8',
  ),
  'gateway.eastWest': partial(
    'mesh gateways are started beside the servers; the entry mesh sends peering through them, and `listeners` say nothing',
    '1.14',
  ),
  'gateway.tls': yes('api-gateway Listeners[].TLS, with an inline-certificate of that name', '1.15'),
  ...rows(
    ['filter.pullPolicy', 'filter.pullSecret'],
    no('on machines nothing pulls a module', 'Put it onto the machine of the proxy, or serve it by a service of the mesh.'),
  ),
  'filter.wasm': partial(
    'envoyExtensions builtin/wasm: a module of a registry is expected at /consul/extensions/<filter>/plugin.wasm on the machine of the proxy',
    '1.16',
  ),
  'telemetry.metrics': yes(
    'proxy-defaults envoy_prometheus_bind_addr: 0.0.0.0:20200, or as `settings: {prometheusBindAddress: ...}` says',
  ),
  'install.charts': no('servers and agents are installed on the machines', 'Use `existing: true`, or leave `install` out.'),
} as const satisfies Partial<CapabilityTable>

/** What Consul on virtual machines can do. */
export const CONSUL_VM_CAPABILITIES: CapabilityTable = { ...CONSUL_CAPABILITIES, ...ON_MACHINES }

/** The same with Consul Enterprise. */
export const CONSUL_VM_ENTERPRISE_CAPABILITIES: CapabilityTable = {
  ...ENTERPRISE_CAPABILITIES,
  ...ON_MACHINES,
  'authorization.wide': partial(
    'service-intentions for destination *, in the Consul namespace that the cluster names, whatever `namespace` says',
  ),
}
