import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { matchPolicies, validateMatchRule } from './match-rules.ts'
import { fullyQualifiedComplaints } from './names.ts'
import { validateReviewVersions, validateWebhookService, validateWebhookUrl } from './webhook-address.ts'

function validateClientConfig(errors: FieldErrors, config: JsonObject, field: string): void {
  const url = config.url
  const service = objectAt(config, 'service')
  if ((url === undefined) === (service === undefined)) {
    errors.required(field, 'exactly one of url or service is required')
    return
  }
  if (typeof url === 'string') validateWebhookUrl(errors, url, `${field}.url`)
  if (service !== undefined) validateWebhookService(errors, service, `${field}.service`)
}

function validateWebhook(errors: FieldErrors, webhook: JsonObject, field: string): void {
  const name = textAt(webhook, 'name')
  if (name === '') errors.required(`${field}.name`)
  else errors.invalidForEach(`${field}.name`, name, fullyQualifiedComplaints(name, 3))
  objectsAt(webhook, 'rules').forEach((rule, index) => {
    validateMatchRule(errors, rule, `${field}.rules[${index}]`)
  })
  const choice = (key: string, supported: readonly string[]): void => {
    const value = webhook[key]
    if (typeof value === 'string' && !supported.includes(value)) errors.notSupported(`${field}.${key}`, value, supported)
  }
  choice('failurePolicy', ['Fail', 'Ignore'])
  choice('matchPolicy', matchPolicies)
  choice('reinvocationPolicy', ['IfNeeded', 'Never'])
  if (webhook.sideEffects === undefined) errors.required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun')
  else choice('sideEffects', ['None', 'NoneOnDryRun'])
  const seconds = numberAt(webhook, 'timeoutSeconds') ?? 10
  if (seconds < 1 || seconds > 30) {
    errors.invalid(`${field}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds')
  }
  validateLabelSelector(errors, webhook.namespaceSelector, `${field}.namespaceSelector`)
  validateLabelSelector(errors, webhook.objectSelector, `${field}.objectSelector`)
  validateClientConfig(errors, objectAt(webhook, 'clientConfig') ?? {}, `${field}.clientConfig`)
  validateMatchConditions(errors, webhook, `${field}.matchConditions`, false)
  const versions = textsAt(webhook, 'admissionReviewVersions')
  validateReviewVersions(errors, versions, `${field}.admissionReviewVersions`, 'must specify one of v1, v1beta1')
}

/** Webhooks of a configuration after defaulting. */
export function validateWebhooks(errors: FieldErrors, configuration: JsonObject): void {
  const names = new Set<string>()
  objectsAt(configuration, 'webhooks').forEach((webhook, index) => {
    const field = `webhooks[${index}]`
    validateWebhook(errors, webhook, field)
    const name = textAt(webhook, 'name')
    if (name !== '' && names.has(name)) errors.duplicate(`${field}.name`, name)
    names.add(name)
  })
}
