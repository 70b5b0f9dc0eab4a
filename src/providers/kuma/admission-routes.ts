import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import { type Refusal, refusals } from '../admission.ts'
import { objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'

const PARENTS: ReadonlySet<string> = new Set(['MeshService', 'MeshExternalService', 'MeshMultiZoneService'])
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** What the control plane refuses of a MeshHTTPRoute (pkg/plugins/policies/meshhttproute/api/v1alpha1/validation.go). */
export function routeRefusals(route: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const top = stringIn(route, 'spec', 'targetRef', 'kind') ?? 'Mesh'
    for (const [index, to] of objectsIn(route, 'spec', 'to').entries()) {
      const kind = stringIn(to, 'targetRef', 'kind') ?? ''
      if (top !== 'MeshGateway' && !PARENTS.has(kind))
        refuse(
          ['spec', 'to', index, 'targetRef', 'kind'],
          `is for requests to a ${kind}`,
          'Use MeshService, MeshExternalService or MeshMultiZoneService.',
        )
      if (top !== 'MeshGateway' && stringsIn(to, 'hostnames').length > 0) {
        refuse(['spec', 'to', index, 'hostnames'], 'names hosts, which routes of gateways alone may', 'Leave `hostnames` out.')
      }
      for (const [position, rule] of objectsIn(to, 'rules').entries()) {
        for (const one of ruleRefusals(rule)) refuse(['spec', 'to', index, 'rules', position, ...one.path], one.problem, one.hint)
      }
    }
  })
}

function ruleRefusals(rule: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const matches = objectsIn(rule, 'matches')
    for (const [index, match] of matches.entries()) {
      const [type, path = ''] = [stringIn(match, 'path', 'type'), stringIn(match, 'path', 'value')]
      const at = ['matches', index, 'path', 'value']
      if ((type === 'PathPrefix' || type === 'Exact') && !path.startsWith('/'))
        refuse(at, `matches the path ${path}, which begins with no slash`, 'Begin it with a slash.')
      if (type === 'PathPrefix' && path !== '/' && path.endsWith('/'))
        refuse(at, `matches the prefix ${path}, which ends in a slash`, 'Leave the last slash out.')
      for (const [position, header] of objectsIn(match, 'headers').entries()) {
        if (['Present', 'Absent'].includes(String(header.type)) && (header.value ?? '') !== '') {
          refuse(
            ['matches', index, 'headers', position, 'value'],
            `compares a header that is to be ${String(header.type).toLowerCase()}`,
            'Leave `value` out.',
          )
        }
      }
    }
    const byPrefix = matches.every((match) => stringIn(match, 'path', 'type') === 'PathPrefix')
    for (const [index, filter] of objectsIn(rule, 'default', 'filters').entries()) {
      const at = ['default', 'filters', index]
      for (const key of ['requestHeaderModifier', 'responseHeaderModifier']) {
        const change = valueIn(filter, key)
        if (change !== undefined)
          for (const one of headerRefusals(objectIn(filter, key))) refuse([...at, key, ...one.path], one.problem, one.hint)
      }
      for (const key of ['requestRedirect', 'urlRewrite']) {
        const change = objectIn(filter, key)
        const host = stringIn(change, 'hostname')
        if (host !== undefined && (!HOST.test(host) || /^[\d.]+$/.test(host)))
          refuse([...at, key, 'hostname'], `leads to the host ${host}, which is no name`, 'Write a host name.')
        if (valueIn(change, 'path', 'replacePrefixMatch') !== undefined && !byPrefix) {
          refuse(
            [...at, key, 'path'],
            'replaces a prefix that not every match has',
            'Match by a prefix everywhere, or replace the whole path.',
          )
        }
      }
      const mirrored = stringIn(filter, 'requestMirror', 'backendRef', 'kind')
      if (mirrored !== undefined && mirrored !== 'MeshService' && mirrored !== 'MeshServiceSubset')
        refuse(at, `mirrors to a ${mirrored}`, 'Use a MeshService.')
    }
    for (const [index, backend] of objectsIn(rule, 'default', 'backendRefs').entries()) {
      if (stringIn(backend, 'kind') === 'MeshService' && backend.port === undefined && backend.labels !== undefined) {
        refuse(['default', 'backendRefs', index], 'leads to a MeshService without saying a port', 'Say `port`.')
      }
    }
  })
}

function headerRefusals(change: JsonObject): readonly Refusal[] {
  return refusals((refuse) => {
    const names = [
      ...['set', 'add'].flatMap((key) => objectsIn(change, key).map(({ name }) => String(name))),
      ...stringsIn(change, 'remove'),
    ]
    if (names.length === 0) refuse([], 'changes headers, and names none', 'Say `set`, `add` or `remove`.')
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) refuse([], `changes the header ${twice} twice`, 'Change each header once.')
  })
}
