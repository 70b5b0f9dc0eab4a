import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../plan/duration.ts'

/** Options of every command that reads a design. */
export interface DesignOptions {
  readonly file: readonly string[]
  readonly input: readonly string[]
  readonly inputFile: readonly string[]
}

/** Options of every command that reaches clusters and state. */
export interface RunOptions extends DesignOptions {
  readonly workspace: string
  readonly context?: string
  readonly kubeconfig?: string
  readonly state?: string
  readonly lockTimeout: number
  readonly json?: boolean
  readonly jsonInto?: string
  readonly full?: boolean
}

/** Options that narrow a plan. */
export interface SelectionOptions {
  readonly target: readonly string[]
  readonly exclude: readonly string[]
  /** Files with patterns. */
  readonly targetFile: readonly string[]
  readonly excludeFile: readonly string[]
  readonly replace: readonly string[]
  readonly confirm: readonly string[]
  readonly maxDeletes?: number
  readonly dangerousAllowEmpty?: boolean
  /** Files with policies. */
  readonly policy: readonly string[]
}

/** A plan of everything. */
export const WHOLE: SelectionOptions = {
  target: [],
  exclude: [],
  targetFile: [],
  excludeFile: [],
  replace: [],
  confirm: [],
  policy: [],
}

/** Options of commands that carry a plan out. */
export interface ExecuteOptions {
  readonly yes?: boolean
  readonly parallelism: number
  readonly onError: 'stop' | 'continue'
}

/** Gathers an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

/** Reads a whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < minimum)
      throw new InvalidArgumentError(`It takes a whole number of at least ${minimum}.`)
    return value
  }
}

/** Reads a length of time as milliseconds. */
export function milliseconds(text: string): number {
  const value = text === '0' ? 0 : parseDuration(text)
  if (value === undefined) throw new InvalidArgumentError('It takes a length of time such as 30s or 2m.')
  return value
}

/** Adds what names a design and its inputs. */
export function withDesignOptions(command: Command): Command {
  return command
    .option('-f, --file <path>', 'design file or folder; may be given several times (default: the current folder)', collect, [])
    .option('--input <name=value>', 'value of an input; may be given several times', collect, [])
    .option('--input-file <path>', 'YAML or JSON file with values of inputs', collect, [])
}

/** `--workspace`; the folder's chosen one comes in before the command runs. */
export function workspaceOption(): Option {
  return new Option('--workspace <name>', 'workspace whose state is used').default('default').env('MESHFORM_WORKSPACE')
}

/** Adds what names clusters, state and the form of the output. */
export function withRunOptions(command: Command): Command {
  return withDesignOptions(command)
    .addOption(workspaceOption())
    .option('--context <name>', 'kubeconfig context to use instead of the sandbox')
    .option('--kubeconfig <path>', 'kubeconfig file (default: $KUBECONFIG or ~/.kube/config)')
    .addOption(
      new Option(
        '--state <address>',
        'where the state is kept: a folder, or an https://, postgres://, kubernetes://, s3://, gcs://, azurerm://, oss://, cos://, ocistore:// or consul:// address',
      ).env('MESHFORM_STATE'),
    )
    .option('--lock-timeout <time>', 'how long to wait for another run to end', milliseconds, 0)
    .option('--json', 'print one JSON event a line instead of text')
    .option('--json-into <file>', 'write the JSON events to a file beside the text')
    .option('--full', 'show every field of new objects')
}

/** Adds what narrows a plan. */
export function withSelectionOptions(command: Command): Command {
  return command
    .option('--target <pattern>', 'only these components and what they depend on', collect, [])
    .option('--exclude <pattern>', 'leave out these components and what depends on them', collect, [])
    .option('--target-file <file>', 'the same, with the patterns of a file: one a line, # begins a comment', collect, [])
    .option('--exclude-file <file>', 'leave out what the patterns of a file name', collect, [])
    .option('--replace <pattern>', 'delete and create these anew', collect, [])
    .option('--confirm <pattern>', 'let these go although their lifecycle says `protect: confirm`', collect, [])
    .option('--policy <file>', 'hold the plan against the policies of this file too; may be given several times', collect, [])
    .option('--max-deletes <count>', 'refuse a plan that deletes more objects', wholeNumber(0))
    .option('--dangerous-allow-empty', 'allow a design without objects to delete everything it had')
}

/** Adds what carrying a plan out takes. */
export function withExecuteOptions(command: Command): Command {
  return command
    .option('-y, --yes', 'do not ask')
    .option('--parallelism <count>', 'changes carried out at once', wholeNumber(1), 32)
    .addOption(
      new Option('--on-error <policy>', 'go on with independent changes, or begin nothing new')
        .choices(['continue', 'stop'])
        .default('continue'),
    )
}
