import type { JsonObject, JsonValue } from '../plan/json.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { Component, ManifestSource } from './component.ts'
import { conditionValues, modulesFromJson } from './condition-values.ts'
import type { Design } from './design.ts'

/** What a plan says of its design elsewhere, and what is not kept: values of inputs. */
type Elsewhere = 'name' | 'version' | 'digest' | 'directory' | 'paths' | 'inputs' | 'sensitiveValues'

/** An evaluated design without what its plan says of it anyway. */
export type DesignContent = Omit<Design, Elsewhere>

/** An evaluated design as plain JSON: all that planning needs, and nothing of its files but the lines that components stand at. */
export function designToJson(design: DesignContent): JsonObject {
  const modules = conditionValues(design)
  return {
    labels: { ...design.labels },
    clusters: Object.fromEntries(design.clusters) as unknown as JsonObject,
    ...(design.state === undefined ? {} : { state: design.state as unknown as JsonObject }),
    ...(design.ownership === undefined ? {} : { ownership: design.ownership as unknown as JsonObject }),
    ...(design.rules.ignore.length + design.rules.health.length === 0 ? {} : { rules: design.rules as unknown as JsonObject }),
    ...(design.leftOut.length === 0 ? {} : { leftOut: design.leftOut }),
    ...(Object.keys(modules).length === 0 ? {} : { modules }),
    components: design.components.map(componentToJson),
    outputs: design.outputs as unknown as JsonValue,
    policies: design.policies as unknown as JsonValue,
    moved: design.moved as unknown as JsonValue,
    imports: design.imports as unknown as JsonValue,
    removed: design.removed as unknown as JsonValue,
  }
}

function componentToJson({ locate: _, files, ...component }: Component): JsonObject {
  return {
    ...(component as unknown as JsonObject),
    ...(files.length === 0 ? {} : { files: files.map(({ locate: __, ...file }) => file) as unknown as JsonValue }),
  }
}

/** A design from the JSON that `designToJson` gave, whose shape has been checked by then. Every value stands where its component does. */
export function designFromJson(json: JsonObject): DesignContent {
  const { clusters, state, ownership, rules, leftOut, modules, components, policies, ...rest } = json
  return {
    ...(rest as unknown as Omit<
      DesignContent,
      'clusters' | 'state' | 'ownership' | 'rules' | 'leftOut' | 'modules' | 'components' | 'policies'
    >),
    clusters: new Map(Object.entries(clusters as JsonObject)) as unknown as Design['clusters'],
    state: state as unknown as Design['state'],
    ownership: ownership as unknown as Design['ownership'],
    rules: (rules ?? { ignore: [], health: [] }) as unknown as Design['rules'],
    leftOut: (leftOut ?? []) as readonly string[],
    modules: modulesFromJson((modules ?? {}) as JsonObject),
    policies: (policies as readonly JsonObject[]).map((policy) => ({ scope: '', ...policy })) as unknown as Design['policies'],
    components: (components as readonly JsonValue[]).map((item) => componentFromJson(item as JsonObject)),
  }
}

function componentFromJson({ files, ...component }: JsonObject): Component {
  const location = component.location as unknown as SourceLocation
  return {
    key: undefined,
    ...component,
    locate: () => location,
    files: ((files ?? []) as readonly JsonValue[]).map((item): ManifestSource => {
      const file = item as unknown as Omit<ManifestSource, 'locate'>
      return { ...file, locate: () => file.location }
    }),
  } as unknown as Component
}
