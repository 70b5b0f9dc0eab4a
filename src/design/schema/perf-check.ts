import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, count, duration, type Evaluated, flag, freeObject, oneOf, stringMap, text } from './scalars.ts'

/** `perfChecks.<name>` */
export const perfCheck = closed(
  {
    ...componentFields,
    target: text('Address measured: http://, https://, grpc:// or tcp://.'),
    measures: Type.Optional(Type.Array(Type.String(), { description: 'Components it measures and therefore runs after.' })),
    protocol: Type.Optional(oneOf(['http1', 'http2', 'grpc', 'tcp'], 'Protocol; default: told by the address.')),
    method: Type.Optional(text('HTTP method; default GET.')),
    headers: Type.Optional(stringMap('Headers of each request.')),
    body: Type.Optional(text('Body of each request.')),
    load: closed(
      {
        rate: Type.Optional(
          Type.Number({ exclusiveMinimum: 0, description: 'Requests a second (open loop); none: closed loop.' }),
        ),
        duration: Type.Optional(duration('How long; default 10s.')),
        requests: Type.Optional(count('Requests after which it ends.', 1)),
        connections: Type.Optional(count('Connections; default 8.', 1)),
        warmup: Type.Optional(duration('Time at the start that is not counted.')),
        workers: Type.Optional(count('Worker threads; default 1.', 1)),
      },
      'The load.',
    ),
    thresholds: Type.Optional(
      Type.Array(Type.String(), {
        description: 'What must hold, such as `p99 < 250ms`, `errors < 0.1%`, `p99 < baseline * 1.1`.',
      }),
    ),
    baseline: Type.Optional(text('Name of the baseline it is compared with; default: its address.')),
    onFail: Type.Optional(oneOf(['fail', 'warn', 'rollback'], 'What a failed threshold does to the apply; default fail.')),
    insecure: Type.Optional(flag('Do not verify TLS certificates.')),
    settings: Type.Optional(freeObject('Further settings of the load engine.')),
  },
  'A measurement that gates an apply.',
)

/** An evaluated `perfChecks.<name>`. */
export type PerfCheckSpec = Evaluated<typeof perfCheck>
