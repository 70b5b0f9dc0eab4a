import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { validateManagerName } from '../builtin/validation/manager-name.ts'
import type { FieldError } from '../resource-type.ts'
import { shownValue } from './go-json-text.ts'
import { badRequest, invalid } from './status-error.ts'

/** What to do about unknown and duplicate fields. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Options of a write, from the query. */
export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  /** As given; '' when not. */
  readonly fieldManager: string
  /** The manager to record for updates: as given, else the client's name from its user agent. */
  readonly updateManager: string
  readonly force: boolean | undefined
}

/** The longest name of a manager that is made of a user agent, in bytes. */
const longestManager = 128

/** The name in front of the slash of a user agent, as far as it shows and there is room. */
function managerFromUserAgent(userAgent: string): string {
  let name = ''
  for (const character of userAgent.split('/', 1)[0] ?? '') {
    if (character !== ' ' && /[\p{C}\p{Z}]/u.test(character)) continue
    if (Buffer.byteLength(name) + Buffer.byteLength(character) > longestManager) break
    name += character
  }
  return name
}

/** Whatever isn't a plain no is a yes. */
function readBoolean(text: string | null): boolean | undefined {
  if (text === null) return undefined
  return text !== '0' && text.toLowerCase() !== 'false'
}

/** Complains of values other than `All`; the whole list is shown. */
function checkDryRun(errors: FieldError[], dryRun: readonly JsonValue[]): void {
  if (dryRun.every((value) => value === 'All')) return
  errors.push({
    type: 'FieldValueNotSupported',
    field: 'dryRun',
    message: `Unsupported value: ${shownValue(dryRun)}: supported values: "All"`,
  })
}

/** Reads and checks the options of a write. `kind` is the options' own kind in messages, such as `PatchOptions`. */
export function writeOptionsOf(
  query: URLSearchParams,
  userAgent: string,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply: boolean,
): WriteOptions {
  const errors: FieldError[] = []
  const dryRun = query.getAll('dryRun')
  checkDryRun(errors, dryRun)
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'fieldValidation',
      message: `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "", "Ignore", "Strict", "Warn"`,
    })
  }
  const fieldManager = query.get('fieldManager') ?? ''
  const force = readBoolean(query.get('force'))
  if (isApply && fieldManager === '') {
    errors.push({
      type: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    })
  }
  if (kind === 'PatchOptions' && !isApply && force !== undefined) {
    errors.push({ type: 'FieldValueForbidden', field: 'force', message: 'Forbidden: may not be specified for non-apply patch' })
  }
  const named = new FieldErrors()
  validateManagerName(named, 'fieldManager', fieldManager)
  errors.push(...named.all)
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', name: kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
    fieldManager,
    updateManager: fieldManager === '' ? managerFromUserAgent(userAgent) : fieldManager,
    force,
  }
}

/** A whole number of the query. */
export function queryNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
  return Number(text)
}

const durationPattern = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/

/** Refuses a time that a request may take where it is no duration. */
export function checkTimeout(query: URLSearchParams): void {
  const text = query.get('timeout') ?? ''
  if (text === '' || durationPattern.test(text)) return
  const why = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? 'missing unit in duration' : 'invalid duration'
  throw badRequest(`invalid timeout specified in the request URL - time: ${why} ${JSON.stringify(text)}`)
}

/** How dependants are treated when their owner goes. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan'

/** Options of a delete, from the body and the query. */
export interface DeleteOptions {
  readonly dryRun: boolean
  readonly propagation: Propagation | undefined
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly gracePeriodSeconds: number | undefined
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Versions whose `DeleteOptions` are known beside those of every group. */
const scheme = 'pkg/apis/meta/internalversion/scheme/register.go:27'

/** Refuses what is no `DeleteOptions`. What is left out is filled in. */
function checkDeleteOptions(body: JsonObject): void {
  const kind = body.kind === undefined || body.kind === '' ? 'DeleteOptions' : String(body.kind)
  const version = body.apiVersion === undefined || body.apiVersion === '' ? 'meta.k8s.io/v1' : String(body.apiVersion)
  if (version.split('/').length > 2) throw badRequest(`unexpected GroupVersion string: ${version}`)
  if (kind === 'DeleteOptions') return
  throw badRequest(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme ${JSON.stringify(scheme)}`,
  )
}

/** Reads and checks the options of a delete. Where there is a body, the query's go unread. */
export function deleteOptionsOf(query: URLSearchParams, body: JsonObject | undefined): DeleteOptions {
  if (body !== undefined) checkDeleteOptions(body)
  const asked = body === undefined ? query : new URLSearchParams()
  const options: JsonObject = body ?? {}
  const dryRun = Array.isArray(options.dryRun) ? options.dryRun : asked.getAll('dryRun')
  const propagation = textOf(options.propagationPolicy) ?? asked.get('propagationPolicy') ?? undefined
  const orphan = options.orphanDependents ?? readBoolean(asked.get('orphanDependents'))
  const errors: FieldError[] = []
  if (propagation !== undefined && !['Background', 'Foreground', 'Orphan'].includes(propagation)) {
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'propagationPolicy',
      message: `Unsupported value: ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    })
  }
  if (propagation !== undefined && orphan !== undefined) {
    errors.push({
      type: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: ${JSON.stringify(propagation)}: orphanDependents and deletionPropagation cannot be both set`,
    })
  }
  checkDryRun(errors, dryRun)
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', name: 'DeleteOptions' }, '', errors)
  const preconditions = isJsonObject(options.preconditions) ? options.preconditions : {}
  const grace = options.gracePeriodSeconds ?? queryNumber(asked, 'gracePeriodSeconds')
  return {
    dryRun: dryRun.length > 0,
    propagation: (propagation as Propagation | undefined) ?? (orphan === true ? 'Orphan' : undefined),
    uid: textOf(preconditions.uid) ?? (asked.get('uid') || undefined),
    resourceVersion: textOf(preconditions.resourceVersion) ?? (asked.get('resourceVersion') || undefined),
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
  }
}
