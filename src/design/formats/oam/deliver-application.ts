import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { didYouMean } from '../../nearest.ts'
import type { CombinedResources } from '../combined-document.ts'
import { labelOf } from '../foreign-text.ts'
import { asObject, type Component, componentsOf } from './application.ts'
import type { ApplicationDraft } from './application-draft.ts'
import type { Definitions } from './definitions.ts'
import { finishObject, passedOn } from './finish-object.ts'
import { given } from './given.ts'
import { changeAt } from './patch.ts'
import { ignoredPaths, type Placement, type Policy, readPolicies } from './policies.ts'
import { outputValue, type RenderedComponent, renderComponent } from './render-component.ts'
import { type PlannedStep, planSteps } from './workflow.ts'

/** Component types whose objects are given whole. */
const WHOLE = ['k8s-objects', 'raw']

/** The name of the cluster that an application is deployed from, where there are others. */
const LOCAL = 'local'

/** Adds what an application deploys to the resources. Returns the clusters that it names. */
export function deliverApplication(
  draft: ApplicationDraft,
  definitions: Definitions,
  resources: CombinedResources,
): ReadonlySet<string> {
  const delivery = new Delivery(draft, definitions, resources)
  return delivery.run()
}

class Delivery {
  readonly #draft: ApplicationDraft
  readonly #definitions: Definitions
  readonly #resources: CombinedResources
  readonly #policies: readonly Policy[]
  readonly #components: readonly Component[]
  readonly #steps: readonly PlannedStep[]
  readonly #rendered = new Map<Component, RenderedComponent | undefined>()
  readonly #waiting: Component[] = []
  /** Names of resources by component and placement. */
  readonly #names = new Map<string, readonly string[]>()
  readonly #severalClusters: boolean

  constructor(draft: ApplicationDraft, definitions: Definitions, resources: CombinedResources) {
    this.#draft = draft
    this.#definitions = definitions
    this.#resources = resources
    this.#components = componentsOf(draft.application)
    this.#policies = readPolicies(draft)
    this.#steps = planSteps(draft, this.#components, this.#policies)
    this.#severalClusters = this.#steps.some(({ placements }) => placements.some(({ cluster }) => cluster !== undefined))
  }

  run(): ReadonlySet<string> {
    this.#checkComponents()
    const clusters = new Set<string>()
    const byStep: (readonly string[])[] = []
    for (const step of this.#steps) {
      const before = step.after.flatMap((index) => byStep[index] ?? [])
      const made: string[] = []
      for (const placement of step.placements) {
        const cluster = this.#clusterOf(placement)
        if (cluster !== undefined) clusters.add(cluster)
        for (const component of step.components) made.push(...this.#place(component, placement, before))
        if (step.object !== undefined) made.push(this.#addObject(step.object, placement, before))
      }
      byStep.push([...new Set(made)])
    }
    this.#linkComponents()
    return clusters
  }

  #clusterOf({ cluster }: Placement): string | undefined {
    return this.#severalClusters ? labelOf(cluster ?? LOCAL) : undefined
  }

  /** Renders each component once, those that none deploys as well: their mistakes are mistakes too. */
  #checkComponents(): void {
    const seen = new Set<string>()
    for (const { name, place } of this.#components) {
      if (seen.has(name)) this.#draft.refuse([...place, 'name'], { summary: `There are two components ${name}` })
      seen.add(name)
    }
    const { spec } = this.#draft.application
    for (const [index, { scopes, externalRevision, replicaKey }] of spec.components.entries()) {
      for (const [field, value] of Object.entries({ scopes, externalRevision, replicaKey })) {
        if (value === undefined) continue
        this.#draft.leaveOut(['spec', 'components', index, field], { summary: `${field} is left out` })
      }
    }
    const deployed = this.#steps.flatMap(({ components }) => components)
    const names = new Set(deployed.map(({ name }) => name))
    for (const component of [...deployed, ...this.#components.filter(({ name }) => !names.has(name))]) this.#render(component)
  }

  #render(component: Component): RenderedComponent | undefined {
    if (this.#rendered.has(component)) return this.#rendered.get(component)
    this.#waiting.push(component)
    const made = this.#takeInputs(component)
    this.#waiting.pop()
    const rendered = made === undefined ? undefined : renderComponent(made, this.#draft, this.#definitions)
    this.#rendered.set(component, rendered)
    return rendered
  }

  /** The component with the values that others give it; undefined when one can't be known. */
  #takeInputs(component: Component): Component | undefined {
    let { properties } = component
    for (const [index, { from, parameterKey }] of component.inputs.entries()) {
      const place = [...component.place, 'inputs', index]
      const giver = this.#components.find(({ outputs }) => outputs.some(({ name }) => name === from))
      const output = giver?.outputs.find(({ name }) => name === from)
      if (giver === undefined || output === undefined) {
        const names = this.#components.flatMap(({ outputs }) => outputs.map(({ name }) => name))
        this.#draft.refuse([...place, 'from'], { summary: `No component gives ${from}`, hint: didYouMean(from, names) })
        return undefined
      }
      if (this.#waiting.includes(giver)) {
        this.#draft.refuse([...place, 'from'], {
          summary: `The components ${[...this.#waiting.slice(this.#waiting.indexOf(giver)), giver].map(({ name }) => name).join(' -> ')} wait for each other`,
        })
        return undefined
      }
      const rendered = this.#render(giver)
      if (rendered === undefined) return undefined
      const value = outputValue(output.valueFrom, rendered.rendered)
      if (value === undefined || parameterKey === undefined) {
        this.#draft.refuse([...place, value === undefined ? 'from' : 'parameterKey'], {
          summary: value === undefined ? `${from} is not known before ${giver.name} runs` : 'parameterKey is missing',
          detail: value === undefined ? `It is ${output.valueFrom}, which nothing in the file says.` : undefined,
          hint: 'Write the value out.',
        })
        return undefined
      }
      const keys = parameterKey.split('.')
      properties = changeAt(properties, keys, this.#draft.places, () => value) as JsonObject
    }
    return { ...component, properties }
  }

  #place(component: Component, placement: Placement, before: readonly string[]): readonly string[] {
    const made = this.#rendered.get(component)
    if (made === undefined) return []
    const key = keyOf(component.name, placement)
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const { rendered, scope, madeBy } = made
    const isWhole = WHOLE.includes(component.type)
    const metadata = passedOn(this.#draft.application.metadata)
    const ending = this.#severalPlaces(component.name) ? this.#endingOf(placement) : ''
    const objects = [['', rendered.output] as const, ...Object.entries(rendered.outputs)]
    const names = objects.map(([output, object]) => {
      const trait = madeBy.get(output)
      const manifest = finishObject(object, scope, placement, metadata, isWhole && trait === undefined)
      const ignoreChanges = ignoredPaths(this.#policies, {
        component: component.name,
        componentType: component.type,
        trait,
        isWorkload: output === '',
        object: manifest,
      })
      const wanted = output === '' ? component.name : besideName(component.name, manifest)
      const value = given({
        cluster: this.#clusterOf(placement),
        dependsOn: before.length === 0 ? undefined : before.map((name) => `resources.${name}`),
        lifecycle: ignoreChanges.length === 0 ? undefined : { ignoreChanges },
        manifest,
      })
      return this.#add(`${wanted}${ending}`, value, component.place)
    })
    this.#names.set(key, names)
    return names
  }

  #add(wanted: string, value: JsonObject, place: readonly (string | number)[]): string {
    this.#draft.places.mark(value, place)
    return this.#resources.add(wanted, this.#draft.places.document(value, this.#draft.source))
  }

  #addObject(object: NonNullable<PlannedStep['object']>, placement: Placement, before: readonly string[]): string {
    const { metadata } = object.manifest
    const named = asObject(metadata)
    const namespace = named.namespace ?? this.#draft.application.metadata.namespace
    const manifest = { ...object.manifest, metadata: given({ ...named, namespace }) }
    this.#draft.places.mark(manifest, object.place)
    const dependsOn = before.length === 0 ? undefined : before.map((name) => `resources.${name}`)
    return this.#add(object.name, given({ cluster: this.#clusterOf(placement), dependsOn, manifest }), object.place)
  }

  #severalPlaces(component: string): boolean {
    const places = this.#steps
      .filter(({ components }) => components.some(({ name }) => name === component))
      .flatMap(({ placements }) => placements.map((placement) => keyOf(component, placement)))
    return new Set(places).size > 1
  }

  #endingOf({ cluster, namespace }: Placement): string {
    const words = [this.#severalClusters ? (cluster ?? LOCAL) : undefined, namespace]
    return words.flatMap((word) => (word === undefined ? [] : [`-${word}`])).join('')
  }

  /** What components say of their order, and what follows from values that they give each other. */
  #linkComponents(): void {
    for (const component of this.#components) {
      const others = [...component.dependsOn.entries()].flatMap(([index, name]) => {
        if (this.#components.some((each) => each.name === name)) return [name]
        this.#draft.refuse([...component.place, 'dependsOn', index], {
          summary: `There is no component ${name}`,
          hint: didYouMean(
            name,
            this.#components.map((each) => each.name),
          ),
        })
        return []
      })
      const givers = component.inputs.flatMap(({ from }) =>
        this.#components.filter(({ outputs }) => outputs.some(({ name }) => name === from)).map(({ name }) => name),
      )
      for (const [key, names] of this.#names) {
        if (!key.startsWith(`${component.name}/`)) continue
        const wanted = [...new Set([...others, ...givers])].flatMap((name) =>
          this.#namesOf(name, key.slice(component.name.length)),
        )
        for (const name of names) this.#depend(name, wanted)
      }
    }
  }

  /** Resources of a component at a place, or wherever they are. */
  #namesOf(component: string, place: string): readonly string[] {
    const here = this.#names.get(`${component}${place}`)
    return here ?? [...this.#names].filter(([key]) => key.startsWith(`${component}/`)).flatMap(([, names]) => names)
  }

  #depend(name: string, on: readonly string[]): void {
    const document = this.#resources.get(name)
    if (document === undefined || !isJsonObject(document.value) || on.length === 0) return
    const { cluster, dependsOn, ...rest } = document.value
    const before: readonly JsonValue[] = Array.isArray(dependsOn) ? dependsOn : []
    const all = [...new Set([...before, ...on.map((each) => `resources.${each}`)])]
    const value = this.#draft.places.copy(given({ cluster, dependsOn: all, ...rest }), document.value)
    this.#resources.replace(name, this.#draft.places.document(value, this.#draft.source))
  }
}

function keyOf(component: string, { cluster = LOCAL, namespace = '' }: Placement): string {
  return `${component}/${cluster}/${namespace}`
}

/** The name of a resource beside the workload: what it is, and its own name where that says more. */
function besideName(component: string, { kind, metadata }: JsonObject): string {
  const name = asObject(metadata).name
  return name === component || typeof name !== 'string' ? `${component}-${String(kind)}` : `${component}-${String(kind)}-${name}`
}
