import type Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import type { Evaluated } from '../../schema/scalars.ts'
import { type ValueSchema, valueSchema } from '../../validate/value-schema.ts'
import type { Rendered, RenderScope } from './render-scope.ts'

/** A type of component that is rendered, or the reason why it isn't. */
export type ComponentType =
  | {
      readonly kind: 'rendered'
      /** What comes of it, in a few words. */
      readonly becomes: string
      readonly parameters: ValueSchema
      /** Makes the objects of checked parameters. Undefined: refused, and said so. */
      readonly render: (parameters: JsonObject, scope: RenderScope) => Rendered | undefined
    }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

/** A rendered type. The parameters have been checked against the schema when they are rendered. */
export function rendered<Schema extends Type.TSchema>(
  becomes: string,
  parameters: Schema,
  render: (parameters: Evaluated<Schema>, scope: RenderScope) => Rendered | undefined,
): ComponentType {
  return {
    kind: 'rendered',
    becomes,
    parameters: valueSchema(parameters),
    render: (value, scope) => render(value as Evaluated<Schema>, scope),
  }
}
