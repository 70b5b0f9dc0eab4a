import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { type Refusal, refusals } from '../admission.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'

/** Operations of the parts that a MeshProxyPatch changes. */
const OPERATIONS: { readonly [part: string]: readonly string[] } = {
  cluster: ['Add', 'Patch', 'Remove'],
  listener: ['Add', 'Patch', 'Remove'],
  virtualHost: ['Add', 'Patch', 'Remove'],
  networkFilter: ['AddFirst', 'AddLast', 'AddBefore', 'AddAfter', 'Patch', 'Remove'],
  httpFilter: ['AddFirst', 'AddLast', 'AddBefore', 'AddAfter', 'Patch', 'Remove'],
}

/** What the control plane refuses of a MeshProxyPatch (pkg/plugins/policies/meshproxypatch/api/v1alpha1/validator.go). */
export function proxyPatch(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const changes = objectsIn(policy, 'spec', 'default', 'appendModifications')
    const whole: ValuePath = ['spec', 'default', 'appendModifications']
    if (changes.length === 0) refuse(whole, 'changes nothing', 'Say what is changed.')
    for (const [index, change] of changes.entries()) {
      const parts = Object.keys(OPERATIONS).filter((part) => change[part] !== undefined)
      const [part = ''] = parts
      if (parts.length !== 1) {
        refuse(
          [...whole, index],
          `changes ${parts.length === 0 ? 'nothing' : parts.join(' and ')} in one step`,
          'Make one step of each.',
        )
        continue
      }
      const at = [...whole, index, part]
      const one = objectIn(change, part)
      const operation = stringIn(one, 'operation') ?? ''
      const operations = OPERATIONS[part] ?? []
      const [value, patches] = [stringIn(one, 'value'), objectsIn(one, 'jsonPatches')]
      const named = stringIn(one, 'match', 'name') !== undefined
      if (!operations.includes(operation)) {
        refuse([...at, 'operation'], `does "${operation}" with a ${part}`, `Use ${operations.join(', ')}.`)
      } else if (operation === 'Remove') {
        if (value !== undefined) refuse([...at, 'value'], `removes a ${part} and says what it is like`, 'Leave `value` out.')
      } else if (operation === 'Patch') {
        if ((value === undefined) === (patches.length === 0))
          refuse(at, `patches a ${part} not in one way`, 'Say either `value` or `jsonPatches`.')
      } else if (value === undefined) refuse([...at, 'value'], `adds a ${part} of nothing`, 'Say `value`.')
      const needsName = part.endsWith('Filter') && ['AddBefore', 'AddAfter', 'Patch'].includes(operation)
      if (needsName && !named) refuse([...at, 'match', 'name'], `does ${operation} and names no filter`, 'Say `match.name`.')
      const matched = part === 'virtualHost' ? named : one.match !== undefined
      if (operation === 'Add' && matched) refuse([...at, 'match'], `adds a ${part} and matches one`, 'Leave `match` out.')
    }
  })
}

/** What the control plane refuses of a MeshTLS (pkg/plugins/policies/meshtls/api/v1alpha1/validator.go). */
export function meshTls(policy: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const kind = stringIn(policy, 'spec', 'targetRef', 'kind') ?? 'Mesh'
    for (const part of ['from', 'rules']) {
      for (const [index, entry] of objectsIn(policy, 'spec', part).entries()) {
        for (const key of ['tlsCiphers', 'tlsVersion']) {
          if (kind !== 'Mesh' && valueIn(entry, 'default', key) !== undefined)
            refuse(['spec', part, index, 'default', key], `says ${key} for a ${kind}`, 'Say it in a policy for the whole Mesh.')
        }
      }
    }
  })
}

const TLS_VERSIONS: readonly string[] = ['TLS10', 'TLS11', 'TLS12', 'TLS13']

/** What the control plane refuses of a MeshExternalService (pkg/core/resources/apis/meshexternalservice/api/v1alpha1/validator.go). */
export function externalService(service: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const port = numberIn(service, 'spec', 'match', 'port')
    if (port !== undefined && (port < 1 || port > 65_535))
      refuse(['spec', 'match', 'port'], `is at port ${port}`, 'Say 1 to 65535.')
    if (valueIn(service, 'spec', 'extension') !== undefined) return
    for (const [index, endpoint] of objectsIn(service, 'spec', 'endpoints').entries()) {
      const at: ValuePath = ['spec', 'endpoints', index]
      const address = stringIn(endpoint, 'address') ?? ''
      const isSocket = /^unix:\/\/\/./.test(address)
      const isName = /^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\.?$/.test(address)
      if (isSocket && endpoint.port !== undefined) refuse([...at, 'port'], 'leads to a port of a file', 'Leave `port` out.')
      else if (!isSocket && !isName && (address.includes('/') || !isAddressBlock(address)))
        refuse([...at, 'address'], `leads to ${address || 'nothing'}`, 'Write a host name, an address or unix:///PATH.')
      else if (!isSocket && endpoint.port === undefined) refuse(at, `leads to ${address} without saying a port`, 'Say `port`.')
    }
    const [least, most] = ['min', 'max'].map((key) =>
      TLS_VERSIONS.indexOf(stringIn(service, 'spec', 'tls', 'version', key) ?? ''),
    )
    if (least !== undefined && most !== undefined && most >= 0 && least > most)
      refuse(['spec', 'tls', 'version', 'min'], 'wants a newer TLS than it allows', 'Let `min` be no higher than `max`.')
    const check = objectIn(service, 'spec', 'tls', 'verification')
    if ((check.clientCert === undefined) !== (check.clientKey === undefined))
      refuse(
        ['spec', 'tls', 'verification'],
        'has a certificate without a key, or a key without one',
        'Say `clientCert` and `clientKey`.',
      )
    if (stringsIn(check, 'subjectAltNames').includes(''))
      refuse(['spec', 'tls', 'verification', 'subjectAltNames'], 'checks for an empty name', 'Leave it out.')
  })
}
