import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { goJsonText } from '../api/go-json-text.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { RuleCosts } from './rule-costs.ts'
import { checkStructural } from './structural-invariants.ts'
import { checkDefaults } from './validate-defaults.ts'
import { checkRuleFields, checkRuleTexts } from './validate-schema-rules.ts'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const listTypes = ['atomic', 'set', 'map']
const mapTypes = ['atomic', 'granular']
const objectFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion'])

/** Where in a schema a part of it stands, as far as its parts may not do what others may. */
interface Surroundings {
  /** Why there may be no default; undefined where there may. */
  readonly noDefaults?: string
  readonly inMetadata?: boolean
  /** The part whose items can't be found again in the value before. */
  readonly uncorrelated?: string
  /** False in alternatives, whose rules are refused for being there. */
  readonly hasRules: boolean
  readonly isRoot: boolean
  /** How many values of this part an object may have; undefined when nothing bounds them. */
  readonly count: number | undefined
}

interface Found {
  readonly errors: FieldErrors
  /** What is wrong with rules; undefined where rules aren't looked at. */
  readonly rules: FieldErrors | undefined
  readonly costs: RuleCosts
}

const unsupported: readonly (readonly [name: string, isGiven: (schema: JsonObject) => boolean])[] = [
  ['id', (schema) => textAt(schema, 'id') !== ''],
  ['additionalItems', (schema) => schema.additionalItems !== undefined],
  ['patternProperties', (schema) => Object.keys(objectAt(schema, 'patternProperties') ?? {}).length > 0],
  ['definitions', (schema) => Object.keys(objectAt(schema, 'definitions') ?? {}).length > 0],
  ['dependencies', (schema) => schema.dependencies !== undefined],
  ['$ref', (schema) => schema.$ref !== undefined],
]

function checkWords(errors: FieldErrors, schema: JsonObject, field: string, around: Surroundings): void {
  const type = textAt(schema, 'type')
  if (type !== '' && !types.includes(type)) errors.notSupported(`${field}.type`, type, types)
  if (schema.default !== undefined && around.noDefaults !== undefined) {
    errors.forbidden(`${field}.default`, `must not be set ${around.noDefaults}`)
  }
  for (const [name, isGiven] of unsupported) {
    if (isGiven(schema)) errors.forbidden(`${field}.${name}`, `${name} is not supported`)
  }
  if (type === 'null') errors.forbidden(`${field}.type`, 'type cannot be set to null, use nullable as an alternative')
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    errors.forbidden(`${field}.items`, 'items must be a schema object and not an array')
  }
  if (around.inMetadata === true && schema['x-kubernetes-embedded-resource'] === true) {
    errors.forbidden(`${field}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta')
  }
  if (schema.uniqueItems === true)
    errors.forbidden(`${field}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')
  }
}

function typeMustBe(errors: FieldErrors, schema: JsonObject, field: string, wanted: string, word: string): boolean {
  const type = textAt(schema, 'type')
  if (type === wanted) return true
  const detail = `must be ${wanted} if ${word} is specified`
  if (type === '') errors.required(`${field}.type`, detail)
  else errors.invalid(`${field}.type`, type, detail)
  return false
}

function checkMapType(errors: FieldErrors, schema: JsonObject, field: string): void {
  const mapType = textAt(schema, 'x-kubernetes-map-type')
  if (mapType === '') return
  typeMustBe(errors, schema, field, 'object', 'x-kubernetes-map-type')
  if (!mapTypes.includes(mapType)) errors.notSupported(`${field}.x-kubernetes-map-type`, mapType, mapTypes)
}

function checkSetItems(errors: FieldErrors, items: JsonObject, field: string): void {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = textAt(items, 'x-kubernetes-list-type')
  const shown = listType === '' ? null : listType
  if (items.type === 'array' && listType !== '' && listType !== 'atomic') {
    errors.invalid(`${field}.items.x-kubernetes-list-type`, shown, detail)
  }
  if (items.type === 'object' && textAt(items, 'x-kubernetes-map-type') !== 'atomic') {
    errors.invalid(`${field}.items.x-kubernetes-map-type`, shown, detail)
  }
}

function checkKeys(errors: FieldErrors, items: JsonObject, keys: readonly string[], field: string): void {
  const properties = objectAt(items, 'properties') ?? {}
  const seen = new Set<string>()
  const refuse = (detail: string): void => errors.invalid(`${field}.x-kubernetes-list-map-keys`, [...keys], detail)
  for (const key of keys) {
    const property = properties[key]
    if (!isJsonObject(property)) refuse('entries must all be names of item properties')
    else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      errors.invalid(`${field}.items.properties[${key}].type`, 'object', detail)
    }
    if (seen.has(key)) refuse('must not contain duplicate entries')
    seen.add(key)
  }
}

function checkKeyed(errors: FieldErrors, schema: JsonObject, keys: readonly string[], field: string): void {
  if (keys.length === 0) {
    errors.required(`${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')
  }
  const items = objectAt(schema, 'items')
  if (schema.items === undefined) errors.required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map')
  if (items === undefined) return
  if (items.type === 'object') checkKeys(errors, items, keys, field)
  else {
    const detail = "must be object if parent array's x-kubernetes-list-type is map"
    errors.invalid(`${field}.items.type`, textAt(items, 'type'), detail)
  }
}

/** Items that are found by what they are or by their keys are there, and so are their keys. */
function checkItemsThere(errors: FieldErrors, schema: JsonObject, listType: string, field: string): void {
  const items = objectAt(schema, 'items')
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return
  if (items.nullable === true) {
    errors.forbidden(`${field}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)
  }
  if (listType !== 'map') return
  const properties = objectAt(items, 'properties') ?? {}
  const required = textsAt(items, 'required')
  for (const key of textsAt(schema, 'x-kubernetes-list-map-keys')) {
    const property = properties[key]
    if (!isJsonObject(property)) continue
    const why = 'this property is in x-kubernetes-list-map-keys, so it'
    const at = `${field}.items.properties[${key}]`
    if (property.default === undefined && !required.includes(key)) {
      errors.required(`${at}.default`, `${why} must have a default or be a required property`)
    }
    if (property.nullable === true) errors.forbidden(`${at}.nullable`, `${why} cannot be nullable`)
  }
}

function checkList(errors: FieldErrors, schema: JsonObject, field: string): void {
  const listType = textAt(schema, 'x-kubernetes-list-type')
  const keys = textsAt(schema, 'x-kubernetes-list-map-keys')
  const items = objectAt(schema, 'items')
  const isList = listType === '' || typeMustBe(errors, schema, field, 'array', 'x-kubernetes-list-type')
  if (isList && listType === 'set' && items !== undefined) checkSetItems(errors, items, field)
  if (listType !== '' && !listTypes.includes(listType)) {
    errors.notSupported(`${field}.x-kubernetes-list-type`, listType, listTypes)
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    if (listType === '') errors.required(`${field}.x-kubernetes-list-type`, detail)
    else errors.invalid(`${field}.x-kubernetes-list-type`, listType, detail)
  }
  if (listType === 'map') checkKeyed(errors, schema, keys, field)
  checkItemsThere(errors, schema, listType, field)
}

/** How many items or entries a value may have; undefined when nothing bounds them. */
function mostParts(schema: JsonObject): number | undefined {
  const bound = (key: string): number | undefined => {
    const given = numberAt(schema, key)
    return given === undefined ? undefined : Math.max(0, given)
  }
  if (schema.type === 'object' && schema.additionalProperties !== undefined) return bound('maxProperties')
  return schema.type === 'array' ? bound('maxItems') : 1
}

function checkParts(found: Found, schema: JsonObject, field: string, around: Surroundings): void {
  const { additionalProperties } = schema
  const properties = objectAt(schema, 'properties') ?? {}
  const times = mostParts(schema)
  const count = around.count === undefined || times === undefined ? undefined : around.count * times
  const below: Surroundings = { ...around, isRoot: false, count }
  if (additionalProperties !== undefined && Object.keys(properties).length > 0) {
    if (additionalProperties === false || isJsonObject(additionalProperties)) {
      found.errors.forbidden(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
    }
  }
  if (isJsonObject(additionalProperties)) {
    const noDefaults = 'inside additionalProperties applying to object metadata'
    const inside = around.inMetadata === true ? { ...below, noDefaults } : below
    check(found, additionalProperties, `${field}.additionalProperties`, inside)
  }
  const isAtomic = textAt(schema, 'x-kubernetes-map-type') === 'atomic'
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue
    let inside: Surroundings = isAtomic ? { ...below, uncorrelated: around.uncorrelated ?? field } : below
    if ((around.isRoot || schema['x-kubernetes-embedded-resource'] === true) && objectFields.has(name)) {
      inside = { ...inside, inMetadata: true, ...(around.isRoot ? { noDefaults: `in top-level ${name}` } : {}) }
    }
    check(found, property, `${field}.properties[${name}]`, inside)
  }
  checkAlternatives(found, schema, field, below)
  const items = objectAt(schema, 'items')
  const isKeyed = textAt(schema, 'x-kubernetes-list-type') === 'map'
  const inItems = isKeyed ? below : { ...below, uncorrelated: around.uncorrelated ?? field }
  if (items !== undefined) check(found, items, `${field}.items`, inItems)
}

function checkAlternatives(found: Found, schema: JsonObject, field: string, below: Surroundings): void {
  const inside: Surroundings = { ...below, hasRules: false }
  const not = objectAt(schema, 'not')
  if (not !== undefined) check(found, not, `${field}.not`, inside)
  for (const word of ['allOf', 'oneOf', 'anyOf']) {
    objectsAt(schema, word).forEach((each, index) => {
      check(found, each, `${field}.${word}[${index}]`, inside)
    })
  }
}

function check(found: Found, schema: JsonObject, field: string, around: Surroundings): void {
  const { errors, rules } = found
  const before = errors.all.length
  checkWords(errors, schema, field, around)
  checkParts(found, schema, field, around)
  checkMapType(errors, schema, field)
  checkList(errors, schema, field)
  checkRuleFields(errors, schema, field)
  // Rules over a schema that is wrong would be told of for nothing.
  if (errors.all.length > before || rules === undefined || !around.hasRules) return
  const isObject = around.isRoot || schema['x-kubernetes-embedded-resource'] === true
  const { uncorrelated, count } = around
  checkRuleTexts(rules, schema, field, { isObject, uncorrelated, count, costs: found.costs })
}

const rootWords: ReadonlySet<string> = new Set([
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
])

/** With a status of its own, the schema of the status must stand alone. */
function checkRootWords(errors: FieldErrors, schema: JsonObject, field: string): void {
  const type = textAt(schema, 'type')
  if (type !== '' && type !== 'object') {
    const detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
    errors.invalid(`${field}.type`, type, detail)
    return
  }
  const isZero = (word: string): boolean =>
    schema[word] === false || (Array.isArray(schema[word]) && listAt(schema, word).length === 0)
  const other = Object.keys(schema).find((word) => !rootWords.has(word) && !isZero(word))
  if (other === undefined) return
  const names =
    'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'
  const detail = `only [${names}] fields are allowed at the root of the schema if the status subresource is enabled`
  errors.all.push({ type: 'FieldValueInvalid', field, message: `Invalid value: ${goJsonText(schema)}: ${detail}` })
}

/** Whether the server can prune, default, merge and validate by a schema. */
export function validateSchema(errors: FieldErrors, schema: JsonObject, field: string, hasStatus: boolean): void {
  if (hasStatus) checkRootWords(errors, schema, field)
  if (schema.nullable === true) errors.forbidden(`${field}.nullable`, 'nullable cannot be true at the root')
  const structure = new FieldErrors()
  // What no schema may have is told by name; a schema that has it isn't looked at as a structure.
  if (!hasUnsupported(schema)) checkStructural(structure, schema, field)
  if (structure.all.length === 0) checkDefaults(structure, schema, field)
  const isSound = structure.all.length === 0
  const costs = new RuleCosts()
  const found: Found = { errors: new FieldErrors(), rules: isSound ? new FieldErrors() : undefined, costs }
  check(found, schema, field, { hasRules: true, isRoot: true, count: 1 })
  errors.all.push(...structure.all, ...found.errors.all, ...(found.rules?.all ?? []))
  costs.conclude(errors, field)
}

function hasUnsupported(schema: JsonObject): boolean {
  if (textAt(schema, '$schema') !== '' || Array.isArray(schema.items)) return true
  if (unsupported.some(([, isGiven]) => isGiven(schema))) return true
  const parts = [schema.items, schema.additionalProperties, ...Object.values(objectAt(schema, 'properties') ?? {})]
  return parts.some((part) => isJsonObject(part) && hasUnsupported(part))
}
