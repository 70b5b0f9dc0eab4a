import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { compileRule, isRuleProblem, undefinedFieldProblem } from './cel/compiled-rule.ts'
import { compiledPattern } from './go-pattern.ts'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const listTypes = ['atomic', 'map', 'set']
const mapTypes = ['atomic', 'granular']

function isOpen(schema: JsonObject): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true
}

function checkType(errors: FieldErrors, schema: JsonObject, field: string, whose: string): void {
  const type = textAt(schema, 'type')
  if (type === '') {
    if (!isOpen(schema)) errors.required(`${field}.type`, `must not be empty for specified ${whose}`)
  } else if (!types.includes(type)) errors.notSupported(`${field}.type`, type, types)
  else if (schema['x-kubernetes-int-or-string'] === true) {
    errors.invalid(`${field}.type`, type, 'must be empty if x-kubernetes-int-or-string is true')
  }
}

function checkList(errors: FieldErrors, schema: JsonObject, field: string): void {
  const listType = textAt(schema, 'x-kubernetes-list-type')
  const keys = textsAt(schema, 'x-kubernetes-list-map-keys')
  const items = objectAt(schema, 'items')
  if (textAt(schema, 'type') === 'array' && items === undefined) errors.required(`${field}.items`, 'must be specified')
  if (listType === '') {
    if (keys.length > 0) {
      const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
      errors.required(`${field}.x-kubernetes-list-type`, detail)
    }
    return
  }
  if (!listTypes.includes(listType)) errors.notSupported(`${field}.x-kubernetes-list-type`, listType, listTypes)
  if (textAt(schema, 'type') !== 'array') {
    const type = textAt(schema, 'type')
    if (type === '') errors.required(`${field}.type`, 'must be array if x-kubernetes-list-type is specified')
    else errors.invalid(`${field}.type`, type, 'must be array if x-kubernetes-list-type is specified')
  }
  if (listType !== 'map') return
  if (keys.length === 0) {
    errors.required(`${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')
  }
  const properties = objectAt(items, 'properties') ?? {}
  const required = textsAt(items, 'required')
  keys.forEach((key, index) => {
    const property = properties[key]
    if (!isJsonObject(property)) {
      const detail = `entries must all be names of item properties`
      errors.invalid(`${field}.x-kubernetes-list-map-keys[${index}]`, key, detail)
    } else if (property.default === undefined && !required.includes(key)) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
      errors.required(`${field}.items.properties[${key}].default`, detail)
    }
  })
}

/** A rule as the server shows it: by the names of its own type. */
function shownRule(rule: JsonObject): JsonObject {
  return {
    Rule: rule.rule ?? '',
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}

/** Of the whole object rules may also ask its type, name and prefix of its name. */
function withObjectFields(schema: JsonObject): JsonObject {
  const metadata = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }
  const fields = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata }
  return { ...schema, properties: { ...objectAt(schema, 'properties'), ...fields } }
}

function checkRules(errors: FieldErrors, schema: JsonObject, field: string, isRoot: boolean): void {
  objectsAt(schema, 'x-kubernetes-validations').forEach((rule, index) => {
    const at = `${field}.x-kubernetes-validations[${index}]`
    const text = textAt(rule, 'rule')
    if (text.trim() === '') {
      errors.required(`${at}.rule`, 'rule is not specified')
      return
    }
    const messageExpression = textAt(rule, 'messageExpression')
    const compiled = compileRule({ rule: text, ...(messageExpression === '' ? {} : { messageExpression }) })
    if (isRuleProblem(compiled)) {
      errors.invalid(`${at}.${compiled.part}`, shownRule(rule), `compilation failed: ${compiled.message}`)
      return
    }
    const known = isRoot ? withObjectFields(schema) : schema
    const problem = undefinedFieldProblem(text, known)
    if (problem !== undefined) errors.invalid(`${at}.rule`, shownRule(rule), `compilation failed: ${problem}`)
  })
}

function checkFields(errors: FieldErrors, schema: JsonObject, field: string): void {
  const { additionalProperties } = schema
  const properties = objectAt(schema, 'properties') ?? {}
  if (isJsonObject(additionalProperties)) {
    if (Object.keys(properties).length > 0) {
      errors.forbidden(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
    }
    checkNode(errors, additionalProperties, `${field}.additionalProperties`, 'object fields')
  }
  for (const [name, property] of Object.entries(properties)) {
    if (isJsonObject(property)) checkNode(errors, property, `${field}.properties[${name}]`, 'object fields')
  }
}

function checkNode(errors: FieldErrors, schema: JsonObject, field: string, whose: string, isRoot = false): void {
  checkType(errors, schema, field, whose)
  checkList(errors, schema, field)
  checkRules(errors, schema, field, isRoot || schema['x-kubernetes-embedded-resource'] === true)
  checkFields(errors, schema, field)
  const items: JsonValue | undefined = schema.items
  if (isJsonObject(items)) checkNode(errors, items, `${field}.items`, 'array items')
  const mapType = textAt(schema, 'x-kubernetes-map-type')
  if (mapType !== '' && !mapTypes.includes(mapType)) errors.notSupported(`${field}.x-kubernetes-map-type`, mapType, mapTypes)
  if (schema.uniqueItems === true)
    errors.forbidden(`${field}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  const pattern = textAt(schema, 'pattern')
  if (pattern !== '' && compiledPattern(pattern) === undefined) {
    errors.invalid(`${field}.pattern`, pattern, "must be a valid regular expression, but isn't")
  }
  if (textAt(schema, '$ref') !== '') errors.forbidden(`${field}.$ref`, '$ref is not supported')
  if (listAt(schema, 'enum').length === 0 && Array.isArray(schema.enum)) errors.required(`${field}.enum`, 'must not be empty')
}

/** Whether a schema is structural: it says of every field what it is, so that the server can prune, default and merge it. */
export function validateSchema(errors: FieldErrors, schema: JsonObject, field: string): void {
  const type = textAt(schema, 'type')
  if (type === '') errors.required(`${field}.type`, 'must not be empty at the root')
  else if (type !== 'object') errors.invalid(`${field}.type`, type, 'must be object at the root')
  checkNode(errors, { ...schema, type: 'object' }, field, 'object fields', true)
}
