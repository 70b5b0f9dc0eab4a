import Type from 'typebox'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { closed, type Evaluated, freeObject, oneOf, stringMap, text } from '../../schema/scalars.ts'
import { valueSchema } from '../../validate/value-schema.ts'

const properties = Type.Optional(Type.Union([freeObject('Its parameters.'), Type.Null()], { description: 'Its parameters.' }))
const dependsOn = Type.Optional(Type.Array(Type.String(), { description: 'What comes before.' }))
const outputs = Type.Optional(
  Type.Array(closed({ name: text('Name of the value.'), valueFrom: text('Where it comes from.') }, 'A value given to others.')),
)
const inputs = Type.Optional(
  Type.Array(
    closed(
      { from: text('Name of the value.'), parameterKey: Type.Optional(text('The parameter that takes it.')) },
      'A value of another.',
    ),
  ),
)

const trait = closed({ type: text('Type of the trait.'), properties }, 'A trait.')

const component = closed(
  {
    name: text('Name of the component.'),
    type: text('Type of the component.'),
    properties,
    dependsOn,
    inputs,
    outputs,
    traits: Type.Optional(Type.Array(trait, { description: 'Its traits.' })),
    scopes: Type.Optional(stringMap('Scopes, of earlier versions.')),
    externalRevision: Type.Optional(text('Name of a revision.')),
    replicaKey: Type.Optional(text('Key of a copy.')),
  },
  'A component.',
)

const policy = closed(
  { name: Type.Optional(text('Name of the policy.')), type: text('Type of the policy.'), properties },
  'A policy.',
)

const stepFields = {
  name: Type.Optional(text('Name of the step.')),
  type: text('Type of the step.'),
  properties,
  dependsOn,
  inputs,
  outputs,
  if: Type.Optional(text('When it runs.')),
  timeout: Type.Optional(text('How long it may take.')),
  meta: Type.Optional(freeObject('What is shown of it.')),
  mode: Type.Optional(text('Order of the steps within.')),
}
const order = oneOf(['StepByStep', 'DAG'], 'One after the other, or by what they depend on.')
const subStep = closed(stepFields, 'A step within a step.')
const step = closed({ ...stepFields, subSteps: Type.Optional(Type.Array(subStep)) }, 'A step.')

const application = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Type.Object(
    {
      name: text('Name of the application.'),
      namespace: Type.Optional(text('Its namespace.')),
      labels: Type.Optional(stringMap('Its labels.')),
      annotations: Type.Optional(stringMap('Its annotations.')),
    },
    { additionalProperties: true, description: 'What it is called.' },
  ),
  spec: closed(
    {
      components: Type.Array(component, { description: 'Its components.' }),
      policies: Type.Optional(Type.Array(policy, { description: 'Its policies.' })),
      workflow: Type.Optional(
        closed(
          {
            ref: Type.Optional(text('A Workflow that stands elsewhere.')),
            mode: Type.Optional(closed({ steps: Type.Optional(order), subSteps: Type.Optional(order) }, 'Order of the steps.')),
            steps: Type.Optional(Type.Array(step, { description: 'Its steps.' })),
          },
          'How it is delivered.',
        ),
      ),
    },
    'What it is made of.',
  ),
})

/** The schema of an Application, of core.oam.dev/v1beta1. */
export const applicationSchema = valueSchema(application)

/** An Application that fits its schema. */
export type Application = Evaluated<typeof application>
/** A step of a workflow. */
export type WorkflowStep = Evaluated<typeof step>

/** Something with a type and parameters, and where it stands. */
export interface Typed {
  readonly type: string
  readonly properties: JsonObject
  readonly place: ValuePath
}

/** A component as it is to be deployed: policies may have changed it. */
export interface Component extends Typed {
  readonly name: string
  readonly dependsOn: readonly string[]
  readonly inputs: NonNullable<Application['spec']['components'][number]['inputs']>
  readonly outputs: NonNullable<Application['spec']['components'][number]['outputs']>
  readonly traits: readonly Typed[]
}

/** The components of an application as it says them. */
export function componentsOf({ spec }: Application): readonly Component[] {
  return spec.components.map((each, index) => {
    const place: ValuePath = ['spec', 'components', index]
    return {
      name: each.name,
      type: each.type,
      properties: asObject(each.properties),
      place,
      dependsOn: each.dependsOn ?? [],
      inputs: each.inputs ?? [],
      outputs: each.outputs ?? [],
      traits: (each.traits ?? []).map(({ type, properties }, at) => ({
        type,
        properties: asObject(properties),
        place: [...place, 'traits', at],
      })),
    }
  })
}

/** A value as a map; an empty one where it is none. */
export function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** The texts of a list. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
