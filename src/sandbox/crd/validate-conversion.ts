import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, textAt, textsAt } from '../builtin/json-tree.ts'
import type { FieldErrors } from '../builtin/validation/field-errors.ts'
import { label1035Complaints, subdomainComplaints } from '../builtin/validation/names.ts'

const strategies = ['None', 'Webhook']
const reviewVersions = ['v1', 'v1beta1']
const form = '; desired format: https://host[/path]'

/** An address of a webhook: https, with nothing but host and path. */
function checkUrl(errors: FieldErrors, text: string, field: string): void {
  let url: URL
  try {
    url = new URL(text, 'relative:')
  } catch {
    errors.required(field, `url must be a valid URL: parse ${JSON.stringify(text)}${form}`)
    return
  }
  const isAbsolute = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)
  const scheme = isAbsolute ? url.protocol.slice(0, -1) : ''
  if (scheme !== 'https') errors.invalid(field, scheme, `'https' is the only allowed URL scheme${form}`)
  if (url.host === '') errors.invalid(field, '', `host must be specified${form}`)
  if (url.username !== '') {
    const user = url.password === '' ? url.username : `${url.username}:${url.password}`
    errors.invalid(field, user, 'user information is not permitted in the URL')
  }
  if (url.hash.length > 1) errors.invalid(field, url.hash.slice(1), 'fragments are not permitted in the URL')
  if (url.search.length > 1) errors.invalid(field, url.search.slice(1), 'query parameters are not permitted in the URL')
}

function checkPath(errors: FieldErrors, path: string, field: string): void {
  if (path === '' || path === '/') return
  if (path === '//') {
    errors.invalid(field, path, 'segment[0] may not be empty')
    return
  }
  if (!path.startsWith('/')) errors.invalid(field, path, "must start with a '/'")
  const steps = path.slice(1).replace(/\/$/, '').split('/')
  for (const [index, step] of steps.entries()) {
    if (step === '') errors.invalid(field, path, `segment[${index}] may not be empty`)
    else for (const complaint of subdomainComplaints(step)) errors.invalid(field, path, `segment[${index}]: ${complaint}`)
  }
}

function checkService(errors: FieldErrors, service: JsonObject, field: string): void {
  for (const name of ['name', 'namespace']) if (textAt(service, name) === '') errors.required(`${field}.${name}`)
  const port = numberAt(service, 'port') ?? 443
  if (port < 1 || port > 65535) {
    errors.invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')
  }
  checkPath(errors, textAt(service, 'path'), `${field}.path`)
}

function checkReviewVersions(errors: FieldErrors, versions: readonly string[], field: string): void {
  if (versions.length === 0) {
    errors.required(field)
    return
  }
  const seen = new Set<string>()
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) errors.invalid(`${field}[${index}]`, version, 'duplicate version')
    else errors.invalidForEach(`${field}[${index}]`, version, label1035Complaints(version))
    seen.add(version)
  }
  if (!versions.some((version) => reviewVersions.includes(version))) {
    errors.invalid(field, [...versions], `must include at least one of ${reviewVersions.join(', ')}`)
  }
}

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
  } else if (service === undefined) checkUrl(errors, textAt(client, 'url'), `${at}.url`)
  else checkService(errors, service, `${at}.service`)
  checkReviewVersions(errors, versions, `${field}.conversionReviewVersions`)
}
