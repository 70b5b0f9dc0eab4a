import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, type Evaluated, oneOf, port, stringMap, text } from './scalars.ts'
import { route } from './traffic.ts'

const listener = closed(
  {
    name: Type.Optional(text('Name; default: protocol and port.')),
    port: port('Port the gateway listens on.'),
    protocol: Type.Optional(oneOf(['http', 'https', 'grpc', 'tls', 'tcp'], 'Protocol; default http.')),
    hosts: Type.Optional(Type.Array(Type.String(), { description: 'Hosts served; default: any.' })),
    tls: Type.Optional(
      closed(
        {
          mode: Type.Optional(oneOf(['terminate', 'mutual', 'passthrough'], 'What is done with TLS; default terminate.')),
          secret: Type.Optional(text('Secret with the certificate, in the namespace of the gateway.')),
          redirect: Type.Optional(Type.Boolean({ description: 'Redirect plain HTTP to HTTPS.' })),
        },
        'TLS of the listener.',
      ),
    ),
  },
  'A listener.',
)

/** `gateways.<name>` */
export const gateway = closed(
  {
    ...componentFields,
    mesh: text('The mesh it belongs to.'),
    direction: Type.Optional(
      oneOf(['ingress', 'egress', 'east-west'], 'Into the mesh (default), out of it, or between clusters.'),
    ),
    namespace: Type.Optional(text('Namespace; default: that of the mesh.')),
    selector: Type.Optional(
      stringMap('Labels of the gateway pods, where the mesh selects them; default: those the mesh installs.'),
    ),
    className: Type.Optional(text('GatewayClass, where the mesh uses the Gateway API.')),
    listeners: Type.Array(listener, { minItems: 1, description: 'What it listens on.' }),
    routes: Type.Optional(
      Type.Array(route, { description: 'Routes to workloads (`to: {workloads.web: 100}`), first match wins.' }),
    ),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the provider alone.' })),
  },
  'A gateway into the mesh or out of it.',
)

/** `external.<name>` */
export const external = closed(
  {
    ...componentFields,
    mesh: text('The mesh that lets it through.'),
    namespace: Type.Optional(
      text('Namespace whose workloads call it; default: each of the mesh where objects hold for a namespace, else `default`.'),
    ),
    hosts: Type.Array(Type.String(), { minItems: 1, description: 'Hosts outside the mesh.' }),
    ports: Type.Array(
      closed(
        {
          port: port('Port.'),
          protocol: Type.Optional(oneOf(['http', 'https', 'grpc', 'tls', 'tcp'], 'Protocol; default https.')),
        },
        'A port.',
      ),
      { minItems: 1, description: 'Ports of the host.' },
    ),
    addresses: Type.Optional(Type.Array(Type.String(), { description: 'Fixed addresses; none: by DNS.' })),
    via: Type.Optional(text('Egress gateway it goes through, such as `gateways.out`.')),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the provider alone.' })),
  },
  'A host outside the mesh that workloads may call.',
)

/** An evaluated `gateways.<name>`. */
export type GatewaySpec = Evaluated<typeof gateway>
/** An evaluated `external.<name>`. */
export type ExternalSpec = Evaluated<typeof external>
