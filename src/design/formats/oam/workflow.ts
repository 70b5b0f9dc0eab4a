import type { JsonObject } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { didYouMean } from '../../nearest.ts'
import { asObject, type Component, textsOf, type WorkflowStep } from './application.ts'
import type { ApplicationDraft } from './application-draft.ts'
import { override } from './override.ts'
import { type Placement, type Policy, placementsOf } from './policies.ts'
import { objectOfStep } from './step-objects.ts'
import { STEP_TYPES } from './step-types.ts'

/** A step of the delivery: what is deployed together, where, and after which steps. */
export interface PlannedStep {
  readonly components: readonly Component[]
  readonly placements: readonly Placement[]
  /** An object that the step itself makes. */
  readonly object: { readonly name: string; readonly manifest: JsonObject; readonly place: ValuePath } | undefined
  readonly after: readonly number[]
}

const HERE: readonly Placement[] = [{ cluster: undefined, namespace: undefined }]

type Step = Omit<WorkflowStep, 'subSteps'>

/** The steps in which an application is delivered, in the order of the workflow. */
export function planSteps(
  draft: ApplicationDraft,
  components: readonly Component[],
  policies: readonly Policy[],
): readonly PlannedStep[] {
  const { workflow } = draft.application.spec
  if (workflow?.ref !== undefined) {
    draft.refuse(['spec', 'workflow', 'ref'], {
      summary: `The workflow ${workflow.ref} stands elsewhere`,
      hint: 'Write its steps into the application.',
    })
    return []
  }
  if (workflow?.steps === undefined || workflow.steps.length === 0) return defaultSteps(draft, components, policies)
  const planner = new StepPlanner(draft, components, policies)
  const byOrder = workflow.mode?.steps !== 'DAG'
  let before: readonly number[] = []
  for (const [index, step] of workflow.steps.entries()) {
    const place: ValuePath = ['spec', 'workflow', 'steps', index]
    const { subSteps, ...own } = step
    const after = [...(byOrder ? before : []), ...planner.named(step.dependsOn, place)]
    const made =
      step.type === 'step-group'
        ? planner.addGroup(subSteps ?? [], [...place, 'subSteps'], after, (step.mode ?? workflow.mode?.subSteps) === 'StepByStep')
        : planner.add(own, place, after)
    planner.call(step.name, made)
    if (made.length > 0) before = made
  }
  return planner.finish()
}

/** Without a workflow, each topology is a step, with all overrides; without a topology there is one step. */
function defaultSteps(
  draft: ApplicationDraft,
  components: readonly Component[],
  policies: readonly Policy[],
): readonly PlannedStep[] {
  const wanted = policies
    .filter(({ type }) => type === 'override')
    .reduce((all, { properties, place }) => override(all, properties, place, draft.places), components)
  const topologies = policies.filter(({ type }) => type === 'topology')
  if (topologies.length === 0) return [{ components: wanted, placements: HERE, object: undefined, after: [] }]
  return topologies.map((topology, index) => ({
    components: wanted,
    placements: placementsOf(topology, draft),
    object: undefined,
    after: index === 0 ? [] : [index - 1],
  }))
}

class StepPlanner {
  readonly #draft: ApplicationDraft
  readonly #components: readonly Component[]
  readonly #policies: readonly Policy[]
  readonly #steps: PlannedStep[] = []
  readonly #named = new Map<string, readonly number[]>()
  /** Places where the workflow would stop, each with the number of steps before it. */
  readonly #pauses: { readonly place: ValuePath; readonly before: number }[] = []

  constructor(draft: ApplicationDraft, components: readonly Component[], policies: readonly Policy[]) {
    this.#draft = draft
    this.#components = components
    this.#policies = policies
  }

  /** Steps by their names: those that a step waits for. */
  named(names: readonly string[] = [], place: ValuePath): readonly number[] {
    return names.flatMap((name, index) => {
      const found = this.#named.get(name)
      if (found === undefined) {
        this.#draft.refuse([...place, 'dependsOn', index], {
          summary: `There is no step ${name} before this one`,
          hint: didYouMean(name, this.#named.keys()),
        })
      }
      return found ?? []
    })
  }

  /** Remembers what a step became. */
  call(name: string | undefined, made: readonly number[]): void {
    if (name !== undefined) this.#named.set(name, made)
  }

  /** Adds the steps of a group. Returns their numbers. */
  addGroup(steps: readonly Step[], place: ValuePath, after: readonly number[], byOrder: boolean): readonly number[] {
    const all: number[] = []
    let before = after
    for (const [index, step] of steps.entries()) {
      const own = [...place, index]
      const made = this.add(step, own, [...before, ...this.named(step.dependsOn, own)])
      this.call(step.name, made)
      all.push(...made)
      if (byOrder && made.length > 0) before = made
    }
    return all
  }

  /** Adds a step. Returns its number, or nothing where it changes nothing. */
  add(step: Step, place: ValuePath, after: readonly number[]): readonly number[] {
    const { type } = step
    const known = Object.hasOwn(STEP_TYPES, type) ? STEP_TYPES[type] : undefined
    const typePlace = [...place, 'type']
    switch (known?.kind) {
      case undefined:
        this.#draft.refuse(typePlace, {
          summary: `The step ${type} is not known`,
          detail: 'Steps of your own are written in CUE, which is not evaluated here.',
          hint: didYouMean(type, Object.keys(STEP_TYPES)),
        })
        return []
      case 'refused':
        this.#draft.refuse(typePlace, { summary: `The step ${type} can't be kept`, detail: known.why, hint: known.hint })
        return []
      case 'left-out':
        this.#draft.leaveOut(typePlace, { summary: `The step ${type} is left out`, detail: known.why })
        return []
      case 'makes':
      case 'deploys': {
        this.#checkConditions(step, place)
        if (type === 'suspend') {
          this.#pauses.push({ place: typePlace, before: this.#steps.length })
          return []
        }
        const planned = known.kind === 'makes' ? this.#objectStep(step, place, after) : this.#deployment(step, place, after)
        if (planned === undefined) return []
        this.#steps.push(planned)
        return [this.#steps.length - 1]
      }
    }
  }

  #checkConditions(step: Step, place: ValuePath): void {
    if (step.if !== undefined && step.if !== 'always') {
      this.#draft.refuse([...place, 'if'], {
        summary: 'A step that runs only sometimes is not understood',
        hint: 'Convert the file, and use `when`.',
      })
    }
    if ((step.inputs ?? []).length > 0) {
      this.#draft.refuse([...place, 'inputs'], {
        summary: 'Values of other steps are not known',
        detail: 'They come to be while the workflow runs.',
        hint: 'Write the value out, or use inputs of a component.',
      })
    }
    if (step.timeout !== undefined) {
      this.#draft.leaveOut([...place, 'timeout'], {
        summary: 'The timeout of the step is left out',
        hint: 'Convert the file, and use `timeouts` of the components.',
      })
    }
  }

  #objectStep(step: Step, place: ValuePath, after: readonly number[]): PlannedStep | undefined {
    const made = objectOfStep(step.type, step.name ?? step.type, asObject(step.properties), [...place, 'properties'], this.#draft)
    if (made === undefined) return undefined
    const placements = [{ cluster: made.cluster, namespace: undefined }]
    return { components: [], placements, object: { name: step.name ?? step.type, manifest: made.manifest, place }, after }
  }

  #deployment(step: Step, place: ValuePath, after: readonly number[]): PlannedStep | undefined {
    const properties = asObject(step.properties)
    const all = { components: this.#components, placements: HERE, object: undefined, after }
    switch (step.type) {
      case 'deploy':
        return this.#deploy(properties, place, after)
      case 'apply-component': {
        const wanted = this.#components.filter(({ name }) => name === properties.component)
        if (wanted.length === 0) {
          const name = String(properties.component ?? '')
          this.#draft.refuse([...place, 'properties', 'component'], {
            summary: `There is no component ${name}`,
            hint: didYouMean(
              name,
              this.#components.map((each) => each.name),
            ),
          })
          return undefined
        }
        return { ...all, components: wanted, placements: [placementOf(properties)] }
      }
      case 'apply-remaining': {
        const done = new Set(this.#steps.flatMap(({ components }) => components.map(({ name }) => name)))
        return { ...all, components: this.#components.filter(({ name }) => !done.has(name)) }
      }
      default:
        return all
    }
  }

  #deploy(properties: JsonObject, place: ValuePath, after: readonly number[]): PlannedStep {
    if (properties.auto === false) this.#pauses.push({ place: [...place, 'properties', 'auto'], before: this.#steps.length })
    const meant = textsOf(properties.policies).flatMap((name, index) => {
      const found = this.#policies.find((each) => each.name === name)
      const isThere = (this.#draft.application.spec.policies ?? []).some((each) => (each.name ?? each.type) === name)
      if (found === undefined && !isThere) {
        this.#draft.refuse([...place, 'properties', 'policies', index], {
          summary: `There is no policy ${name} in the application`,
          hint: didYouMean(
            name,
            this.#policies.map((each) => each.name),
          ),
        })
      }
      return found ?? []
    })
    const components = meant
      .filter(({ type }) => type === 'override')
      .reduce((all, policy) => override(all, policy.properties, policy.place, this.#draft.places), this.#components)
    const topologies = meant.filter(({ type }) => type === 'topology')
    const placements = topologies.length === 0 ? HERE : topologies.flatMap((policy) => placementsOf(policy, this.#draft))
    return { components, placements, object: undefined, after }
  }

  /** The steps; pauses among them are refused, and components that none deploys are told. */
  finish(): readonly PlannedStep[] {
    for (const { place, before } of this.#pauses) {
      if (before > 0 && before < this.#steps.length) {
        this.#draft.refuse(place, {
          summary: 'The workflow stops here until somebody lets it go on',
          detail: 'One apply carries out the whole plan that was reviewed.',
          hint: 'Make what comes after an application of its own, and apply it when it is time.',
        })
      } else if (!this.#draft.failed) {
        this.#draft.note(place, {
          summary: 'The approval of the workflow is that of the plan',
          detail: before === 0 ? 'Nothing is deployed before it.' : 'Nothing is deployed after it.',
        })
      }
    }
    const deployed = new Set(this.#steps.flatMap(({ components }) => components.map(({ name }) => name)))
    for (const { name, place } of this.#components) {
      if (deployed.has(name) || this.#draft.failed) continue
      this.#draft.leaveOut([...place, 'name'], {
        summary: `The component ${name} is left out`,
        detail: 'No step of the workflow deploys it.',
      })
    }
    return this.#steps
  }
}

function placementOf({ cluster, namespace }: JsonObject): Placement {
  return {
    cluster: typeof cluster === 'string' && cluster !== '' && cluster !== 'local' ? cluster : undefined,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
  }
}
