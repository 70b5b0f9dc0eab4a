import { coverDiagnostic } from '../../plan/cover-diagnostics.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { sensitiveTexts } from '../../plan/sensitive-text.ts'
import { mistake } from '../mistake.ts'
import { readYaml } from '../source/read-yaml.ts'
import type { SourceFiles } from '../source/source-files.ts'
import { inputType } from './check-input.ts'
import type { GivenInput } from './resolve-inputs.ts'

/** Where values of inputs come from; later ones win: the environment, files in order, the command line. */
export interface InputSources {
  readonly cli: { readonly [name: string]: string }
  /** Absolute paths. */
  readonly files: readonly string[]
  readonly environment: { readonly [name: string]: string | undefined }
}

/** Environment variables that give values begin with this. */
const PREFIX = 'MESHFORM_INPUT_'

/** Reads the values that a user gives for inputs, declared by name. */
export function gatherInputs(
  declared: ReadonlyMap<string, { readonly value: JsonValue }>,
  sources: InputSources,
  files: SourceFiles,
): { readonly given: readonly GivenInput[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const given: GivenInput[] = []
  const typed = (name: string, text: string, by: string) => {
    const declaration = declared.get(name)?.value
    given.push({
      name,
      value: parseText(text, isJsonObject(declaration) ? inputType(declaration) : 'string'),
      location: undefined,
      by,
    })
  }
  for (const name of declared.keys()) {
    const variable = [
      `${PREFIX}${name}`,
      `${PREFIX}${name.replaceAll('-', '_')}`,
      `${PREFIX}${name.replaceAll('-', '_').toUpperCase()}`,
    ].find((candidate) => sources.environment[candidate] !== undefined)
    const text = variable === undefined ? undefined : sources.environment[variable]
    if (text !== undefined) typed(name, text, variable ?? '')
  }
  for (const path of sources.files) {
    // Their values are part of the digest, wherever they come from.
    const file = files.peek(path)
    if (!file.ok) {
      diagnostics.push(...file.diagnostics)
      continue
    }
    const reading = readYaml(file.value.text, file.value.name, 'design')
    diagnostics.push(...reading.diagnostics.map((diagnostic) => concealed(diagnostic, file.value.text)))
    for (const document of reading.documents) {
      if (!isJsonObject(document.value)) {
        diagnostics.push(
          mistake(
            'MF1103',
            { ...document.locate([]), concealed: true },
            {
              summary: `${document.file} holds no map of inputs`,
              hint: 'Write `name: value`, one a line.',
            },
          ),
        )
        continue
      }
      for (const [name, value] of Object.entries(document.value)) {
        given.push({ name, value, location: { ...document.locateKey([name]), concealed: true } })
      }
    }
  }
  for (const [name, text] of Object.entries(sources.cli)) typed(name, text, `--input ${name}`)
  return { given, diagnostics }
}

/** A mistake in a file of values, which may be secret: its line is not quoted, nor words of it. */
function concealed(diagnostic: Diagnostic, text: string): Diagnostic {
  const { location } = diagnostic
  if (location === undefined) return diagnostic
  const line = text.split('\n')[location.line - 1] ?? ''
  const words = line.slice(line.indexOf(':') + 1).split(/[^\p{L}\p{N}_.+/=-]+/u)
  return { ...coverDiagnostic(diagnostic, sensitiveTexts(words)), location: { ...location, concealed: true } }
}

/** Text of the command line or the environment as a value: by the type of the input, lists and maps as YAML. */
function parseText(text: string, type: string): JsonValue {
  switch (type) {
    case 'integer':
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'array':
    case 'object': {
      const [document] = readYaml(text, 'input', 'design').documents
      return document?.value ?? text
    }
    default:
      return text
  }
}
