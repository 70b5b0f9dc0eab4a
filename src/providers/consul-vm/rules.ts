import type { MeshProvider } from '../contract.ts'

const GROUP = 'consul'

/** Rules of Consul by its HTTP API; what the server adds is left out by the target before anything is compared. */
export const CONSUL_VM_RULES: MeshProvider['rules'] = {
  // A write is refused or in force: there is no state in between.
  health: [],
  ignore: [],
  order: [
    {
      before: { group: GROUP, kinds: ['proxy-defaults', 'mesh'] },
      after: { group: GROUP, kinds: ['service-defaults'] },
      reason: 'permissive mutual TLS must be allowed in the mesh before a service turns it on',
    },
    {
      before: { group: GROUP, kinds: ['proxy-defaults', 'service-defaults'] },
      after: {
        group: GROUP,
        kinds: [
          'service-resolver',
          'service-splitter',
          'service-router',
          'service-intentions',
          'terminating-gateway',
          'api-gateway',
          'http-route',
          'tcp-route',
        ],
      },
      reason: 'splitters and routers need a service that speaks HTTP',
    },
    {
      before: { group: GROUP, kinds: ['service-resolver'] },
      after: { group: GROUP, kinds: ['service-splitter', 'service-router'] },
      reason: 'a split names subsets, which must be there',
    },
    {
      before: { group: GROUP, kinds: ['service-splitter'] },
      after: { group: GROUP, kinds: ['service-router'] },
      reason: 'a route leads to what is split',
    },
    {
      before: { group: GROUP, kinds: ['api-gateway', 'inline-certificate'] },
      after: { group: GROUP, kinds: ['http-route', 'tcp-route'] },
      reason: 'a route waits for its gateway',
    },
  ],
}
