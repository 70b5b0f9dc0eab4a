import Type from 'typebox'
import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { closed, freeObject } from '../../schema/scalars.ts'
import { type ComponentType, rendered } from './component-type.ts'
import { FLUX_COMPONENTS } from './flux-components.ts'
import type { Rendered, RenderScope } from './render-scope.ts'
import { WORKLOAD_COMPONENTS } from './workload-components.ts'

/** The types of components that KubeVela and its Flux addon define. Others are said to be unknown. */
export const COMPONENT_TYPES: { readonly [type: string]: ComponentType } = {
  ...WORKLOAD_COMPONENTS,
  'k8s-objects': rendered(
    'its objects as they are',
    closed({ objects: Type.Array(freeObject('An object.'), { minItems: 1, description: 'The objects.' }) }, 'Objects.'),
    ({ objects }, scope) => ownObjects(objects as readonly JsonObject[], scope, (index) => ['objects', index]),
  ),
  raw: rendered('the object in `properties`', freeObject('An object.'), (object, scope) =>
    ownObjects([object as JsonObject], scope, () => []),
  ),
  ...FLUX_COMPONENTS,
  'ref-objects': {
    kind: 'refused',
    why: "It copies objects that are in KubeVela's cluster, or behind an address, when the workflow runs.",
    hint: 'Write the objects into the file, as a component of type k8s-objects.',
  },
  helmchart: {
    kind: 'refused',
    why: 'It renders a chart while the workflow runs; no chart is fetched for an OAM application here.',
    hint: 'Render it with `helm template` and name the files with -f, or use the type `helm`, which leaves the chart to Flux.',
  },
}

function ownObjects(
  objects: readonly JsonObject[],
  scope: RenderScope,
  place: (index: number) => readonly (string | number)[],
): Rendered | undefined {
  for (const [index, object] of objects.entries()) {
    for (const field of ['apiVersion', 'kind']) {
      if (typeof object[field] === 'string') continue
      scope.refuse(place(index), { summary: `The object has no ${field}`, hint: 'Every object has apiVersion and kind.' })
      return undefined
    }
    if (index > 0 && !(isJsonObject(object.metadata) && typeof object.metadata.name === 'string')) {
      scope.refuse(place(index), {
        summary: 'The object has no name',
        detail: 'Only the first object of a component may go without, and takes the name of the component.',
        hint: 'Say `metadata.name`.',
      })
      return undefined
    }
  }
  const [output, ...others] = objects
  if (output === undefined) return undefined
  return { output, outputs: Object.fromEntries(others.map((object, index) => [`objects-${index + 1}`, object])) }
}
