import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, type Evaluated, mapOf, oneOf, port, text } from './scalars.ts'
import { stringMatch } from './traffic.ts'

const caller = Type.Union(
  [
    Type.String({
      description:
        'A workload (`workloads.frontend`), a gateway (`gateways.web`), a namespace (`namespace/shop`), any identity of the mesh (`authenticated`) or anyone (`*`).',
    }),
    closed(
      {
        principal: Type.Optional(text('Identity: `cluster.local/ns/shop/sa/frontend`, without spiffe://.')),
        namespace: Type.Optional(text('Every workload of this namespace.')),
        serviceAccount: Type.Optional(text('ServiceAccount, as namespace/name.')),
        ipBlock: Type.Optional(text('Addresses, as CIDR.')),
      },
      'A caller described by one of these.',
    ),
  ],
  { description: 'Who calls.' },
)

const rule = closed(
  {
    from: Type.Optional(Type.Array(caller, { description: 'Callers; none: anyone.' })),
    methods: Type.Optional(Type.Array(Type.String(), { description: 'HTTP methods.' })),
    paths: Type.Optional(Type.Array(Type.String(), { description: 'Paths; a trailing or leading * matches the rest.' })),
    hosts: Type.Optional(Type.Array(Type.String(), { description: 'Hosts.' })),
    ports: Type.Optional(Type.Array(port('Port of the Service.'), { description: 'Ports of the Service.' })),
    headers: Type.Optional(mapOf(stringMatch, 'Headers, by name.')),
  },
  'Holds for a request when every key given holds.',
)

/** `authorization.<name>` */
export const authorization = closed(
  {
    ...componentFields,
    workload: Type.Optional(text('The workload that is protected; none: the whole namespace, or the whole mesh.')),
    namespace: Type.Optional(text('The namespace that is protected.')),
    mesh: Type.Optional(text('The mesh; default: that of the workload, else the only one.')),
    default: Type.Optional(
      oneOf(
        ['deny', 'allow'],
        'What happens to a request that no rule names; default: deny where there are allow rules, else what a policy of the whole namespace or mesh says, else allow. Rules of the wider policies hold too.',
      ),
    ),
    allow: Type.Optional(Type.Array(rule, { description: 'Requests that are let through.' })),
    deny: Type.Optional(Type.Array(rule, { description: 'Requests that are refused, before any allow.' })),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the provider alone.' })),
  },
  'Who may call a workload, and how.',
)

/** An evaluated `authorization.<name>`. */
export type AuthorizationSpec = Evaluated<typeof authorization>
/** An evaluated rule. */
export type AuthorizationRuleSpec = Evaluated<typeof rule>
/** An evaluated caller. */
export type CallerSpec = Evaluated<typeof caller>
