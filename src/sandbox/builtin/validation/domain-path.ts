import type { FieldErrors } from './field-errors.ts'
import { httpPathComplaints, subdomainComplaints } from './names.ts'

/** A name that its maker's domain keeps apart from others', such as `acme.io/foo`. */
export function validateDomainPrefixedPath(errors: FieldErrors, path: string, field: string): void {
  if (path === '') {
    errors.required(field)
    return
  }
  const slash = path.indexOf('/')
  if (slash <= 0 || slash === path.length - 1) {
    errors.invalid(field, path, 'must be a domain-prefixed path (such as "acme.io/foo")')
    return
  }
  const [host, rest] = [path.slice(0, slash), path.slice(slash + 1)]
  errors.invalidForEach(field, host, subdomainComplaints(host))
  errors.invalidForEach(field, rest, httpPathComplaints(rest))
}
