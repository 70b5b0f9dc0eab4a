import Type from 'typebox'
import { componentFields } from './component.ts'
import { filterTest } from './filter-test.ts'
import { closed, type Evaluated, flag, freeObject, oneOf, port, stringMap, text } from './scalars.ts'

/** `filters.<name>` */
export const filter = closed(
  {
    ...componentFields,
    mesh: Type.Optional(text('The mesh; default: that of the workloads.')),
    workloads: Type.Optional(Type.Array(Type.String(), { description: 'Workloads it is attached to.' })),
    gateways: Type.Optional(Type.Array(Type.String(), { description: 'Gateways it is attached to.' })),
    kind: Type.Optional(
      oneOf(
        ['wasm', 'lua', 'local-rate-limit', 'ext-authz', 'rbac', 'cors', 'compression'],
        'What it is; default wasm, or lua by the ending of the source.',
      ),
    ),
    protocol: Type.Optional(oneOf(['http', 'tcp'], 'What it sees: requests, or the bytes of connections; default http.')),
    source: Type.Optional(text('Path, https:// or oci:// address of the module.')),
    sha256: Type.Optional(text('Digest that the module must have.')),
    behaviour: Type.Optional(
      text('What it does, in one line: plans show it when it changes. Default: read from the module when it is locked.'),
    ),
    verificationKeys: Type.Optional(
      Type.Array(Type.String(), { description: 'Public keys (PEM files), one of which must have signed the module.' }),
    ),
    pullPolicy: Type.Optional(
      oneOf(['if-not-present', 'always'], 'When the module is fetched again; default: always for the tag latest, else once.'),
    ),
    pullSecret: Type.Optional(text('Secret for pulling an image.')),
    code: Type.Optional(text('Lua source, written here.')),
    config: Type.Optional(
      Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
        description: 'Configuration handed to the filter.',
      }),
    ),
    rootId: Type.Optional(text('Root id of a Wasm module that holds several filters.')),
    environment: Type.Optional(stringMap('Environment variables of the Wasm VM.')),
    hostEnvironment: Type.Optional(
      Type.Array(Type.String(), { description: "Names of the proxy's own environment variables that the Wasm VM sees." }),
    ),
    vmConfig: Type.Optional(
      Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
        description: 'Configuration handed to the Wasm VM when it starts.',
      }),
    ),
    vmId: Type.Optional(text('Id of the Wasm VM; filters of one id and module share it, with its data and queues.')),
    capabilities: Type.Optional(
      Type.Array(Type.String(), { description: 'Host functions and callbacks that the module may use; default all.' }),
    ),
    phase: Type.Optional(oneOf(['authn', 'authz', 'stats', 'unspecified'], 'Where in the chain; default unspecified (last).')),
    priority: Type.Optional(Type.Integer({ description: 'Order inside a phase: higher first.' })),
    direction: Type.Optional(
      oneOf(
        ['inbound', 'outbound', 'both'],
        'Which side of the workload: what it is sent, what it sends, or both; default inbound.',
      ),
    ),
    ports: Type.Optional(
      Type.Array(port('A port of the Service or gateway.'), { description: 'Ports it is for; default all.', minItems: 1 }),
    ),
    failOpen: Type.Optional(flag('Let requests through when the filter fails; default false.')),
    reloadOnFailure: Type.Optional(flag('Start the Wasm VM anew after a crash; requests meanwhile fail. Default false.')),
    tests: Type.Optional(Type.Array(filterTest, { description: 'Tests run by `meshform filter test` and `meshform test`.' })),
    settings: Type.Optional(freeObject('Settings of the provider alone.')),
  },
  'A filter in the proxies of workloads or gateways.',
)

/** An evaluated `filters.<name>`. */
export type FilterSpec = Evaluated<typeof filter>
