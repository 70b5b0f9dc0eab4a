import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { formatLabels, type KindColumn, orNone, textColumn } from './common-columns.ts'

/** Addresses that a load balancer answers on. */
export function loadBalancerAddresses(object: JsonObject): readonly string[] {
  const ingress = objectsAt(objectAt(objectAt(object, 'status'), 'loadBalancer'), 'ingress')
  return ingress.map((each) => textAt(each, 'ip') || textAt(each, 'hostname')).filter((address) => address !== '')
}

function externalAddress(service: JsonObject): string {
  const spec = objectAt(service, 'spec')
  const given = textsAt(spec, 'externalIPs')
  switch (textAt(spec, 'type')) {
    case 'ExternalName':
      return textAt(spec, 'externalName')
    case 'LoadBalancer': {
      const addresses = [...loadBalancerAddresses(service), ...given]
      return addresses.length === 0 ? '<pending>' : addresses.join(',')
    }
    default:
      return orNone(given.join(','))
  }
}

function ports(service: JsonObject): string {
  const parts = objectsAt(objectAt(service, 'spec'), 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort') ?? 0
    const number = nodePort === 0 ? `${port.port}` : `${port.port}:${nodePort}`
    return `${number}/${textAt(port, 'protocol')}`
  })
  return orNone(parts.join(','))
}

/** TYPE, CLUSTER-IP, EXTERNAL-IP and PORT(S). */
export const serviceColumns: readonly KindColumn[] = [
  textColumn('Type', (service) => textAt(objectAt(service, 'spec'), 'type')),
  textColumn('Cluster-IP', (service) => orNone(textAt(objectAt(service, 'spec'), 'clusterIP'))),
  textColumn('External-IP', externalAddress),
  textColumn('Port(s)', ports),
  textColumn('Selector', (service) => formatLabels(objectAt(objectAt(service, 'spec'), 'selector')), 1),
]

const shownEndpoints = 3

function endpoints(object: JsonObject): string {
  const all = objectsAt(object, 'subsets').flatMap((subset) => {
    const addresses = objectsAt(subset, 'addresses').map((address) => textAt(address, 'ip'))
    const numbers = objectsAt(subset, 'ports').map((port) => numberAt(port, 'port'))
    return numbers.length === 0 ? addresses : numbers.flatMap((number) => addresses.map((address) => `${address}:${number}`))
  })
  const more = all.length > shownEndpoints ? ` + ${all.length - shownEndpoints} more...` : ''
  return orNone(`${all.slice(0, shownEndpoints).join(',')}${more}`)
}

/** ENDPOINTS. */
export const endpointsColumns: readonly KindColumn[] = [textColumn('Endpoints', endpoints)]

function firstThree(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>'
  const more = texts.length > shownEndpoints ? ` + ${texts.length - shownEndpoints} more...` : ''
  return `${texts.slice(0, shownEndpoints).join(',')}${more}`
}

/** ADDRESSTYPE, PORTS and ENDPOINTS. */
export const endpointSliceColumns: readonly KindColumn[] = [
  textColumn('AddressType', (slice) => textAt(slice, 'addressType')),
  textColumn('Ports', (slice) => firstThree(objectsAt(slice, 'ports').map((port) => String(numberAt(port, 'port') ?? '*')))),
  textColumn('Endpoints', (slice) =>
    firstThree(objectsAt(slice, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses'))),
  ),
]
