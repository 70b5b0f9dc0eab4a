import type { JsonObject } from '../../../plan/json.ts'
import { readAddress } from '../../crd/cel/run/url-values.ts'
import { numberAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { label1035Complaints, subdomainComplaints } from './names.ts'

const reviewVersions = ['v1', 'v1beta1']
const form = '; desired format: https://host[/path]'

/** An address of a webhook: https, with nothing but host and path. */
export function validateWebhookUrl(errors: FieldErrors, text: string, field: string): void {
  const url = readAddress(text)
  if ('problem' in url) {
    errors.required(field, `url must be a valid URL: ${url.problem}${form}`)
    return
  }
  const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : ''
  if (url.scheme !== 'https') errors.invalid(field, url.scheme, `'https' is the only allowed URL scheme${form}`)
  if (url.host === '') errors.invalid(field, '', `host must be specified${form}`)
  if (url.user !== '') errors.invalid(field, url.user, 'user information is not permitted in the URL')
  if (fragment !== '') errors.invalid(field, fragment, 'fragments are not permitted in the URL')
  if (url.query !== '') errors.invalid(field, url.query, 'query parameters are not permitted in the URL')
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

/** A service that is a webhook. The server takes name and namespace for each other, so that it asks for the one where the other is missing. */
export function validateWebhookService(errors: FieldErrors, service: JsonObject, field: string): void {
  if (textAt(service, 'namespace') === '') errors.required(`${field}.name`)
  if (textAt(service, 'name') === '') errors.required(`${field}.namespace`)
  const port = numberAt(service, 'port') ?? 443
  if (port < 1 || port > 65535) {
    errors.invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')
  }
  checkPath(errors, textAt(service, 'path'), `${field}.path`)
}

/** Which versions of a review a webhook understands; `missing` is told where there are none. */
export function validateReviewVersions(errors: FieldErrors, versions: readonly string[], field: string, missing = ''): void {
  if (versions.length === 0) {
    errors.required(field, missing)
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
