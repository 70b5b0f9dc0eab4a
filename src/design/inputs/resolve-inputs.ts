import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'
import { type Entry, entryLocation, type ModuleSource } from '../module/module-source.ts'
import { didYouMean } from '../nearest.ts'
import { describeValue } from '../validate/check-value.ts'
import { checkInputValue, inputType, isKnownType } from './check-input.ts'

/** A value given for an input: by the user of a design, or by the design that uses a pattern. */
export interface GivenInput {
  readonly name: string
  readonly value: JsonValue
  /** Where it was given; undefined for the command line and the environment. */
  readonly location: SourceLocation | undefined
  /** How it was given, for messages: `--input weight`. */
  readonly by?: string
}

/** Values of all inputs, or what is wrong with them. */
export interface ResolvedInputs {
  readonly values: ReadonlyMap<string, { readonly value: JsonValue; readonly sensitive: boolean }>
  readonly diagnostics: readonly Diagnostic[]
}

/** Settles the inputs of a module: what is given, else the default. Every value is checked against its declaration. */
export function resolveInputs(
  module: ModuleSource,
  given: readonly GivenInput[],
  use?: { readonly use: SourceLocation; readonly address: string },
): ResolvedInputs {
  const diagnostics: Diagnostic[] = []
  const values = new Map<string, { value: JsonValue; sensitive: boolean }>()
  const declared = module.blocks.inputs
  for (const input of given) {
    if (declared.has(input.name)) continue
    diagnostics.push(
      mistake('MF1502', input.location, {
        summary: `There is no input ${input.name}`,
        detail: input.by === undefined ? undefined : `It was given by ${input.by}.`,
        hint: didYouMean(input.name, declared.keys()) ?? 'The design declares no inputs.',
        address: use?.address,
      }),
    )
  }
  const last = new Map(given.map((input) => [input.name, input]))
  for (const [name, entry] of declared) {
    const declaration = isJsonObject(entry.value) ? entry.value : {}
    const sensitive = declaration.sensitive === true
    const input = last.get(name)
    const hasDefault = Object.hasOwn(declaration, 'default')
    if (input === undefined && !hasDefault) {
      diagnostics.push(missing(name, entry, use))
      continue
    }
    const value = input === undefined ? (declaration.default ?? null) : input.value
    // A declaration of an unknown type was told where it stands.
    const problem = isKnownType(declaration) ? checkInputValue(declaration, value) : undefined
    if (problem === undefined) {
      values.set(name, { value, sensitive })
      continue
    }
    diagnostics.push(invalid(name, entry, declaration, value, problem, input))
  }
  return { values, diagnostics }
}

function missing(
  name: string,
  entry: Entry,
  use: { readonly use: SourceLocation; readonly address: string } | undefined,
): Diagnostic {
  const description = isJsonObject(entry.value) ? entry.value.description : undefined
  return mistake('MF1501', use?.use ?? entryLocation(entry), {
    summary: `The input ${name} has no value`,
    detail: typeof description === 'string' ? description : undefined,
    hint:
      use === undefined
        ? `Give it: --input ${name}=..., a file with --input-file, or MESHFORM_INPUT_${name}.`
        : `Give it: inputs: {${name}: ...}.`,
    address: use?.address,
  })
}

/** How lists and maps are given where only text can be. */
function writtenForm(name: string, declaration: JsonObject, value: JsonValue): string | undefined {
  const type = inputType(declaration)
  if (typeof value !== 'string' || (type !== 'array' && type !== 'object')) return undefined
  return type === 'array'
    ? `Write a list as YAML has it: --input '${name}=[a, b]'.`
    : `Write a map as YAML has it: --input '${name}={a: 1}'.`
}

function invalid(
  name: string,
  entry: Entry,
  declaration: JsonObject,
  value: JsonValue,
  problem: string,
  input: GivenInput | undefined,
): Diagnostic {
  const shown = declaration.sensitive === true ? 'the value' : describeValue(value)
  if (input === undefined) {
    const location = entry.document.locate([...entry.path, 'default'])
    return mistake('MF1504', declaration.sensitive === true ? { ...location, concealed: true } : location, {
      summary: `The default of input ${name} does not fit: ${shown} ${problem}`,
    })
  }
  return mistake('MF1503', input.location ?? entryLocation(entry), {
    summary: `Input ${name}: ${shown} ${problem}`,
    detail: input.by === undefined ? undefined : `It was given by ${input.by}.`,
    hint:
      writtenForm(name, declaration, value) ??
      (typeof declaration.description === 'string' ? declaration.description : undefined),
  })
}
