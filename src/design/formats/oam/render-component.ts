import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { formatLocation } from '../../../plan/source.ts'
import { mistake } from '../../mistake.ts'
import { didYouMean } from '../../nearest.ts'
import { checkValue } from '../../validate/check-value.ts'
import type { ValueSchema } from '../../validate/value-schema.ts'
import type { Component, Typed } from './application.ts'
import type { ApplicationDraft } from './application-draft.ts'
import { COMPONENT_TYPES } from './component-types.ts'
import type { Definitions } from './definitions.ts'
import { fillDefaults } from './fill-defaults.ts'
import { mergeServices } from './merge-services.ts'
import type { Rendered, RenderScope } from './render-scope.ts'
import { TRAIT_TYPES } from './trait-types.ts'

/** A component rendered, and which trait made each of its outputs. */
export interface RenderedComponent {
  readonly scope: RenderScope
  readonly rendered: Rendered
  /** The type of the trait by the name of the output; what the component's own type made is missing. */
  readonly madeBy: ReadonlyMap<string, string>
}

/** Renders a component with its traits. Undefined where something is refused, which is said. */
export function renderComponent(
  component: Component,
  draft: ApplicationDraft,
  definitions: Definitions,
): RenderedComponent | undefined {
  const said = draft.diagnostics.length
  const known = Object.hasOwn(COMPONENT_TYPES, component.type) ? COMPONENT_TYPES[component.type] : undefined
  if (known === undefined || known.kind === 'refused') {
    refuseType('component', component, known, Object.keys(COMPONENT_TYPES), draft, definitions)
    checkTraits(component, draft, definitions)
    return undefined
  }
  const scope = scopeOf(component, component.name, draft)
  const parameters = parametersOf(known.parameters, component, draft)
  let rendered = parameters === undefined ? undefined : known.render(parameters, scope)
  if (rendered === undefined) {
    checkTraits(component, draft, definitions)
    return undefined
  }
  for (const made of [rendered.output, ...Object.values(rendered.outputs)]) {
    if (draft.places.placeOf(made, []).length === 0) draft.places.mark(made, component.place)
  }
  const madeBy = new Map<string, string>()
  for (const trait of component.traits) {
    const before = new Set(Object.values(rendered.outputs))
    const added = mergeServices(addTrait(trait, rendered, component, draft, definitions), draft.places)
    rendered = added.rendered
    if (added.merged) {
      draft.note([...trait.place, 'type'], {
        summary: `The Service of the trait ${trait.type} is joined to that of the component ${component.name}`,
        detail: 'Both make one of the same name.',
      })
    }
    for (const [name, output] of Object.entries(rendered.outputs)) {
      if (before.has(output)) continue
      madeBy.set(name, trait.type)
      if (draft.places.placeOf(output, []).length === 0) draft.places.mark(output, trait.place)
    }
  }
  const failed = draft.diagnostics.slice(said).some(({ severity }) => severity === 'error')
  return failed ? undefined : { scope, rendered, madeBy }
}

/** Where there is nothing to put traits on, what can be said of them by themselves. */
function checkTraits({ traits }: Component, draft: ApplicationDraft, definitions: Definitions): void {
  for (const trait of traits) {
    const known = Object.hasOwn(TRAIT_TYPES, trait.type) ? TRAIT_TYPES[trait.type] : undefined
    if (known?.kind === 'applied') parametersOf(known.parameters, trait, draft)
    else refuseType('trait', trait, known, Object.keys(TRAIT_TYPES), draft, definitions)
  }
}

function addTrait(
  trait: Typed,
  rendered: Rendered,
  component: Component,
  draft: ApplicationDraft,
  definitions: Definitions,
): Rendered {
  const known = Object.hasOwn(TRAIT_TYPES, trait.type) ? TRAIT_TYPES[trait.type] : undefined
  if (known === undefined || known.kind === 'refused') {
    refuseType('trait', trait, known, Object.keys(TRAIT_TYPES), draft, definitions)
    return rendered
  }
  const kind = String(rendered.output.kind)
  if (known.appliesTo !== undefined && !known.appliesTo.includes(kind)) {
    draft.refuse([...trait.place, 'type'], {
      summary: `The trait ${trait.type} can't be put on a ${kind}`,
      hint: `It is for ${known.appliesTo.join(', ')}.`,
    })
    return rendered
  }
  const parameters = parametersOf(known.parameters, trait, draft)
  return parameters === undefined ? rendered : known.apply(parameters, rendered, scopeOf(trait, component.name, draft))
}

/** The parameters with their defaults, undefined when they don't fit, which is said. */
function parametersOf(schema: ValueSchema, { properties, place }: Typed, draft: ApplicationDraft): JsonObject | undefined {
  const at = [...place, 'properties']
  const filled = fillDefaults(schema, properties, at, draft.places)
  const misfits = checkValue(schema, filled, 'evaluated')
  for (const { code, path, onKey, summary, detail, hint } of misfits) {
    const where = path.length === 0 && Object.keys(properties).length === 0 ? [...place, 'type'] : [...at, ...path]
    const location = onKey ? draft.source.locateKey(where) : draft.source.locate(where)
    draft.diagnostics.push(mistake(code, location, { summary, detail, hint }))
  }
  return misfits.length === 0 && isJsonObject(filled) ? filled : undefined
}

function refuseType(
  what: 'component' | 'trait',
  { type, place }: Typed,
  known: { readonly why: string; readonly hint: string } | undefined,
  types: readonly string[],
  draft: ApplicationDraft,
  definitions: Definitions,
): void {
  const at = [...place, 'type']
  if (known !== undefined) {
    draft.refuse(at, { summary: `A ${what} of type ${type} can't be rendered`, detail: known.why, hint: known.hint })
    return
  }
  const definition = definitions.find(what, type)
  const meant = definition === undefined ? didYouMean(type, types) : undefined
  draft.refuse(at, {
    summary: `The ${what} type ${type} is not known`,
    detail:
      definition === undefined
        ? `Known types: ${types.join(', ')}.`
        : `It is defined at ${formatLocation(definition)}, in words that are not evaluated here: CUE, Terraform and the like.`,
    hint: `${meant === undefined || meant.startsWith('Known') ? '' : `${meant} Else `}${meant === undefined || meant.startsWith('Known') ? 'R' : 'r'}ender it with \`vela dry-run -f\` and name the manifests with -f, or write them as a component of type k8s-objects.`,
  })
}

function scopeOf({ place }: Typed, component: string, draft: ApplicationDraft): RenderScope {
  const { name, namespace = 'default' } = draft.application.metadata
  const at = (path: ValuePath) => [...place, 'properties', ...path]
  return {
    application: name,
    component,
    namespace,
    places: draft.places,
    refuse: (path, words) => draft.refuse(at(path), words),
    leaveOut: (path, words) => draft.leaveOut(at(path), words),
  }
}

/** The value that a component gives to others, of what it renders; undefined when it is only known in a cluster. */
export function outputValue(valueFrom: string, { output, outputs }: Rendered): JsonValue | undefined {
  const match = /^(output|outputs(?:\.([\w-]+)|\["([^"]+)"\]))((?:\.[\w-]+|\["[^"]+"\]|\[\d+\])*)$/.exec(valueFrom.trim())
  if (match === null) return undefined
  const [, root, plain, quoted, rest = ''] = match
  let value: JsonValue | undefined = root === 'output' ? output : outputs[plain ?? quoted ?? '']
  for (const [, key, text, index] of rest.matchAll(/\.([\w-]+)|\["([^"]+)"\]|\[(\d+)\]/g)) {
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined
    else value = isJsonObject(value) ? value[key ?? text ?? ''] : undefined
  }
  return value
}
