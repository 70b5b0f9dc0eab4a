import type { CelFunctions } from './overloads.ts'
import { type CelValue, LibraryValue } from './values.ts'

/** A question to whoever grants access, as far as it is put. */
class AccessQuestion extends LibraryValue {
  readonly typeName: string
  /** What is asked about so far, for telling questions apart. */
  readonly parts: readonly string[]

  constructor(typeName: string, parts: readonly string[]) {
    super()
    this.typeName = typeName
    this.parts = parts
  }

  equals(other: LibraryValue): boolean {
    return other instanceof AccessQuestion && JSON.stringify(this.parts) === JSON.stringify(other.parts)
  }
}

/** The `authorizer` of expressions, and its question about the resource of the request. */
export const authorizer: CelValue = new AccessQuestion('kubernetes.authorization.Authorizer', [])
const requestResource = new AccessQuestion('kubernetes.authorization.ResourceCheck', ['request'])

/** A field of the authorizer, which has one. */
export function fieldOfAuthorizer(value: CelValue, field: string): CelValue | undefined {
  return value === authorizer && field === 'requestResource' ? requestResource : undefined
}

const steps: { readonly [name: string]: string } = {
  path: 'PathCheck',
  group: 'GroupCheck',
  serviceAccount: 'Authorizer',
  resource: 'ResourceCheck',
  subresource: 'ResourceCheck',
  namespace: 'ResourceCheck',
  name: 'ResourceCheck',
  fieldSelector: 'ResourceCheck',
  labelSelector: 'ResourceCheck',
  check: 'Decision',
}

function step(name: string, type: string): CelFunctions[string] {
  return (asked, ...words) => {
    if (!(asked instanceof AccessQuestion)) return undefined
    return new AccessQuestion(`kubernetes.authorization.${type}`, [...asked.parts, name, ...words.map(String)])
  }
}

function answer(value: CelValue): CelFunctions[string] {
  return (asked) => (asked instanceof AccessQuestion ? value : undefined)
}

/** Questions about access. The sandbox allows everything: whoever has its token is its administrator. */
export const authorizerFunctions: CelFunctions = {
  ...Object.fromEntries(Object.entries(steps).map(([name, type]) => [name, step(name, type)])),
  allowed: answer(true),
  errored: answer(false),
  reason: answer(''),
  error: answer(''),
}
