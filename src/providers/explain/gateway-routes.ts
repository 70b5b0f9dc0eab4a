import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'
import { annotationWords } from './annotation-words.ts'
import { clauses, listed, scalarIn, sentence, shareWords } from './words.ts'

/** What a route of the Gateway API does. */
export function explainRoute({ kind, spec, metadata }: Manifest): readonly string[] {
  const references = objectsIn(spec, 'parentRefs')
  const parents = references.map(parentName)
  // A route of a Server of Linkerd leads nowhere: it tells requests apart for AuthorizationPolicies.
  if (references.length > 0 && references.every((parent) => stringIn(parent, 'kind') === 'Server')) {
    const kinds = objectsIn(spec, 'rules').flatMap((rule) =>
      objectsIn(rule, 'matches').map((match) => matchWords(match, 'requests')),
    )
    return [
      sentence(
        `${kinds.length === 0 ? 'all requests' : listed(kinds, 'or')} to ${listed(parents)} are told apart as ${metadata.name}`,
      ),
      sentence(`AuthorizationPolicies for ${metadata.name}, its server or its namespace say who may make them`),
    ]
  }
  const hosts = stringsIn(spec, 'hostnames')
  const what = kind === 'HTTPRoute' || kind === 'GRPCRoute' ? 'requests' : 'connections'
  const rules = objectsIn(spec, 'rules').map((rule, index) => `${index + 1}. ${ruleWords(rule, what)}`)
  const notes = annotationWords(metadata.annotations ?? {})
  return [
    sentence(
      `${what} to ${listed(parents)}${hosts.length === 0 ? '' : ` for ${listed(hosts)}`} take the most specific of these rules:`,
    ),
    ...rules,
    ...notes,
  ]
}

function parentName(parent: JsonObject): string {
  const [port, section] = [scalarIn(parent, 'port'), stringIn(parent, 'sectionName')]
  const name = `${stringIn(parent, 'kind') ?? 'Gateway'} ${stringIn(parent, 'name') ?? ''}${port === undefined ? '' : `:${port}`}`
  return section === undefined ? name : `listener ${section} of ${name}`
}

function ruleWords(rule: JsonObject, what: string): string {
  const matches = objectsIn(rule, 'matches').map((match) => matchWords(match, what))
  const filters = objectsIn(rule, 'filters')
  const redirect = filters.find((filter) => filter.type === 'RequestRedirect')
  const targets = objectsIn(rule, 'backendRefs').map((reference) => ({
    name: referenceName(reference),
    weight: typeof reference.weight === 'number' ? reference.weight : undefined,
  }))
  const where = redirect === undefined ? `go ${shareWords(targets)}` : redirectWords(objectIn(redirect, 'requestRedirect'))
  return sentence(
    clauses(
      `${matches.length === 0 ? `all ${what}` : listed(matches, 'or')} ${where}`,
      stringIn(rule, 'timeouts', 'request') !== undefined && `each has ${stringIn(rule, 'timeouts', 'request')} in all`,
      stringIn(rule, 'timeouts', 'backendRequest') !== undefined &&
        `each try has ${stringIn(rule, 'timeouts', 'backendRequest')}`,
      retryWords(objectIn(rule, 'retry')),
      ...filters.map(filterWords),
    ),
  )
}

function referenceName(reference: JsonObject): string {
  const namespace = stringIn(reference, 'namespace')
  const port = scalarIn(reference, 'port')
  return `${namespace === undefined ? '' : `${namespace}/`}${stringIn(reference, 'name') ?? ''}${port === undefined ? '' : `:${port}`}`
}

function comparison(how: JsonObject): string {
  const value = stringIn(how, 'value') ?? ''
  switch (stringIn(how, 'type')) {
    case 'RegularExpression':
      return `matches ${value}`
    case 'PathPrefix':
    case 'Prefix':
      return `begins with ${value}`
    default:
      return `is ${value}`
  }
}

function matchWords(match: JsonObject, what: string): string {
  const parts = [
    ...(valueIn(match, 'path') === undefined ? [] : [`path ${comparison(objectIn(match, 'path'))}`]),
    ...(typeof match.method === 'string' ? [`method is ${match.method}`] : []),
    ...objectsIn(match, 'headers').map((header) => `header ${stringIn(header, 'name')} ${comparison(header)}`),
    ...objectsIn(match, 'queryParams').map(
      (parameter) => `query parameter ${stringIn(parameter, 'name')} ${comparison(parameter)}`,
    ),
  ]
  return parts.length === 0 ? `all ${what}` : `${what} whose ${listed(parts)}`
}

function redirectWords(redirect: JsonObject): string {
  const path = stringIn(redirect, 'path', 'replaceFullPath') ?? stringIn(redirect, 'path', 'replacePrefixMatch')
  const to = [stringIn(redirect, 'scheme'), stringIn(redirect, 'hostname'), path].filter((part) => part !== undefined)
  return `are answered with ${scalarIn(redirect, 'statusCode') ?? '302'} and sent to ${to.join(' ')}`
}

function retryWords(retry: JsonObject): string | undefined {
  const attempts = scalarIn(retry, 'attempts')
  if (attempts === undefined) return undefined
  const codes = valueIn(retry, 'codes')
  const backoff = stringIn(retry, 'backoff')
  return `tried again up to ${attempts} times${Array.isArray(codes) ? ` on ${listed(codes.map(String), 'or')}` : ''}${backoff === undefined ? '' : `, after ${backoff} and more`}`
}

function filterWords(filter: JsonObject): string | undefined {
  switch (stringIn(filter, 'type')) {
    case 'RequestMirror': {
      const mirror = objectIn(filter, 'requestMirror')
      return `${scalarIn(mirror, 'percent') ?? '100'}% are copied to ${referenceName(objectIn(mirror, 'backendRef'))}, whose answers nobody sees`
    }
    case 'URLRewrite': {
      const rewrite = objectIn(filter, 'urlRewrite')
      const prefix = stringIn(rewrite, 'path', 'replacePrefixMatch')
      const path = stringIn(rewrite, 'path', 'replaceFullPath')
      const host = stringIn(rewrite, 'hostname')
      return clauses(
        prefix !== undefined && `the matched prefix becomes ${prefix}`,
        path !== undefined && `the path becomes ${path}`,
        host !== undefined && `the host becomes ${host}`,
      )
    }
    case 'RequestHeaderModifier':
      return modifierWords(objectIn(filter, 'requestHeaderModifier'), 'request')
    case 'ResponseHeaderModifier':
      return modifierWords(objectIn(filter, 'responseHeaderModifier'), 'response')
    case 'CORS':
      return `browsers of ${listed(stringsIn(filter, 'cors', 'allowOrigins'))} may call it`
    case 'ExtensionRef':
      return `${stringIn(filter, 'extensionRef', 'kind') ?? 'an extension'} ${stringIn(filter, 'extensionRef', 'name') ?? ''} sees them`
    default:
      return undefined
  }
}

function modifierWords(modifier: JsonObject, side: string): string {
  const names = (key: string) => objectsIn(modifier, key).flatMap((header) => stringIn(header, 'name') ?? [])
  return clauses(
    names('set').length > 0 && `${listed(names('set'))} set in the ${side}`,
    names('add').length > 0 && `${listed(names('add'))} added to the ${side}`,
    stringsIn(modifier, 'remove').length > 0 && `${listed(stringsIn(modifier, 'remove'))} taken out of the ${side}`,
  )
}

/** What a Gateway of the Gateway API does. */
export function explainGateway({ spec }: Manifest): readonly string[] {
  const className = stringIn(spec, 'gatewayClassName') ?? ''
  return objectsIn(spec, 'listeners').map((listener) => {
    const secret = objectsIn(listener, 'tls', 'certificateRefs').flatMap((reference) => stringIn(reference, 'name') ?? [])
    return sentence(
      clauses(
        `a gateway of class ${className} listens on port ${scalarIn(listener, 'port')} for ${stringIn(listener, 'hostname') ?? 'any host'} (${stringIn(listener, 'protocol')})`,
        secret.length > 0 && `TLS ends here with the certificate of Secret ${listed(secret)}`,
        stringIn(listener, 'tls', 'mode') === 'Passthrough' && 'TLS is passed through',
      ),
    )
  })
}

/** What a ReferenceGrant does. */
export function explainReferenceGrant({ spec, metadata }: Manifest): readonly string[] {
  const from = objectsIn(spec, 'from').map((side) => `${stringIn(side, 'kind')}s in ${stringIn(side, 'namespace')}`)
  const to = objectsIn(spec, 'to').map((side) => `${stringIn(side, 'kind')}s`)
  return [sentence(`${listed(from)} may lead to ${listed(to)} in ${metadata.namespace ?? ''}`)]
}
