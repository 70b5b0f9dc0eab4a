import type { ObjectChange } from './change.ts'
import { moduleAddress, sensitiveTree, sidesOf } from './envelope.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import type { Plan } from './plan.ts'
import { PROVIDER, plain, planToJson, resourceOf, TERRAFORM_VERSION } from './plan-file.ts'

/**
 * A plan in the envelope with what that says a second time: how objects are, how they will be, and what the design has of them. For
 * tools that read plans.
 */
export function showPlan(plan: Plan, version: string): JsonObject {
  const { changes, outputs: own, clusters } = plan
  const outputs = (values: readonly (readonly [string, JsonValue | undefined, boolean])[]) =>
    Object.fromEntries(
      values.flatMap(([name, value, sensitive]) => (value === undefined ? [] : [[name, { sensitive, value }] as const])),
    )
  return plain({
    ...planToJson(plan, version),
    planned_values: {
      outputs: outputs(own.map(({ name, after, sensitive }) => [name, after, sensitive])),
      root_module: valuesModule('after', changes),
    },
    prior_state: {
      format_version: '1.0',
      terraform_version: TERRAFORM_VERSION,
      values: {
        outputs: outputs(own.map(({ name, before, sensitive }) => [name, before, sensitive])),
        root_module: valuesModule('before', changes),
      },
    },
    configuration: {
      provider_config: Object.fromEntries(clusters.map(({ name }) => [name, { name, full_name: PROVIDER }])),
      root_module: {
        ...configuredModule(changes.filter(({ desired }) => desired !== undefined)),
        outputs: Object.fromEntries(designOutputs(plan)),
        variables: Object.fromEntries(
          Object.entries(plan.content?.inputs ?? {}).map(([name, input]) => [name, variableOf(input)]),
        ),
      },
    },
  }) as JsonObject
}

/** The objects of one side, those of patterns in modules of their own, as deep as patterns go. */
function valuesModule(side: 'before' | 'after', changes: readonly ObjectChange[]): JsonObject {
  const present = changes.filter((change) => sidesOf(change)[side] !== undefined)
  const { own, children } = byModule(present, undefined)
  return module(own, children)

  function module(resources: readonly ObjectChange[], nested: ReadonlyMap<string, readonly ObjectChange[]>): JsonObject {
    const child_modules = [...nested].map(([address, inside]) => {
      const split = byModule(inside, address)
      return { address, ...module(split.own, split.children) }
    })
    return {
      resources: resources.map((change) => {
        const values = sidesOf(change)[side] ?? {}
        return { ...named(change), schema_version: 0, values, sensitive_values: sensitiveTree(values) || {} }
      }),
      ...(child_modules.length === 0 ? {} : { child_modules }),
    }
  }
}

/** What the design says, evaluated: every value of a resource is constant, what it waits for stands beside them. */
function configuredModule(changes: readonly ObjectChange[], address?: string): JsonObject {
  const { own, children } = byModule(changes, address)
  const module_calls = [...children].map(([called, inside]): [string, JsonObject] => [
    called.slice(called.lastIndexOf('patterns.') + 'patterns.'.length),
    { module: configuredModule(inside, called) },
  ])
  return {
    resources: own.map((change) => {
      const waits = change.dependencies.flatMap((name) => (name.startsWith('component:') ? [name.slice(10)] : []))
      return {
        ...named(change),
        provider_config_key: change.key.cluster,
        schema_version: 0,
        expressions: Object.fromEntries(
          Object.entries(change.desired ?? {}).map(([name, value]) => [name, { constant_value: value }]),
        ),
        ...(waits.length === 0 ? {} : { depends_on: waits }),
      }
    }),
    ...(module_calls.length === 0 ? {} : { module_calls: Object.fromEntries(module_calls) }),
  }
}

/** Changes of one module, and those of the modules in it by their addresses. */
function byModule(changes: readonly ObjectChange[], address: string | undefined) {
  const own: ObjectChange[] = []
  const children = new Map<string, ObjectChange[]>()
  for (const change of changes) {
    const modules = modulesOf(change.address)
    const child = modules[address === undefined ? 0 : modules.indexOf(address) + 1]
    const known = child === undefined ? own : children.get(child)
    if (known !== undefined) known.push(change)
    else if (child !== undefined) children.set(child, [change])
  }
  return { own, children }
}

/** The patterns that a component is in, the outermost first. */
function modulesOf(address: string): readonly string[] {
  const inner = moduleAddress(address)
  if (inner === undefined) return []
  return [...modulesOf(inner), inner]
}

function named(change: ObjectChange): JsonObject {
  return plain(resourceOf(change)) as JsonObject
}

function designOutputs({ content, outputs }: Plan): readonly [string, JsonObject][] {
  const designed = content?.design.outputs
  const known = new Map(outputs.map((output) => [output.name, output]))
  return (Array.isArray(designed) ? designed : []).flatMap((output): [string, JsonObject][] => {
    if (!isJsonObject(output) || typeof output.name !== 'string') return []
    const sensitive = output.sensitive === true
    const value = sensitive ? undefined : known.get(output.name)?.after
    const expression: JsonObject = value === undefined ? {} : { constant_value: value }
    const description = typeof output.description === 'string' ? { description: output.description } : {}
    return [[output.name, { expression, ...(sensitive ? { sensitive } : {}), ...description }]]
  })
}

function variableOf({ type, sensitive }: { readonly type: string; readonly sensitive: boolean }): JsonObject {
  return { type, ...(sensitive ? { sensitive } : {}) }
}
