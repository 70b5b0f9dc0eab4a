import { isIP } from 'node:net'
import type { JsonObject } from '../../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { addressComplaints, specialAddressComplaint } from './addresses.ts'
import type { FieldErrors } from './field-errors.ts'
import {
  fullyQualifiedComplaints,
  labelComplaints,
  labelValueComplaints,
  qualifiedNameComplaints,
  subdomainComplaints,
} from './names.ts'
import { validateLabels } from './object-meta.ts'

const addressTypes = ['FQDN', 'IPv4', 'IPv6']

function validateSliceAddress(errors: FieldErrors, address: string, type: string, field: string): void {
  if (type === 'FQDN') {
    if (address === '') errors.required(field)
    else errors.invalidForEach(field, address, fullyQualifiedComplaints(address.replace(/\.$/, ''), 2))
    return
  }
  const family = isIP(address)
  const complaints = addressComplaints(address)
  errors.invalidForEach(field, address, complaints)
  if (complaints.length > 0) return
  if (type === 'IPv4' && family !== 4) errors.invalid(field, address, 'must be an IPv4 address')
  if (type === 'IPv6' && family !== 6) errors.invalid(field, address, 'must be an IPv6 address')
  const special = specialAddressComplaint(address)
  if (special !== undefined) errors.invalid(field, address, special)
}

function validateSlicePorts(errors: FieldErrors, ports: readonly JsonObject[]): void {
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const field = `ports[${index}]`
    const name = textAt(port, 'name')
    if (name !== '') errors.invalidForEach(`${field}.name`, name, labelComplaints(name))
    if (names.has(name)) errors.duplicate(`${field}.name`, name)
    names.add(name)
    errors.oneOf(`${field}.protocol`, textAt(port, 'protocol'), ['SCTP', 'TCP', 'UDP'])
    const appProtocol = port.appProtocol
    if (typeof appProtocol === 'string') {
      errors.invalidForEach(`${field}.appProtocol`, appProtocol, qualifiedNameComplaints(appProtocol))
    }
  })
}

const mostEndpoints = 1000
const mostPorts = 100
const mostAddresses = 100

const mostHints = 8
const mostTopologyLabels = 16
function validateTopology(errors: FieldErrors, endpoint: JsonObject, field: string): void {
  const topology = objectAt(endpoint, 'deprecatedTopology') ?? {}
  const place = `${field}.deprecatedTopology`
  const { length } = Object.keys(topology)
  if (length > mostTopologyLabels) errors.tooMany(place, length, mostTopologyLabels)
  validateLabels(errors, topology, place)
}

/** Where traffic to an endpoint should come from. */
function validateHints(errors: FieldErrors, hints: JsonObject | undefined, field: string): void {
  const each = (key: string, complaints: (name: string) => readonly string[]): void => {
    const places = objectsAt(hints, key)
    if (places.length > mostHints) {
      errors.tooMany(`${field}.${key}`, places.length, mostHints)
      return
    }
    const seen = new Set<string>()
    places.forEach((place, index) => {
      const name = textAt(place, 'name')
      if (seen.has(name)) errors.duplicate(`${field}.${key}[${index}].name`, name)
      seen.add(name)
      errors.invalidForEach(`${field}.${key}[${index}].name`, name, complaints(name))
    })
  }
  each('forZones', labelValueComplaints)
  each('forNodes', subdomainComplaints)
}

/** A slice of endpoints. */
export function validateEndpointSlice(errors: FieldErrors, slice: JsonObject): void {
  const type = textAt(slice, 'addressType')
  errors.oneOf('addressType', type, addressTypes)
  const endpoints = objectsAt(slice, 'endpoints')
  if (endpoints.length > mostEndpoints) errors.tooMany('endpoints', endpoints.length, mostEndpoints)
  else {
    endpoints.forEach((endpoint, index) => {
      const field = `endpoints[${index}]`
      const addresses = textsAt(endpoint, 'addresses')
      if (addresses.length === 0) errors.required(`${field}.addresses`, 'must contain at least 1 address')
      if (addresses.length > mostAddresses) errors.tooMany(`${field}.addresses`, addresses.length, mostAddresses)
      addresses.forEach((address, each) => {
        validateSliceAddress(errors, address, type, `${field}.addresses[${each}]`)
      })
      validateTopology(errors, endpoint, field)
      const node = endpoint.nodeName
      if (typeof node === 'string') errors.invalidForEach(`${field}.nodeName`, node, subdomainComplaints(node))
      const hostname = endpoint.hostname
      if (typeof hostname === 'string') errors.invalidForEach(`${field}.hostname`, hostname, labelComplaints(hostname))
      validateHints(errors, objectAt(endpoint, 'hints'), `${field}.hints`)
    })
  }
  const ports = objectsAt(slice, 'ports')
  if (ports.length > mostPorts) errors.tooMany('ports', ports.length, mostPorts)
  else validateSlicePorts(errors, ports)
}

/** The family of a slice's addresses never changes. */
export function validateEndpointSliceUpdate(errors: FieldErrors, slice: JsonObject, old: JsonObject): void {
  errors.immutable('addressType', slice.addressType, old.addressType)
}
