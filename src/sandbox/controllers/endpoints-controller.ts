import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, stringMapAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import { timestamp } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { controllerOf, isTerminating, labelsOf, nameOf, type ObjectCache, type ObjectName, uidOf } from './object-cache.ts'
import { isPodReady, podPhase } from './pod-status.ts'
import { ownerReference, sandboxNode } from './pod-template.ts'

const services = '/Service'
const pods = '/Pod'
const endpoints = '/Endpoints'
const slices = 'discovery.k8s.io/EndpointSlice'
const serviceLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const headlessLabel = 'service.kubernetes.io/headless'
const managedByEndpoints = 'endpoints.kubernetes.io/managed-by'
/** Endpoints of one slice, as the real controller limits them. */
/** When what endpoints follow from last changed. */
const lastChange = 'endpoints.kubernetes.io/last-change-trigger-time'
const sliceSize = 100

interface ResolvedPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol: string
}

function containerPort(pod: JsonObject, name: string, protocol: string): number | undefined {
  const spec = objectAt(pod, 'spec')
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]
  const ports = containers.flatMap((container) => objectsAt(container, 'ports'))
  return numberAt(
    ports.find((port) => port.name === name && textAt(port, 'protocol') === protocol),
    'containerPort',
  )
}

function portsFor(service: JsonObject, pod: JsonObject): readonly ResolvedPort[] {
  return objectsAt(objectAt(service, 'spec'), 'ports').flatMap((servicePort) => {
    const protocol = textAt(servicePort, 'protocol') || 'TCP'
    const target = servicePort.targetPort
    const port =
      typeof target === 'string'
        ? containerPort(pod, target, protocol)
        : typeof target === 'number' && target > 0
          ? target
          : numberAt(servicePort, 'port')
    return port === undefined
      ? []
      : [{ name: textAt(servicePort, 'name'), port, protocol, appProtocol: textAt(servicePort, 'appProtocol') }]
  })
}

interface Member {
  readonly pod: JsonObject
  readonly address: string
  readonly ready: boolean
}

function membersOf(service: JsonObject, cache: ObjectCache): readonly Member[] {
  const selector = stringMapAt(objectAt(service, 'spec'), 'selector')
  const publishAll = objectAt(service, 'spec')?.publishNotReadyAddresses === true
  return cache
    .labelled(pods, nameOf(service).namespace, selector)
    .filter((pod) => podPhase(pod) !== 'Succeeded' && podPhase(pod) !== 'Failed' && !isTerminating(pod))
    .map((pod) => ({ pod, address: textAt(objectAt(pod, 'status'), 'podIP'), ready: publishAll || isPodReady(pod) }))
    .filter((member) => member.address !== '')
    .sort((left, right) => (nameOf(left.pod).name < nameOf(right.pod).name ? -1 : 1))
}

interface PortGroup {
  readonly ports: readonly ResolvedPort[]
  readonly members: readonly Member[]
}

/** Members whose pods resolve the service's ports alike stand together. */
function groupByPorts(service: JsonObject, members: readonly Member[]): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly ResolvedPort[]; members: Member[] }>()
  for (const member of members) {
    const ports = portsFor(service, member.pod)
    const key = JSON.stringify(ports)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ports, members: [member] })
    else group.members.push(member)
  }
  return [...groups.values()]
}

function podReference(pod: JsonObject): JsonObject {
  const { namespace, name } = nameOf(pod)
  return { kind: 'Pod', namespace, name, uid: uidOf(pod) }
}

function hostnameOf(pod: JsonObject, service: JsonObject): { readonly hostname?: string } {
  const spec = objectAt(pod, 'spec')
  const hostname = textAt(spec, 'hostname')
  return hostname !== '' && textAt(spec, 'subdomain') === nameOf(service).name ? { hostname } : {}
}

function endpointsSubsets(service: JsonObject, groups: readonly PortGroup[]): readonly JsonObject[] {
  const addressesOf = (members: readonly Member[]): readonly JsonObject[] =>
    members.map(({ pod, address }) => ({
      ip: address,
      ...hostnameOf(pod, service),
      nodeName: sandboxNode,
      targetRef: podReference(pod),
    }))
  return groups.map(({ ports, members }) => {
    const ready = members.filter((member) => member.ready)
    const unready = members.filter((member) => !member.ready)
    return {
      ...(ready.length === 0 ? {} : { addresses: addressesOf(ready) }),
      ...(unready.length === 0 ? {} : { notReadyAddresses: addressesOf(unready) }),
      ...(ports.length === 0
        ? {}
        : {
            ports: ports.map(({ name, port, protocol, appProtocol }) => ({
              ...(name === '' ? {} : { name }),
              port,
              protocol,
              ...(appProtocol === '' ? {} : { appProtocol }),
            })),
          }),
    }
  })
}

function serviceLabels(service: JsonObject): { readonly [key: string]: string } {
  const headless = textAt(objectAt(service, 'spec'), 'clusterIP') === 'None'
  return { ...labelsOf(service), ...(headless ? { [headlessLabel]: '' } : {}) }
}

function addressesOf(object: JsonObject | undefined): ReadonlySet<string> {
  const parts = [
    ...objectsAt(object, 'subsets').flatMap((subset) => objectsAt(subset, 'addresses')),
    ...objectsAt(object, 'endpoints'),
  ]
  return new Set(parts.flatMap((part) => [textAt(part, 'ip'), ...textsAt(part, 'addresses')]))
}

/** Annotations with the time of the change where an address came; where addresses only went, there is no such time. */
function changedNow(
  before: JsonObject | undefined,
  after: JsonObject,
  world: ControllerWorld,
): { readonly [key: string]: string } {
  const { [lastChange]: _earlier, ...annotations } = stringMapAt(objectAt(before, 'metadata'), 'annotations')
  const known = addressesOf(before)
  if (before !== undefined && [...addressesOf(after)].every((address) => known.has(address))) return annotations
  return { ...annotations, [lastChange]: timestamp(world.host.now()) }
}

function writeEndpoints(service: JsonObject, groups: readonly PortGroup[], world: ControllerWorld): void {
  const name = nameOf(service)
  const subsets = endpointsSubsets(service, groups)
  const labels = { ...serviceLabels(service), [managedByEndpoints]: 'endpoint-controller' }
  const existing = world.cache.get(endpoints, name)
  if (existing === undefined) {
    world.host.create(endpoints, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...name, labels, annotations: changedNow(undefined, {}, world) },
      ...(subsets.length === 0 ? {} : { subsets }),
    })
  } else if (!sameJson(listAt(existing, 'subsets'), subsets) || !sameJson(labelsOf(existing), labels)) {
    const { subsets: _old, ...rest } = existing
    const metadata = { ...objectAt(existing, 'metadata'), labels, annotations: changedNow(existing, { subsets }, world) }
    world.host.update(endpoints, { ...rest, metadata, ...(subsets.length === 0 ? {} : { subsets }) })
  }
}

function sliceEndpoint(service: JsonObject, { pod, address, ready }: Member): JsonObject {
  return {
    addresses: [address],
    conditions: { ready, serving: ready, terminating: false },
    ...hostnameOf(pod, service),
    targetRef: podReference(pod),
    nodeName: sandboxNode,
  }
}

interface SliceContent {
  readonly endpoints: readonly JsonObject[]
  readonly ports: readonly JsonObject[]
}

function sliceContents(service: JsonObject, groups: readonly PortGroup[]): readonly SliceContent[] {
  const contents: SliceContent[] = []
  for (const { ports, members } of groups) {
    const slicePorts = ports.map(({ name, port, protocol, appProtocol }) => ({
      name,
      protocol,
      port,
      ...(appProtocol === '' ? {} : { appProtocol }),
    }))
    for (let start = 0; start < members.length; start += sliceSize) {
      contents.push({
        endpoints: members.slice(start, start + sliceSize).map((member) => sliceEndpoint(service, member)),
        ports: slicePorts,
      })
    }
  }
  // A service without endpoints has one empty slice, so that watchers know it was looked at.
  return contents.length === 0 ? [{ endpoints: [], ports: [] }] : contents
}

function writeSlices(service: JsonObject, groups: readonly PortGroup[], world: ControllerWorld): void {
  const { namespace, name } = nameOf(service)
  const wanted = sliceContents(service, groups)
  const existing = [...world.cache.ownedBy(slices, uidOf(service))].sort((left, right) =>
    nameOf(left).name < nameOf(right).name ? -1 : 1,
  )
  const labels = { ...serviceLabels(service), [serviceLabel]: name, [managedByLabel]: 'endpointslice-controller.k8s.io' }
  wanted.forEach((content, index) => {
    const slice = existing[index]
    const body = content as unknown as { readonly [key: string]: JsonValue }
    if (slice === undefined) {
      const metadata = {
        name: `${name}-${world.uniqueSuffix(uidOf(service))}`,
        generateName: `${name}-`,
        namespace,
        labels,
        annotations: changedNow(undefined, {}, world),
        ownerReferences: [ownerReference('v1', 'Service', service)],
      }
      world.host.create(slices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType: 'IPv4',
        ...body,
      })
      return
    }
    const same = sameJson(listAt(slice, 'endpoints'), content.endpoints) && sameJson(listAt(slice, 'ports'), content.ports)
    if (!same || !sameJson(labelsOf(slice), labels)) {
      world.host.update(slices, {
        ...slice,
        metadata: { ...objectAt(slice, 'metadata'), labels, annotations: changedNow(slice, body, world) },
        ...body,
      })
    }
  })
  for (const slice of existing.slice(wanted.length)) world.host.delete(slices, namespace, nameOf(slice).name)
}

/** Services whose selector may fit a pod, found by the pod's labels through `index`. */
function servicesFor(pod: JsonObject, index: ReadonlyMap<string, ReadonlyMap<string, ObjectName>>): readonly ObjectName[] {
  const found: ObjectName[] = []
  const { namespace } = nameOf(pod)
  for (const [key, value] of Object.entries(labelsOf(pod))) {
    for (const name of index.get(`${namespace} ${key}=${value}`)?.values() ?? []) found.push(name)
  }
  return found
}

/** Fills Endpoints and EndpointSlices of services that select pods. */
export function endpointsController(): Controller {
  // Each service stands under one pair of its selector, so that a pod finds its services by its own labels.
  const bySelector = new Map<string, Map<string, ObjectName>>()
  const places = new Map<string, string>()
  const indexService = (service: JsonObject): void => {
    const name = nameOf(service)
    const text = `${name.namespace}/${name.name}`
    bySelector.get(places.get(text) ?? '')?.delete(text)
    const first = Object.entries(stringMapAt(objectAt(service, 'spec'), 'selector')).sort()[0]
    if (first === undefined) return
    const place = `${name.namespace} ${first[0]}=${first[1]}`
    places.set(text, place)
    const names = bySelector.get(place) ?? new Map<string, ObjectName>()
    names.set(text, name)
    bySelector.set(place, names)
  }
  return {
    name: 'endpoints',
    watches: [services, pods, endpoints, slices],
    concerned: (kind, object) => {
      switch (kind) {
        case services:
          indexService(object)
          return [nameOf(object)]
        case pods:
          return servicesFor(object, bySelector)
        case endpoints:
          return [nameOf(object)]
        default: {
          const owner = controllerOf(object)
          return textAt(owner, 'kind') === 'Service' ? [{ namespace: nameOf(object).namespace, name: textAt(owner, 'name') }] : []
        }
      }
    },
    reconcile: (name, world) => {
      const service = world.cache.get(services, name)
      if (service === undefined) {
        const left = world.cache.get(endpoints, name)
        if (left !== undefined && labelsOf(left)[managedByEndpoints] !== undefined)
          world.host.delete(endpoints, name.namespace, name.name)
        return
      }
      const spec = objectAt(service, 'spec')
      const selects = Object.keys(stringMapAt(spec, 'selector')).length > 0
      if (isTerminating(service) || !selects || textAt(spec, 'type') === 'ExternalName') return
      const groups = groupByPorts(service, membersOf(service, world.cache))
      writeEndpoints(service, groups, world)
      writeSlices(service, groups, world)
    },
  }
}
