import Type from 'typebox'
import { componentFields } from './component.ts'
import { filterTest } from './filter-test.ts'
import { closed, type Evaluated, flag, freeObject, oneOf, stringMap, text } from './scalars.ts'

/** `filters.<name>` */
export const filter = closed(
  {
    ...componentFields,
    mesh: Type.Optional(text('The mesh; default: that of the workloads.')),
    workloads: Type.Optional(Type.Array(Type.String(), { description: 'Workloads it is attached to.' })),
    gateways: Type.Optional(Type.Array(Type.String(), { description: 'Gateways it is attached to.' })),
    kind: Type.Optional(
      oneOf(
        ['wasm', 'lua', 'local-rate-limit', 'ext-authz', 'cors', 'compression'],
        'What it is; default wasm, or lua by the ending of the source.',
      ),
    ),
    source: Type.Optional(text('Path, https:// or oci:// address of the module.')),
    sha256: Type.Optional(text('Digest that the module must have.')),
    behaviour: Type.Optional(
      text('What it does, in one line: plans show it when it changes. Default: read from the module when it is locked.'),
    ),
    verificationKeys: Type.Optional(
      Type.Array(Type.String(), { description: 'Public keys (PEM files), one of which must have signed the module.' }),
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
    phase: Type.Optional(oneOf(['authn', 'authz', 'stats', 'unspecified'], 'Where in the chain; default unspecified (last).')),
    priority: Type.Optional(Type.Integer({ description: 'Order inside a phase: higher first.' })),
    direction: Type.Optional(oneOf(['inbound', 'outbound'], 'Which side of the workload; default inbound.')),
    failOpen: Type.Optional(flag('Let requests through when the filter fails; default false.')),
    tests: Type.Optional(Type.Array(filterTest, { description: 'Tests run by `meshform filter test` and `meshform test`.' })),
    settings: Type.Optional(freeObject('Settings of the provider alone.')),
  },
  'A filter in the proxies of workloads or gateways.',
)

/** An evaluated `filters.<name>`. */
export type FilterSpec = Evaluated<typeof filter>
