import Type from 'typebox'
import { closed, type Evaluated, freeObject, oneOf, text } from './scalars.ts'

const expectation = closed(
  {
    summary: Type.Optional(
      Type.Record(Type.String(), Type.Integer(), {
        description: 'Counts by action: `create`, `update`, `replace`, `delete`, `forget`, `import`, `unchanged`.',
      }),
    ),
    objects: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'By `Kind/namespace/name`: fields that the object has, among others; null where there is none.',
      }),
    ),
    outputs: Type.Optional(freeObject('Values of outputs.')),
    conditions: Type.Optional(
      Type.Array(Type.String(), { description: 'CEL over `plan`, or over each `change`, as in policies.' }),
    ),
    diagnostics: Type.Optional(
      Type.Array(Type.String(), { description: 'Codes that must be said; any other error makes the test fail.' }),
    ),
  },
  'What must come of it.',
)

const designTest = closed(
  {
    name: text('What the test shows.'),
    inputs: Type.Optional(freeObject('Inputs of the design.')),
    run: Type.Optional(
      oneOf(
        ['plan', 'apply'],
        'Plan without a cluster (default), or apply on clusters of the test, which later tests of the file find as it left them.',
      ),
    ),
    expect: expectation,
  },
  'One run of the design.',
)

/** A `*.test.yaml` file beside a design. */
export const designTestFile = closed({ tests: Type.Array(designTest, { minItems: 1 }) }, 'Tests of a design, run in order.')

/** One test of a design, as written. */
export type DesignTestSpec = Evaluated<typeof designTest>
/** A file of tests, as written. */
export type DesignTestFileSpec = Evaluated<typeof designTestFile>
