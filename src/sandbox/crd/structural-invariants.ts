import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { type FieldErrors, sameJson } from '../builtin/validation/field-errors.ts'
import { patternProblem } from './go-pattern.ts'

type Level = 'root' | 'field' | 'item'

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

const intOrString: JsonValue = [{ type: 'integer' }, { type: 'string' }]

function isTrue(schema: JsonObject, name: string): boolean {
  return schema[name] === true
}

/** Says what keeps a schema from being structural: every field has one type, told outside of the alternatives. */
export function checkStructural(errors: FieldErrors, schema: JsonObject, field: string): void {
  checkInvariants(errors, schema, 'root', field)
  checkComplete(errors, schema, schema, field, field)
}

function checkInvariants(errors: FieldErrors, schema: JsonObject, level: Level, field: string): void {
  const { additionalProperties } = schema
  const items = objectAt(schema, 'items')
  if (textAt(schema, 'type') === 'array' && items === undefined) errors.required(`${field}.items`, 'must be specified')
  if (items !== undefined) checkInvariants(errors, items, 'item', `${field}.items`)
  const properties = objectAt(schema, 'properties') ?? {}
  for (const [name, property] of Object.entries(properties)) {
    if (isJsonObject(property)) checkInvariants(errors, property, 'field', `${field}.properties[${name}]`)
  }
  const isMap = isJsonObject(additionalProperties) || additionalProperties === true
  if (isMap && level === 'root') errors.forbidden(`${field}.additionalProperties`, 'must not be used at the root')
  if (isJsonObject(additionalProperties)) {
    checkInvariants(errors, additionalProperties, 'field', `${field}.additionalProperties`)
  }
  checkExtensions(errors, schema, field)
  checkAlternatives(errors, schema, level, field)
  checkOwnType(errors, schema, level, field, isMap)
  checkObjectFields(errors, schema, level, field)
}

function checkExtensions(errors: FieldErrors, schema: JsonObject, field: string): void {
  if (!isTrue(schema, 'x-kubernetes-int-or-string')) return
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']) {
    if (isTrue(schema, name)) errors.invalid(`${field}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true')
  }
}

function checkOwnType(errors: FieldErrors, schema: JsonObject, level: Level, field: string, isMap: boolean): void {
  const type = textAt(schema, 'type')
  const isEmbedded = isTrue(schema, 'x-kubernetes-embedded-resource')
  const isOpen = isTrue(schema, 'x-kubernetes-int-or-string') || isTrue(schema, 'x-kubernetes-preserve-unknown-fields')
  const detail = 'must be object if x-kubernetes-embedded-resource is true'
  if (isEmbedded && type !== 'object') {
    if (type === '') errors.required(`${field}.type`, detail)
    else errors.invalid(`${field}.type`, type, detail)
  } else if (type === '' && !isOpen) errors.required(`${field}.type`, missingType[level])
  if (isEmbedded && isMap) {
    errors.forbidden(`${field}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set')
  }
  if (level === 'root' && type !== '' && type !== 'object') errors.invalid(`${field}.type`, type, 'must be object at the root')
}

/** Of objects, be they the whole or within another, type and metadata are known. */
function checkObjectFields(errors: FieldErrors, schema: JsonObject, level: Level, field: string): void {
  const isEmbedded = isTrue(schema, 'x-kubernetes-embedded-resource')
  const properties = objectAt(schema, 'properties') ?? {}
  const isObject = level === 'root' || isEmbedded
  for (const name of ['kind', 'apiVersion']) {
    const property = properties[name]
    if (!isObject || !isJsonObject(property) || property.type === 'string') continue
    errors.invalid(`${field}.properties[${name}].type`, textAt(property, 'type'), 'must be string')
  }
  const { metadata } = properties
  if (isJsonObject(metadata)) checkMetadata(errors, metadata, isObject, level, `${field}.properties[metadata]`)
  if (isEmbedded && !isTrue(schema, 'x-kubernetes-preserve-unknown-fields') && Object.keys(properties).length === 0) {
    const detail = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
    errors.required(`${field}.properties`, detail)
  }
}

const metadataNames: ReadonlySet<string> = new Set(['name', 'generateName'])
const metadataWords: ReadonlySet<string> = new Set(['type', 'default', 'properties'])

function checkMetadata(errors: FieldErrors, metadata: JsonObject, isObject: boolean, level: Level, field: string): void {
  if (isObject && metadata.type !== 'object') errors.invalid(`${field}.type`, textAt(metadata, 'type'), 'must be object')
  if (level !== 'root') return
  const names = Object.keys(objectAt(metadata, 'properties') ?? {})
  const onlyNames = names.every((name) => metadataNames.has(name))
  const others = Object.keys(metadata).filter((word) => !metadataWords.has(word))
  if (onlyNames && others.length === 0) return
  const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified'
  errors.forbidden(field, detail)
}

/** The alternatives of a schema, and the pattern of its text. */
function checkAlternatives(errors: FieldErrors, schema: JsonObject, level: Level, field: string): void {
  const mayBeEither = isTrue(schema, 'x-kubernetes-int-or-string')
  const [firstOfAll] = objectsAt(schema, 'allOf')
  const eitherFirst = mayBeEither && firstOfAll !== undefined && sameJson(firstOfAll.anyOf, intOrString)
  checkValidation(errors, schema, level, field, mayBeEither && sameJson(schema.anyOf, intOrString), eitherFirst)
}

function checkValidation(
  errors: FieldErrors,
  schema: JsonObject,
  level: Level,
  field: string,
  skipsAnyOf: boolean,
  skipsFirstAnyOf: boolean,
): void {
  if (!skipsAnyOf) {
    objectsAt(schema, 'anyOf').forEach((each, index) => {
      checkNested(errors, each, level, `${field}.anyOf[${index}]`, false)
    })
  }
  objectsAt(schema, 'allOf').forEach((each, index) => {
    checkNested(errors, each, level, `${field}.allOf[${index}]`, skipsFirstAnyOf && index === 0)
  })
  objectsAt(schema, 'oneOf').forEach((each, index) => {
    checkNested(errors, each, level, `${field}.oneOf[${index}]`, false)
  })
  const not = objectAt(schema, 'not')
  if (not !== undefined) checkNested(errors, not, level, `${field}.not`, false)
  const pattern = textAt(schema, 'pattern')
  const problem = pattern === '' ? undefined : patternProblem(pattern)
  if (problem !== undefined) {
    errors.invalid(`${field}.pattern`, pattern, `must be a valid regular expression, but isn't: ${problem}`)
  }
}

const bareWords: readonly (readonly [name: string, detail: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

function isGiven(value: JsonValue | undefined): boolean {
  if (value === undefined || value === false || value === '') return false
  return !Array.isArray(value) || value.length > 0
}

/** An alternative only restricts what the schema around it declares. */
function checkNested(errors: FieldErrors, schema: JsonObject, level: Level, field: string, skipsAnyOf: boolean): void {
  checkValidation(errors, schema, level, field, skipsAnyOf, false)
  const items = objectAt(schema, 'items')
  if (items !== undefined) checkNested(errors, items, level, `${field}.items`, false)
  const properties = objectAt(schema, 'properties') ?? {}
  for (const [name, property] of Object.entries(properties)) {
    if (isJsonObject(property)) checkNested(errors, property, 'field', `${field}.properties[${name}]`, false)
  }
  for (const [name, detail] of bareWords) if (isGiven(schema[name])) errors.forbidden(`${field}.${name}`, detail)
  if (properties.metadata !== undefined) {
    errors.forbidden(`${field}.properties[metadata]`, 'must not be specified in a nested context')
  }
}

/** Whatever an alternative speaks of must be declared outside of it. */
function checkComplete(errors: FieldErrors, validation: JsonObject, schema: JsonObject, field: string, at: string): void {
  const not = objectAt(validation, 'not')
  if (not !== undefined) checkDeclared(errors, not, schema, field, `${at}.not`)
  for (const name of ['allOf', 'anyOf', 'oneOf']) {
    listAt(validation, name).forEach((each, index) => {
      if (isJsonObject(each)) checkDeclared(errors, each, schema, field, `${at}.${name}[${index}]`)
    })
  }
}

function checkDeclared(
  errors: FieldErrors,
  validation: JsonObject,
  schema: JsonObject | undefined,
  field: string,
  at: string,
): void {
  if (schema === undefined) {
    errors.required(field, `because it is defined in ${at}`)
    return
  }
  checkComplete(errors, validation, schema, field, at)
  const items = objectAt(validation, 'items')
  if (items !== undefined) checkDeclared(errors, items, objectAt(schema, 'items'), `${field}.items`, `${at}.items`)
  const declared = objectAt(schema, 'properties') ?? {}
  for (const [name, property] of Object.entries(objectAt(validation, 'properties') ?? {})) {
    const own = declared[name]
    const place = `properties[${name}]`
    if (!isJsonObject(property)) continue
    checkDeclared(errors, property, isJsonObject(own) ? own : undefined, `${field}.${place}`, `${at}.${place}`)
  }
}
