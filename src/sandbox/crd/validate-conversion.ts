import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt, textsAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { validateReviewVersions, validateWebhookService, validateWebhookUrl } from '../builtin/validation/webhook-address.ts'

const strategies = ['None', 'Webhook']
/** How objects are to be converted between a definition's versions. */
export function validateConversion(errors: FieldErrors, conversion: JsonObject): void {
  const field = 'spec.conversion'
  const strategy = textAt(conversion, 'strategy')
  errors.oneOf(`${field}.strategy`, strategy, strategies)
  const webhook = objectAt(conversion, 'webhook')
  const client = objectAt(webhook, 'clientConfig')
  const versions = textsAt(webhook, 'conversionReviewVersions')
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook'
    if (client !== undefined) errors.forbidden(`${field}.webhookClientConfig`, detail)
    if (versions.length > 0) errors.forbidden(`${field}.conversionReviewVersions`, detail)
    return
  }
  const at = `${field}.webhookClientConfig`
  const service = objectAt(client, 'service')
  if (client === undefined) errors.required(at, 'required when strategy is set to Webhook')
  else if ((client.url === undefined) === (service === undefined)) {
    errors.required(at, 'exactly one of url or service is required')
  } else if (service === undefined) validateWebhookUrl(errors, textAt(client, 'url'), `${at}.url`)
  else validateWebhookService(errors, service, `${at}.service`)
  validateReviewVersions(errors, versions, `${field}.conversionReviewVersions`)
}
