import { createHash } from 'node:crypto'
import type { Design } from '../design/design.ts'
import { designFromJson, designToJson } from '../design/design-json.ts'
import { gatherInputs } from '../design/inputs/gather-inputs.ts'
import { secretTexts } from '../design/inputs/secret-texts.ts'
import { SourceFiles } from '../design/source/source-files.ts'
import type { MadePlan } from '../engine/make-plan.ts'
import { canonicalJson, digestOf } from '../plan/canonical-json.ts'
import { SENDS } from '../plan/change.ts'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Plan, PlanContent } from '../plan/plan.ts'
import { coverSecrets, lacksValues, uncoverSecrets } from '../planner/cover-secrets.ts'
import { createCipher } from '../state/encryption.ts'
import { type StateCipher, sealedFromJson, sealedToJson } from '../state/sealed-text.ts'
import { stateDiagnostic } from '../state/state-diagnostic.ts'
import { ok, type StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import type { DesignOptions } from './design-options.ts'
import { stalePlan } from './staleness.ts'
import { stateCipher } from './state-keys.ts'
import { withoutPassword } from './without-password.ts'

/** What the secrets of a plan are bound to, besides the inputs that make them. */
const SECRETS_CONTEXT = 'meshform plan secrets 1'

/** What the secrets that a design has written are bound to, besides the key. */
const WRITTEN_CONTEXT = 'meshform plan written secrets 1'

const OTHER_INPUTS = 'it was made with other inputs'

/**
 * What a saved plan keeps of its design. Secrets are taken out; those that sensitive inputs make are encrypted with these inputs, so
 * that whoever gives them again has them again. The same design and inputs give the same bytes. Those that the design has written are
 * kept where the plan is encrypted with a key, and encrypted once more, so that only who applies it reads them.
 */
export async function contentOf(design: Design, files: PlanContent['files'], key: StateCipher | undefined): Promise<PlanContent> {
  const { state } = design
  const address = state?.address
  const shown =
    state === undefined || address === undefined ? design : { ...design, state: { ...state, address: withoutPassword(address) } }
  const sensitive = sensitiveInputs(design.inputs)
  const inputs = secretTexts(sensitive)
  const { covered, made, written } = coverSecrets(designToJson(shown), design.sensitiveValues, inputs)
  const cipher = inputCipher(sensitive, `${design.digest} ${digestOf(covered)}`)
  const secrets = Object.keys(made).length === 0 ? undefined : (await cipher.sealer())(canonicalJson(made), SECRETS_CONTEXT)
  const texts = design.sensitiveValues.filter((text) => !inputs.includes(text))
  const kept: WrittenSecrets = { values: written, texts, inputs: sensitiveInputs(design.inputs, true) }
  const isWritten = key !== undefined && Object.keys({ ...kept.values, ...kept.inputs }).length > 0
  const sealed = isWritten ? (await key.sealer())(canonicalJson({ ...kept }), WRITTEN_CONTEXT) : undefined
  return {
    design: covered,
    inputs: Object.fromEntries(
      Object.entries(design.inputs).map(([name, { type, sensitive: is }]) => [name, { type, sensitive: is }]),
    ),
    ...(secrets === undefined ? {} : { secrets: sealedToJson(secrets) }),
    ...(sealed === undefined ? {} : { written: sealedToJson(sealed) }),
    files,
  }
}

/** A warning where a plan without a key sends secrets that are written in its design: it does not hold them, and no input makes them. */
export function writtenSecrets(design: Design, { plan, manifests }: Pick<MadePlan, 'plan' | 'manifests'>): readonly Diagnostic[] {
  const inputs = secretTexts(sensitiveInputs(design.inputs))
  const written = plan.changes.filter(({ id, action }) => {
    const manifest = manifests.get(id)
    if (manifest === undefined || !SENDS[action]) return false
    const { covered, made } = coverSecrets(manifest, design.sensitiveValues, inputs)
    return lacksValues(uncoverSecrets(covered, made))
  })
  const [first] = written
  if (first === undefined) return []
  const names = written.slice(0, 10).map(({ key }) => describeObject(key))
  return [
    {
      severity: 'warning',
      code: 'MF4010',
      summary: 'The saved plan can only be applied beside its design',
      detail: `Secrets of these objects are written in the design, and a plan without an encryption key holds none:\n${names.join('\n')}${written.length > 10 ? `\nand ${written.length - 10} more` : ''}`,
      address: first.address,
      ...(first.origin === undefined ? {} : { location: first.origin }),
      hint: 'To apply it anywhere, make them sensitive inputs, or set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE: then the plan is encrypted, and holds them.',
    },
  ]
}

/** A saved plan's own design, with what was given again of its sensitive inputs. */
export interface SavedDesign {
  readonly design: Design | undefined
  /** Sensitive inputs that were not given: what they make is not at hand. */
  readonly missing: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The design that a saved plan carries. Inputs given now must be those of the plan. */
export async function designOfPlan(
  io: CommandIo,
  plan: Plan,
  content: PlanContent,
  options: DesignOptions,
): Promise<SavedDesign> {
  const given = givenInputs(io, plan, content, options)
  const refuse = (diagnostics: readonly Diagnostic[]): SavedDesign => ({ design: undefined, missing: [], diagnostics })
  if (hasErrors(given.diagnostics)) return refuse(given.diagnostics)
  const written = await writtenSecretsOf(io, content)
  if (!written.ok) return refuse([stateDiagnostic(written.error)])
  const sensitive = { ...written.value.inputs, ...given.sensitive }
  const missing = Object.entries(content.inputs).flatMap(([name, input]) =>
    input.sensitive && !Object.hasOwn(sensitive, name) ? [name] : [],
  )
  const sealed = sealedFromJson(content.secrets)
  let { design } = content
  if (sealed !== undefined && missing.length === 0) {
    const opened = await inputCipher(sensitive, '').open(sealed, SECRETS_CONTEXT, 'the plan')
    if (!opened.ok) return refuse([otherInputs(Object.keys(sensitive))])
    design = uncoverSecrets(design, JSON.parse(opened.value) as JsonObject)
  }
  design = uncoverSecrets(design, written.value.values)
  const inputs = Object.entries({ ...plan.design.inputs, ...sensitive }).map(([name, value]) => {
    const type = content.inputs[name]?.type ?? 'string'
    return [name, { value, sensitive: Object.hasOwn(sensitive, name), type, isDefault: false }] as const
  })
  const saved = designFromJson(design)
  const { locals = new Map(), outputs = new Map() } = saved.modules.get('') ?? {}
  return {
    design: {
      ...saved,
      modules: new Map([...saved.modules, ['', { inputs: new Map(inputs), locals, outputs }]]),
      name: plan.design.name,
      version: plan.design.version,
      digest: plan.design.digest,
      directory: plan.design.directory,
      paths: plan.design.paths,
      sensitiveValues: [...Object.values(sensitive).flatMap(secretTexts), ...written.value.texts],
      inputs: Object.fromEntries(inputs),
    },
    missing,
    diagnostics: given.diagnostics,
  }
}

/** What a plan with a key keeps of secrets that its design has written. */
interface WrittenSecrets {
  /** By JSON pointer into the design. */
  readonly values: JsonObject
  /** Texts that are sensitive and come from no input. */
  readonly texts: readonly string[]
  /** Defaults of sensitive inputs that nobody gave. */
  readonly inputs: JsonObject
}

async function writtenSecretsOf(io: CommandIo, content: PlanContent): Promise<StateResult<WrittenSecrets>> {
  const sealed = sealedFromJson(content.written)
  const key = sealed === undefined ? ok(undefined) : stateCipher(io)
  if (!key.ok) return key
  if (sealed === undefined || key.value === undefined) return ok({ values: {}, texts: [], inputs: {} })
  const opened = await key.value.open(sealed, WRITTEN_CONTEXT, 'the plan')
  return opened.ok ? ok(JSON.parse(opened.value) as WrittenSecrets) : opened
}

/** Sensitive inputs come from wherever inputs come from; others are in the plan, and may only be repeated. */
function givenInputs(
  io: CommandIo,
  plan: Plan,
  content: PlanContent,
  options: DesignOptions,
): { readonly sensitive: JsonObject; readonly diagnostics: readonly Diagnostic[] } {
  const cli = Object.fromEntries(
    options.input.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  )
  const declared = new Map(Object.entries(content.inputs).map(([name, { type }]) => [name, { value: { type } }]))
  const files = new SourceFiles(io.cwd)
  const gathered = gatherInputs(declared, { cli, files: options.inputFile, environment: io.env }, files)
  const diagnostics = [...gathered.diagnostics]
  const sensitive: Record<string, JsonValue> = {}
  for (const { name, value, by } of gathered.given) {
    const input = content.inputs[name]
    if (input?.sensitive === true) sensitive[name] = value
    else if (by?.startsWith('--input ') && canonicalJson(plan.design.inputs[name]) !== canonicalJson(value)) {
      const planned = JSON.stringify(plan.design.inputs[name])
      const detail = input === undefined ? `Its design has no input ${name}.` : `The plan was made with ${name}=${planned}.`
      diagnostics.push(stalePlan(OTHER_INPUTS, detail))
    }
  }
  return { sensitive, diagnostics }
}

function otherInputs(names: readonly string[]): Diagnostic {
  const one = names.length === 1
  return stalePlan(OTHER_INPUTS, `${one ? names[0] : `One of ${names.join(', ')}`} has another value now.`)
}

function sensitiveInputs(inputs: Design['inputs'], onlyDefaults = false): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { value, sensitive, isDefault }]) =>
      sensitive && (isDefault || !onlyDefaults) ? [[name, value]] : [],
    ),
  )
}

/**
 * The cipher whose passphrase is the sensitive inputs. Salt and nonce follow from what is public of the plan and determines what is
 * encrypted: equal plans are equal bytes, and a nonce never serves two texts.
 */
function inputCipher(sensitive: JsonObject, seed: string): StateCipher {
  const passphrase = `meshform inputs ${canonicalJson(sensitive)}`
  const random = (bytes: number) => createHash('sha256').update(`${bytes} ${seed}`).digest().subarray(0, bytes)
  const cipher = createCipher([{ kind: 'passphrase', passphrase }], { random })
  if (!cipher.ok) throw new Error('The passphrase of inputs is long enough')
  return cipher.value
}
