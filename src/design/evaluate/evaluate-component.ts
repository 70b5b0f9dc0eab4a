import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { Component, ComponentOf, ManifestSource, Section } from '../component.ts'
import { resolveInputs } from '../inputs/resolve-inputs.ts'
import { noteSensitive } from '../inputs/secret-texts.ts'
import { type Entry, entryLocation } from '../module/module-source.ts'
import { checkValue } from '../validate/check-value.ts'
import { misfitDiagnostic } from '../validate/misfit-diagnostic.ts'
import { SECTION_SCHEMAS } from './component-attributes.ts'
import { dependenciesOf } from './entry-dependencies.ts'
import { noteModuleBlocks } from './evaluate-module-blocks.ts'
import { evaluateValue, FAILED } from './evaluate-value.ts'
import { forEachItems } from './for-each-items.ts'
import { inheritSettings, noteIgnored } from './inherit-settings.ts'
import { type EvaluatedEntry, type EvaluationContext, type InputValue, ModuleInstance } from './module-instance.ts'
import type { ScannedEntry } from './order-entries.ts'
import { readManifests } from './read-manifests.ts'
import { sensitiveFlow } from './sensitive-flow.ts'

/** Evaluates one component as written into its instances. False, with the mistakes said, when it can't be. */
export function evaluateComponent(
  section: Section,
  scanned: ScannedEntry,
  instance: ModuleInstance,
  context: EvaluationContext,
  evaluateModule: (inner: ModuleInstance, context: EvaluationContext) => void,
): boolean {
  const { entry } = scanned
  const written = isJsonObject(entry.value) ? entry.value : {}
  const { forEach, when } = written
  const spec = forEach === undefined && when === undefined ? written : withoutControl(written)
  const before = context.diagnostics.length
  const read = dependenciesOf(scanned, instance)
  const outputs = new Map<string, JsonObject>()
  const instances = new Map<string, Component>()
  const items = forEach === undefined ? undefined : itemsOf(forEach, entry, instance, context)
  if (forEach !== undefined && items === undefined) return false
  const each = items === undefined ? [undefined] : [...items].map(([key, value]) => ({ key, value }))
  const flow = sensitiveFlow(instance, context)
  if (each.length === 0) context.leftOut.push(instance.addressOf(section, entry.name))
  for (const item of each) {
    instance.touched.clear()
    // What holds no expression is as it is written: thousands of plain objects need no scope.
    const scope = scanned.scan.holds
      ? { entry, scope: instance.celScope(item), diagnostics: context.diagnostics, flow }
      : undefined
    const wanted = scope === undefined ? when : evaluateValue(when ?? true, [...entry.path, 'when'], scope)
    if (wanted === false) context.leftOut.push(instance.addressOf(section, entry.name, item?.key))
    if (wanted === FAILED || wanted === false) continue
    const evaluated = scope === undefined ? spec : evaluateValue(spec, entry.path, scope)
    if (evaluated === FAILED || !isJsonObject(evaluated)) continue
    if (scanned.scan.holds && !fits(section, evaluated, entry, context)) continue
    const component = makeComponent(section, entry, evaluated, item, [...read, ...instance.touched], instance, context)
    if (component === undefined) continue
    instances.set(item?.key ?? '', component)
    instance.components.push(component)
    if (component.section === 'patterns') {
      const given = usePattern(component, scanned, [...read, ...instance.touched], instance, context, evaluateModule)
      if (given !== undefined) outputs.set(item?.key ?? '', given)
    }
  }
  const result: EvaluatedEntry = { unrolled: forEach !== undefined, instances }
  instance.setComponent(section, entry.name, result, outputs)
  // A pattern that can't be loaded was said when it was looked for.
  if (section === 'patterns' && !instance.source.patterns.has(entry.name)) return false
  return context.diagnostics.length === before || !context.diagnostics.slice(before).some(({ severity }) => severity === 'error')
}

function withoutControl({ forEach: _forEach, when: _when, ...spec }: JsonObject): JsonObject {
  return spec
}

function itemsOf(
  forEach: JsonValue,
  entry: Entry,
  instance: ModuleInstance,
  context: EvaluationContext,
): ReadonlyMap<string, JsonValue> | undefined {
  const scope = { entry, scope: instance.celScope(), diagnostics: context.diagnostics, flow: sensitiveFlow(instance, context) }
  const value = evaluateValue(forEach, [...entry.path, 'forEach'], scope)
  return value === FAILED ? undefined : forEachItems(value, entry, context)
}

function fits(section: Section, spec: JsonObject, entry: Entry, context: EvaluationContext): boolean {
  const misfits = checkValue(SECTION_SCHEMAS[section], spec, 'evaluated', entry.path)
  for (const misfit of misfits) context.diagnostics.push(misfitDiagnostic(misfit, entry.document, 'after evaluation'))
  return misfits.length === 0
}

function makeComponent(
  section: Section,
  entry: Entry,
  spec: JsonObject,
  item: { readonly key: string; readonly value: JsonValue } | undefined,
  dependencies: readonly string[],
  instance: ModuleInstance,
  context: EvaluationContext,
): Component | undefined {
  const files = filesOf(section, spec, entry, instance, context)
  if (files === undefined) return undefined
  const address = instance.addressOf(section, entry.name, item?.key)
  const component = {
    section,
    address,
    name: entry.name,
    key: item?.key,
    ...(item === undefined || !hasConditions(spec) ? {} : { each: item.value }),
    scope: instance.scope,
    spec,
    // Settled when all components are known: it may come from a mesh.
    cluster: '',
    dependencies:
      instance.shared.length + dependencies.length === 0
        ? dependencies
        : [...new Set([...instance.shared, ...dependencies])].filter((other) => other !== address).sort(),
    location: entryLocation(entry),
    locate: (path: ValuePath) => entry.document.locate([...entry.path, ...path]),
    files,
  }
  // The schema of the section has accepted the spec, as written or as evaluated.
  return component as unknown as Component
}

function hasConditions({ lifecycle }: JsonObject): boolean {
  return isJsonObject(lifecycle) && (lifecycle.preconditions !== undefined || lifecycle.postconditions !== undefined)
}

/** Manifests that the component names, or undefined with the mistakes said. */
function filesOf(
  section: Section,
  spec: JsonObject,
  entry: Entry,
  instance: ModuleInstance,
  context: EvaluationContext,
): readonly ManifestSource[] | undefined {
  const install = isJsonObject(spec.install) ? spec.install : undefined
  const inside = section === 'meshes' ? ['install', 'manifests'] : ['manifests']
  const named = section === 'meshes' ? install?.manifests : spec.manifests
  if (!Array.isArray(named)) return []
  const patterns = named.filter((pattern): pattern is string => typeof pattern === 'string')
  const reading = readManifests(patterns, instance.source.directory, context.files, (index) =>
    entry.document.locate([...entry.path, ...inside, index]),
  )
  context.diagnostics.push(...reading.diagnostics)
  return reading.diagnostics.some(({ severity }) => severity === 'error') ? undefined : reading.manifests
}

/** Evaluates the design behind a pattern, and gives its outputs. */
function usePattern(
  component: ComponentOf<'patterns'>,
  { entry }: ScannedEntry,
  dependencies: readonly string[],
  parent: ModuleInstance,
  context: EvaluationContext,
  evaluateModule: (inner: ModuleInstance, context: EvaluationContext) => void,
): JsonObject | undefined {
  const source = parent.source.patterns.get(entry.name)
  if (source === undefined) return undefined
  const given = component.spec.inputs ?? {}
  const resolved = resolveInputs(
    source,
    Object.entries(given).map(([name, value]) => ({
      name,
      value: value as JsonValue,
      location: entry.document.locateKey([...entry.path, 'inputs', name]),
    })),
    { use: entryLocation(entry), address: component.address },
  )
  context.diagnostics.push(...resolved.diagnostics)
  if (resolved.diagnostics.length > 0) return undefined
  noteSensitive(resolved.values.values(), context.sensitiveValues)
  const read = new Set(dependencies)
  const inputs = new Map(
    [...resolved.values].map(([name, input]): [string, InputValue] => [name, { ...input, dependencies: read }]),
  )
  const inner = new ModuleInstance(source, {
    scope: component.address,
    inputs,
    shared: [...parent.shared, ...(component.spec.dependsOn ?? []).map((name) => absolute(name, parent.scope))],
  })
  evaluateModule(inner, context)
  noteModuleBlocks(inner, context)
  noteIgnored(component, context)
  parent.components.push(...inner.components.map((within) => inheritSettings(within, component)))
  const known = inner.outputs.flatMap(({ value, sensitive }) => (value.known ? [{ value: value.value, sensitive }] : []))
  noteSensitive(known, context.sensitiveValues)
  return Object.fromEntries(
    inner.outputs.flatMap((output) => (output.value.known ? [[output.name, output.value.value] as const] : [])),
  )
}

function absolute(name: string, scope: string): string {
  return scope === '' ? name : `${scope}.${name}`
}
