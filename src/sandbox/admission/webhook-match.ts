import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { evaluatePolicyExpression } from '../crd/cel/policy-expression.ts'
import { isLoopback } from '../webhooks/webhook-call.ts'
import { matchesRequest, type PolicyRequest } from './policy-match.ts'
import { requestValue, seen } from './policy-scope.ts'

/** A webhook that has a say, with the configuration that it is in. */
export interface ConfiguredWebhook {
  readonly configuration: string
  readonly webhook: JsonObject
}

/** Whether a webhook is to be asked; `unsure` says why its conditions don't tell. */
export type WebhookMatch = { readonly kind: 'asked' | 'passed' } | { readonly kind: 'unsure'; readonly why: string }

function nameOf(object: JsonObject): string {
  return textAt(objectAt(object, 'metadata'), 'name')
}

/** Where a webhook is: at an address of this machine, or behind a Service. Others are never asked. */
export type WebhookPlace =
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly url: string }

/** Where a webhook is to be asked; undefined for addresses beyond this machine. */
export function placeOf(webhook: JsonObject): WebhookPlace | undefined {
  const config = objectAt(webhook, 'clientConfig')
  const url = textAt(config, 'url')
  if (isLoopback(url)) return { kind: 'address', url }
  const service = objectAt(config, 'service')
  if (service === undefined) return undefined
  const [namespace, name] = [textAt(service, 'namespace'), textAt(service, 'name')]
  const host = `${name}.${namespace}.svc:${numberAt(service, 'port') ?? 443}`
  return { kind: 'service', namespace, name, url: `https://${host}${textAt(service, 'path') || '/'}` }
}

/** The webhooks that have a say, in the order in which they are asked: of configurations by name. */
export function placedWebhooks(configurations: readonly JsonObject[]): readonly ConfiguredWebhook[] {
  return [...configurations]
    .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))
    .flatMap((configuration) =>
      objectsAt(configuration, 'webhooks').map((webhook) => ({ configuration: nameOf(configuration), webhook })),
    )
    .filter(({ webhook }) => placeOf(webhook) !== undefined)
}

/** Nobody has a say about who has one. */
function isAboutAdmission({ group, plural }: PolicyRequest): boolean {
  return group === 'admissionregistration.k8s.io' && /webhookconfigurations$|admissionpolic/.test(plural)
}

function conditionsMet(webhook: JsonObject, request: PolicyRequest): WebhookMatch {
  const conditions = objectsAt(webhook, 'matchConditions')
  if (conditions.length === 0) return { kind: 'asked' }
  const scope = { object: seen(request.object), oldObject: seen(request.oldObject), request: requestValue(request) }
  let why: string | undefined
  for (const condition of conditions) {
    const met = evaluatePolicyExpression(textAt(condition, 'expression').trim(), scope)
    if (!met.ok) why ??= met.why
    else if (met.value !== true) return { kind: 'passed' }
  }
  return why === undefined ? { kind: 'asked' } : { kind: 'unsure', why }
}

/** Whether a webhook's rules, selectors and conditions speak of a request. */
export function matchWebhook(webhook: JsonObject, request: PolicyRequest, namespace: JsonObject | undefined): WebhookMatch {
  const rules = objectsAt(webhook, 'rules')
  if (rules.length === 0 || isAboutAdmission(request)) return { kind: 'passed' }
  const { namespaceSelector, objectSelector } = webhook
  const match = {
    resourceRules: rules,
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    ...(objectSelector === undefined ? {} : { objectSelector }),
  }
  return matchesRequest(match, request, namespace) ? conditionsMet(webhook, request) : { kind: 'passed' }
}
