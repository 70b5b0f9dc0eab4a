/**
 * The notation of `models/*.ts`, one model a block, one field a line:
 *
 *     Container
 *       name! string
 *       ports [ContainerPort] map:containerPort,protocol patch:merge/containerPort
 *
 * A word after the model's name: `atomic` when server-side apply owns it as a whole. A field's name ends in `!` when it is
 * always written, even when zero. Types: a scalar, a model, `[list]`, `{map}`; a leading `*` keeps a zero value apart from a
 * missing one. Then, as they apply: `map:keys`, `set`, `atomic` or `granular` for server-side apply, `patch:strategy/key`
 * for strategic merge patches, `default:text`. Of the scalars, `any` is an object of any content, `json` any value, `schema` a
 * JSONSchemaProps or a boolean.
 */

/** Scalars and the few special types of the Kubernetes API. */
export type ScalarName =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'number'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString'
  | 'any'
  | 'json'
  | 'schema'

/** What a field holds. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly name: ScalarName }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'list'; readonly item: FieldType }
  | { readonly kind: 'map'; readonly value: FieldType }

/** How a strategic merge patch treats a list or object. */
export type PatchStrategy = 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'

/** One field of a model. */
export interface ModelField {
  readonly name: string
  /** Always written, even when zero; clients must give it. */
  readonly required: boolean
  /** A zero value that was given is kept. */
  readonly pointer: boolean
  readonly type: FieldType
  readonly ownership: 'atomic' | 'granular' | 'set' | { readonly keys: readonly string[] } | undefined
  readonly patch: { readonly strategy: PatchStrategy; readonly mergeKey: string | undefined } | undefined
  readonly default: string | undefined
}

/** A record of the Kubernetes API. */
export interface Model {
  readonly name: string
  readonly atomic: boolean
  readonly fields: readonly ModelField[]
}

const scalarNames: ReadonlySet<string> = new Set([
  'string',
  'bool',
  'int32',
  'int64',
  'number',
  'bytes',
  'time',
  'microTime',
  'quantity',
  'intOrString',
  'any',
  'json',
  'schema',
] satisfies ScalarName[])

function isScalarName(text: string): text is ScalarName {
  return scalarNames.has(text)
}

const patchStrategies: readonly PatchStrategy[] = ['merge', 'replace', 'retainKeys', 'merge,retainKeys']

function parseType(text: string): FieldType {
  const inner = text.slice(1, -1)
  if (text.startsWith('[')) return { kind: 'list', item: parseType(inner) }
  if (text.startsWith('{')) return { kind: 'map', value: parseType(inner) }
  return isScalarName(text) ? { kind: 'scalar', name: text } : { kind: 'model', name: text }
}

function parsePatch(text: string): ModelField['patch'] {
  const [strategyText, mergeKey] = text.split('/')
  const strategy = patchStrategies.find((known) => known === strategyText)
  if (strategy === undefined) throw new Error(`model notation: unknown patch strategy ${text}`)
  return { strategy, mergeKey }
}

function parseField(line: string): ModelField {
  const [nameText = '', typeText = '', ...words] = line.trim().split(' ')
  const required = nameText.endsWith('!')
  const pointer = typeText.startsWith('*')
  let ownership: ModelField['ownership']
  let patch: ModelField['patch']
  let defaultText: string | undefined
  for (const word of words) {
    const colon = word.indexOf(':')
    const argument = word.slice(colon + 1)
    switch (colon < 0 ? word : word.slice(0, colon)) {
      case 'atomic':
      case 'granular':
      case 'set':
        ownership = word as 'atomic' | 'granular' | 'set'
        break
      case 'map':
        ownership = { keys: argument.split(',') }
        break
      case 'patch':
        patch = parsePatch(argument)
        break
      case 'default':
        defaultText = argument
        break
      default:
        throw new Error(`model notation: unknown word ${word} in "${line.trim()}"`)
    }
  }
  return {
    name: required ? nameText.slice(0, -1) : nameText,
    required,
    pointer,
    type: parseType(pointer ? typeText.slice(1) : typeText),
    ownership,
    patch,
    default: defaultText,
  }
}

/** Cuts a text of many models into one text a model, by name, without reading the fields. */
export function splitModels(text: string): ReadonlyMap<string, string> {
  const models = new Map<string, string>()
  for (const block of text.trim().split(/\n(?=\S)/)) {
    const name = /^\w+/.exec(block)?.[0]
    if (name === undefined) throw new Error(`model notation: no name in "${block}"`)
    models.set(name, block)
  }
  return models
}

/** Reads one model. Throws on notation that is wrong, which is a bug of ours. */
export function parseModel(block: string): Model {
  const [header = '', ...lines] = block.split('\n')
  const [name = '', word] = header.split(' ')
  if (word !== undefined && word !== 'atomic') throw new Error(`model notation: unknown word ${word} after ${name}`)
  return { name, atomic: word === 'atomic', fields: lines.map(parseField) }
}
