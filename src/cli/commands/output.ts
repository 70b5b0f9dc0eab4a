import { Command } from 'commander'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { RecordedState } from '../../plan/recorded-state.ts'
import { padColumns, textWidth } from '../../views/terminal/text-width.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { stateOfDesign } from '../state-of-design.ts'

/** `meshform output`: the outputs that the last apply recorded. */
export function outputCommand(io: CommandIo): Command {
  return withRunOptions(new Command('output'))
    .summary('Print the outputs of the last apply')
    .description(
      'Prints the outputs recorded by the last apply: all of them, or one alone for use in scripts. Sensitive ones are covered, but for one that is named with --raw or --json: an encrypted state (MESHFORM_STATE_KEY) keeps them.',
    )
    .argument('[name]', 'print this output alone')
    .option(
      '--raw',
      'print a string, a number or true and false as they are, for scripts; sensitive ones too where the state is encrypted',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  meshform output -f patterns/bookinfo-canary\n  host=$(meshform output reviews --raw -f patterns/bookinfo-canary)\n',
    )
    .action(async (name: string | undefined, options: RunOptions & { readonly raw?: boolean }) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const { outputs } = found.state
      if (name === undefined) {
        if (options.json === true) io.stdout.write(`${JSON.stringify(withTypes(outputs), null, 2)}\n`)
        else {
          if (Object.keys(outputs).length === 0) terminalView(io).note('Nothing was applied yet, or the design has no outputs.')
          const width = Math.max(0, ...Object.keys(outputs).map(textWidth))
          for (const [key, { value }] of Object.entries(outputs))
            io.stdout.write(`${padColumns(key, width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
        }
        return
      }
      const output = outputs[name]
      if (output === undefined) {
        terminalView(io).diagnostics([
          {
            severity: 'error',
            code: 'MF6005',
            summary: `There is no output "${name}"`,
            detail:
              Object.keys(outputs).length === 0
                ? 'Nothing was applied yet, or the design has no outputs.'
                : `Outputs are ${Object.keys(outputs).join(', ')}.`,
            hint: 'Outputs are those of the last apply: run `meshform apply` to have others.',
          },
        ])
        io.setExitCode(1)
        return
      }
      const isForPrograms = options.raw === true || options.json === true
      const value = isForPrograms ? (output.secret ?? output.value) : output.value
      const isCovered = output.sensitive && output.secret === undefined
      const isStructured = options.raw === true && typeof value === 'object'
      const refusal = isCovered && isForPrograms ? notRecorded(name) : isStructured ? structuredRaw(name, value) : undefined
      if (refusal === undefined && options.raw !== true) {
        io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
        return
      }
      if (refusal === undefined) {
        io.stdout.write(`${value}\n`)
        return
      }
      terminalView(io).diagnostics([refusal])
      io.setExitCode(1)
    })
}

/** A script would take the mask for the value. */
function notRecorded(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'MF6005',
    summary: `The output ${name} is sensitive, and only a digest of it is recorded`,
    hint: 'Take the secret from where it comes from, the input or the Secret on the cluster; or apply with MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE: an encrypted state keeps sensitive outputs.',
  }
}

function structuredRaw(name: string, value: JsonValue): Diagnostic {
  return {
    severity: 'error',
    code: 'MF6005',
    summary: `The output ${name} is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a map'}, which has no raw form`,
    hint: `Print it as JSON: meshform output ${name}.`,
  }
}

type Outputs = RecordedState['outputs']

/** Outputs with the types that readers of Terraform's outputs look for; of a sensitive one nothing is told. */
function withTypes(outputs: Outputs): JsonObject {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [
      name,
      { value, ...(sensitive ? {} : { type: typeOf(value) }), sensitive },
    ]),
  )
}

function typeOf(value: JsonValue): JsonValue {
  if (value === null) return 'dynamic'
  if (Array.isArray(value)) return ['tuple', value.map((item: JsonValue) => typeOf(item))]
  if (typeof value !== 'object') return typeof value === 'boolean' ? 'bool' : typeof value
  return ['object', Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeOf(item ?? null)]))]
}
