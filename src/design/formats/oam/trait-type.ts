import type Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import type { Evaluated } from '../../schema/scalars.ts'
import { type ValueSchema, valueSchema } from '../../validate/value-schema.ts'
import type { Rendered, RenderScope } from './render-scope.ts'

/** Kinds of workloads with a template of pods. */
export const WITH_PODS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const
/** Kinds of workloads that are scaled. */
export const SCALED = ['Deployment', 'StatefulSet'] as const

/** A trait that is carried out, or the reason why it isn't. */
export type TraitType =
  | {
      readonly kind: 'applied'
      /** What it does, in a few words. */
      readonly does: string
      /** Kinds of workloads that it can be put on; undefined: any. */
      readonly appliesTo: readonly string[] | undefined
      readonly parameters: ValueSchema
      /** The component with the trait, of checked parameters. */
      readonly apply: (parameters: JsonObject, before: Rendered, scope: RenderScope) => Rendered
    }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

/** A trait that is carried out. The parameters have been checked against the schema by then. */
export function applied<Schema extends Type.TSchema>(
  does: string,
  appliesTo: readonly string[] | undefined,
  parameters: Schema,
  apply: (parameters: Evaluated<Schema>, before: Rendered, scope: RenderScope) => Rendered,
): TraitType {
  return {
    kind: 'applied',
    does,
    appliesTo,
    parameters: valueSchema(parameters),
    apply: (value, before, scope) => apply(value as Evaluated<Schema>, before, scope),
  }
}

/** The component with its workload changed. */
export function changed(before: Rendered, output: JsonObject): Rendered {
  return { ...before, output }
}

/** The component with more beside its workload; an output of the same name gives way. */
export function beside(before: Rendered, outputs: Rendered['outputs']): Rendered {
  return { ...before, outputs: { ...before.outputs, ...outputs } }
}
