import { resolve } from 'node:path'
import { coverDiagnostics } from '../plan/cover-diagnostics.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { hasErrors } from '../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { secretDigest } from '../plan/secret-digest.ts'
import { sensitiveTexts } from '../plan/sensitive-text.ts'
import type { Design, Output } from './design.ts'
import { evaluateBlocks } from './evaluate/evaluate-blocks.ts'
import { evaluateModule } from './evaluate/evaluate-module.ts'
import { noteModuleBlocks } from './evaluate/evaluate-module-blocks.ts'
import { type EvaluationContext, ModuleInstance } from './evaluate/module-instance.ts'
import { inputType, prepareInputChecks } from './inputs/check-input.ts'
import { gatherInputs } from './inputs/gather-inputs.ts'
import { resolveInputs } from './inputs/resolve-inputs.ts'
import { noteSensitive } from './inputs/secret-texts.ts'
import { mistake, sortDiagnostics } from './mistake.ts'
import { type FetchedPattern, type FetchPattern, loadModule } from './module/load-module.ts'
import type { ModuleSource } from './module/module-source.ts'
import { SourceFiles } from './source/source-files.ts'
import { checkAuthored } from './validate/check-authored.ts'
import { checkComponent } from './validate/check-components.ts'
import { idleBlocks } from './validate/idle-blocks.ts'
import { linkComponents } from './validate/link-components.ts'
import { settleClusters } from './validate/settle-clusters.ts'
import { soundComponents } from './validate/sound-components.ts'

/** What to load, and with which values. */
export interface LoadRequest {
  /** Files or folders, relative to `cwd`. */
  readonly paths: readonly string[]
  readonly inputs: {
    readonly cli: { readonly [name: string]: string }
    /** Files with values, relative to `cwd`. */
    readonly files: readonly string[]
    readonly environment: { readonly [name: string]: string | undefined }
  }
  readonly cwd: string
  /** Finds patterns that are no paths; without it such a source is a mistake. */
  readonly fetchPattern?: FetchPattern
}

/**
 * A design read and evaluated. With errors among the diagnostics, the design holds only the components that none of them concerns:
 * enough to look for further mistakes in, never to be carried out. Undefined when there is nothing to go on with.
 */
export interface LoadedDesign {
  readonly design: Design | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a design from its files and evaluates it. Every mistake is told, each with its place. */
export async function loadDesign(request: LoadRequest): Promise<LoadedDesign> {
  const files = new SourceFiles(request.cwd)
  const paths = request.paths.map((path) => resolve(request.cwd, path))
  const loaded = await loadModule(paths, files, request.fetchPattern ?? refuseAddress)
  const { module } = loaded
  if (module === undefined) return { design: undefined, diagnostics: sortDiagnostics(loaded.diagnostics) }
  const modules = allModules(module)
  const authored = new Map(modules.map((each) => [each, checkAuthored(each)]))
  const idle = modules.slice(1).flatMap(idleBlocks)
  const diagnostics: Diagnostic[] = [...loaded.diagnostics, ...[...authored.values()].flat(), ...idle]
  await prepareInputChecks(modules.flatMap(({ blocks }) => [...blocks.inputs.values()].map(({ value }) => asObject(value))))
  const sources = { ...request.inputs, files: request.inputs.files.map((path) => resolve(request.cwd, path)) }
  const gathered = gatherInputs(module.blocks.inputs, sources, files)
  const resolved = resolveInputs(module, gathered.given)
  diagnostics.push(...gathered.diagnostics, ...resolved.diagnostics)

  const inputs = new Map([...resolved.values].map(([name, input]) => [name, { ...input, dependencies: new Set<string>() }]))
  const instance = new ModuleInstance(module, { scope: '', inputs, shared: [] })
  const misfits = new Map(
    [...authored].map(([each, found]) => [each, new Set(found.flatMap(({ address }) => address ?? []))] as const),
  )
  const context: EvaluationContext = {
    files,
    diagnostics,
    misfits,
    failed: new Set(),
    sensitiveValues: new Set(),
    rules: { ignore: [], health: [] },
    policies: [],
    moved: [],
    removed: [],
    leftOut: [],
    modules: new Map(),
  }
  noteSensitive(resolved.values.values(), context.sensitiveValues)
  evaluateModule(instance, context)
  noteModuleBlocks(instance, context)
  const blocks = evaluateBlocks(instance, context)

  const linked = linkComponents(instance.components, context.failed)
  const settled = settleClusters(linked.components, blocks.clusters)
  const checked = settled.components.flatMap(checkComponent)
  diagnostics.push(...linked.diagnostics, ...settled.diagnostics, ...checked)
  if (!hasErrors(diagnostics)) diagnostics.push(...files.passedOver().map(unnamedManifests))
  const components = hasErrors(diagnostics) ? soundComponents(settled.components, diagnostics) : settled.components
  const given = Object.fromEntries(
    [...resolved.values].map(([name, { value, sensitive }]): [string, JsonValue] => [
      name,
      sensitive ? secretDigest(value, `input ${name}`, 'one-of-few') : value,
    ]),
  )
  const sensitiveValues = [...context.sensitiveValues]
  const design: Design = {
    name: module.name,
    version: module.version,
    labels: blocks.labels,
    directory: designDirectory(request, module, files),
    paths: request.paths.length > 1 ? request.paths : undefined,
    digest: files.digest(module.directory, JSON.stringify(sortKeys(given))),
    clusters: blocks.clusters,
    state: blocks.state,
    ...(blocks.stateIsLost === true ? { stateIsLost: true } : {}),
    ownership: blocks.ownership,
    rules: context.rules,
    leftOut: context.leftOut,
    modules: context.modules,
    components,
    outputs: instance.outputs.map((output) => asSensitiveAsItIs(output, sensitiveValues)),
    sensitiveValues,
    inputs: Object.fromEntries(
      [...resolved.values].map(([name, input]) => [
        name,
        {
          ...input,
          type: inputType(asObject(module.blocks.inputs.get(name)?.value ?? null)),
          isDefault: !gathered.given.some((given) => given.name === name),
        },
      ]),
    ),
    policies: context.policies,
    moved: context.moved,
    imports: blocks.imports,
    removed: context.removed,
  }
  return { design, diagnostics: coverDiagnostics(sortDiagnostics(diagnostics), sensitiveTexts(sensitiveValues)) }
}

/** A file of objects lies in the folder of a design that does not name it: what is in it is not planned. */
function unnamedManifests(file: string): Diagnostic {
  return mistake(
    'MF1016',
    { file, line: 1, column: 1 },
    {
      severity: 'warning',
      summary: `${file} holds objects of Kubernetes and is no part of the design`,
      hint: 'Name it under `resources.<name>.manifests`, or move it to another folder.',
    },
  )
}

async function refuseAddress(source: string): Promise<FetchedPattern | undefined> {
  if (!/^([a-z][a-z0-9+.-]*:\/\/|git::)/i.test(source)) return undefined
  return { problem: mistake('MF1601', undefined, { summary: `Nothing fetches patterns here, and ${source} is an address` }) }
}

/** An output that holds a sensitive value is sensitive, whether it says so or not. */
function asSensitiveAsItIs(output: Output, sensitiveValues: readonly string[]): Output {
  const holds = output.value.known && sensitiveTexts(sensitiveValues).isIn(output.value.value)
  return holds ? { ...output, sensitive: true } : output
}

function asObject(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {}
}

function allModules(module: ModuleSource): readonly ModuleSource[] {
  return [module, ...[...module.patterns.values()].flatMap(allModules)]
}

/** The folder of the design as the user would name it: saved plans find it again by this. */
function designDirectory(request: LoadRequest, module: ModuleSource, files: SourceFiles): string {
  const [first] = request.paths
  return request.paths.length === 1 && first !== undefined ? first : files.nameOf(module.directory)
}

function sortKeys(values: { readonly [name: string]: JsonValue }): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1)))
}
