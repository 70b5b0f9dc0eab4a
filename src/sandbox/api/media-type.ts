import { notAcceptable, notRepresentable } from './status-error.ts'

/** The form in which objects are answered. */
export type ObjectForm = 'object' | 'table' | 'partial' | 'partials'

/** How answers are written. */
export type Encoding = 'json' | 'yaml'

/** What the client accepts: a form of objects, and how it is written. */
export interface AcceptedMedia {
  readonly form: ObjectForm
  readonly encoding: Encoding
  /** The version of `meta.k8s.io` that tables and partial objects are answered in. */
  readonly metaVersion: MetaVersion
}

/** Versions of `meta.k8s.io`; they differ in nothing but name. */
export type MetaVersion = 'v1' | 'v1beta1'

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/** How much a range is worth, and how exact it is. */
interface WeighedRange extends MediaRange {
  readonly weight: number
  readonly wildcards: number
}

function readRange(text: string): WeighedRange | undefined {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const [main = '', sub, ...more] = type.split('/').map((part) => part.trim())
  if (more.length > 0 || ((sub === undefined || sub === '') && main !== '*')) return undefined
  const parameters = new Map<string, string>()
  let weight = 1
  for (const part of rest) {
    const [name = '', value = '', ...others] = part.split('=').map((each) => each.trim())
    if (value === '' || others.length > 0) continue
    if (name === 'q') weight = Number.isNaN(Number(value)) ? 0 : Number(value)
    else parameters.set(name, value)
  }
  const wildcards = (main === '*' ? 1 : 0) + ((sub ?? '*') === '*' ? 1 : 0)
  return { type: `${main}/${sub === undefined || sub === '' ? '*' : sub}`, parameters, weight, wildcards }
}

/** The ranges of an Accept header, the most wanted first. What is no range is passed over. */
export function mediaRangesOf(accept: string): readonly MediaRange[] {
  const ranges = accept
    .split(',')
    .map(readRange)
    .filter((range) => range !== undefined)
  return ranges.sort((left, right) => right.weight - left.weight || left.wildcards - right.wildcards)
}

const binaryType = 'application/vnd.kubernetes.protobuf'
const acceptedTypes = ['application/json', 'application/yaml', binaryType]
const watchedTypes = [`application/json;stream=watch`, `${binaryType};stream=watch`]

/** The encoding that a range leads to; undefined for the binary form and all others. */
function encodingOf(type: string): Encoding | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
  return type === 'application/yaml' ? 'yaml' : undefined
}

/** What is asked of a path: one of Kubernetes' own kinds is looked for among written-out types first. */
export interface AskedOf {
  readonly custom: boolean
  readonly isCollection: boolean
  readonly isWatch: boolean
}

const forms: { readonly [kind: string]: ObjectForm } = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partials',
}

/** The form of a range's parameters; undefined when they ask for what there is not. */
function formOf(parameters: ReadonlyMap<string, string>): Pick<AcceptedMedia, 'form' | 'metaVersion'> | undefined {
  const [stream, serverVersion] = [parameters.get('stream') ?? 'watch', parameters.get('sv')]
  if (stream !== 'watch' || serverVersion !== undefined) return undefined
  const [as, group, version] = [parameters.get('as'), parameters.get('g'), parameters.get('v')]
  if (as === undefined && group === undefined && version === undefined) return { form: 'object', metaVersion: 'v1' }
  const form = as === undefined || !Object.hasOwn(forms, as) ? undefined : forms[as]
  if (form === undefined || group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  return { form, metaVersion: version }
}

const plainJson: AcceptedMedia = { form: 'object', encoding: 'json', metaVersion: 'v1' }

/** Picks the first form that the sandbox can answer in. Of the binary form nothing is written. */
export function acceptedMedia(accept: string | undefined, asked: AskedOf): AcceptedMedia {
  if (accept === undefined || accept === '' || accept === 'application/json') return plainJson
  const produced = asked.isCollection ? [...acceptedTypes, ...watchedTypes] : acceptedTypes
  if (!asked.custom && !isProduced(accept, produced)) throw notRepresentable(produced)
  for (const { type, parameters } of mediaRangesOf(accept)) {
    const encoding = encodingOf(type)
    const form = encoding === undefined ? undefined : formOf(parameters)
    if (encoding === undefined || form === undefined) continue
    // Only what can be cut into events is watched.
    if (asked.isWatch && encoding === 'yaml') throw notAcceptable(watchedTypes)
    return { ...form, encoding }
  }
  throw notAcceptable(acceptedTypes)
}

/** The routes of Kubernetes' own kinds go by the names of types alone. */
function isProduced(accept: string, produced: readonly string[]): boolean {
  return accept.split(',').some((part) => {
    const type = (part.split(';', 1)[0] ?? '').trim()
    return type === '*/*' || produced.includes(type)
  })
}

/** Whether an Accept header takes one of some types in its plain form; a header that says nothing takes any. */
export function isAnyAccepted(accept: string | undefined, produced: readonly string[]): boolean {
  if (accept === undefined || accept === '') return true
  return mediaRangesOf(accept).some(({ type, parameters }) => {
    if (parameters.has('as')) return false
    return type === '*/*' || type === 'application/*' || produced.includes(type)
  })
}

/** How an answer is written. A failure takes no other form, so that a range which asks for one says nothing of it. */
export function acceptedEncoding(accept: string | undefined, isFailure: boolean): Encoding {
  if (accept?.includes('yaml') !== true) return 'json'
  for (const { type, parameters } of mediaRangesOf(accept)) {
    const encoding = encodingOf(type)
    const form = formOf(parameters)?.form
    if (encoding !== undefined && form !== undefined && (!isFailure || form === 'object')) return encoding
  }
  return 'json'
}
