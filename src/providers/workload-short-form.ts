import type { ComponentOf } from '../design/component.ts'
import { joinName, objectNameOf } from '../design/object-name.ts'
import type { WorkloadVersionSpec } from '../design/schema/workload.ts'
import type { StringMap } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, ServicePort, WorkloadVersion } from './contract.ts'
import { protocolOf } from './service-port.ts'
import { type Draft, from, traceManifest } from './traced-manifest.ts'

/** What the short form says, before the parts every workload has. */
export type WorkloadParts = Omit<ResolvedWorkload, 'component' | 'name' | 'address' | 'cluster' | 'mesh'>

/** A workload in the short form: a ServiceAccount, a Service where it has ports, and a Deployment for each version. */
export function shortForm(component: ComponentOf<'workloads'>): WorkloadParts {
  const { spec } = component
  const name = objectNameOf(component)
  const namespace = spec.namespace ?? 'default'
  const serviceAccount = spec.serviceAccount ?? name
  const ports = (spec.ports ?? []).map((port): ServicePort => {
    const protocol = port.protocol ?? protocolOf(undefined, port.name ?? '', undefined)
    const portName = port.name ?? protocol
    return { name: portName, port: port.port, targetPort: portName, protocol }
  })
  const service = ports.length === 0 ? undefined : (spec.service ?? name)
  const versions = Object.entries(spec.versions ?? {}).map(
    ([version, own]): WorkloadVersion => ({
      name: version,
      labels: own.labels ?? { version },
      service: own.service ?? joinName(spec.service ?? name, version),
      serviceExists: own.service !== undefined,
    }),
  )
  const selector = { app: name }
  const objects: DesiredManifest[] = [serviceAccountOf(component, serviceAccount, namespace, selector)]
  if (service !== undefined) objects.push(serviceOf(component, service, namespace, selector, ports))
  if (versions.length === 0) objects.push(deploymentOf(component, name, namespace, selector, undefined, serviceAccount, ports))
  for (const version of versions) {
    objects.push(deploymentOf(component, joinName(name, version.name), namespace, selector, version, serviceAccount, ports))
  }
  return { namespace, service, ports, serviceAccount, serviceAccounts: [serviceAccount], selector, versions, objects }
}

function serviceAccountOf(
  component: ComponentOf<'workloads'>,
  name: string,
  namespace: string,
  selector: StringMap,
): DesiredManifest {
  return traceManifest(
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels: { ...component.spec.labels, ...selector } },
    },
    component.spec.serviceAccount === undefined ? [] : ['serviceAccount'],
  )
}

function serviceOf(
  component: ComponentOf<'workloads'>,
  name: string,
  namespace: string,
  selector: StringMap,
  ports: readonly ServicePort[],
): DesiredManifest {
  return traceManifest(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { ...component.spec.labels, ...selector } },
      spec: {
        selector,
        ports: from(
          ['ports'],
          ports.map((port, index) =>
            from(['ports', index], {
              name: port.name,
              port: port.port,
              targetPort: port.targetPort,
              protocol: port.protocol === 'udp' ? 'UDP' : undefined,
              appProtocol: port.protocol === 'udp' ? undefined : port.protocol,
            }),
          ),
        ),
      },
    },
    ['ports'],
  )
}

function deploymentOf(
  component: ComponentOf<'workloads'>,
  name: string,
  namespace: string,
  selector: StringMap,
  version: WorkloadVersion | undefined,
  serviceAccount: string,
  ports: readonly ServicePort[],
): DesiredManifest {
  const { spec } = component
  const own: WorkloadVersionSpec = version === undefined ? {} : (spec.versions?.[version.name] ?? {})
  const base: ValuePath = version === undefined ? [] : ['versions', version.name]
  const where = (key: 'image' | 'replicas'): ValuePath => (own[key] === undefined ? [key] : [...base, key])
  const matchLabels = { ...selector, ...version?.labels }
  const labels = { ...spec.labels, ...matchLabels }
  return traceManifest(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        // Left out when the design says nothing, so that an autoscaler may own it.
        replicas: from(where('replicas'), own.replicas ?? spec.replicas),
        selector: { matchLabels },
        template: {
          metadata: { labels, annotations: from(['annotations'], spec.annotations) },
          spec: {
            serviceAccountName: serviceAccount,
            containers: [
              {
                name: 'app',
                image: from(where('image'), own.image ?? spec.image),
                command: from(['command'], spec.command),
                args: from(['args'], spec.args),
                env: environmentOf(spec.environment, own.environment, base),
                ports:
                  ports.length === 0
                    ? undefined
                    : from(
                        ['ports'],
                        ports.map((port, index) =>
                          from(['ports', index], {
                            name: port.name,
                            containerPort: spec.ports?.[index]?.targetPort ?? port.port,
                            protocol: port.protocol === 'udp' ? 'UDP' : undefined,
                          }),
                        ),
                      ),
                resources: from(['resources'], spec.resources as Draft),
              },
            ],
          },
        },
      },
    },
    base,
  )
}

function environmentOf(common: StringMap | undefined, own: StringMap | undefined, base: ValuePath): Draft {
  const merged = { ...common, ...own }
  const names = Object.keys(merged)
  if (names.length === 0) return undefined
  return names.map((name) =>
    from(own !== undefined && name in own ? [...base, 'environment', name] : ['environment', name], {
      name,
      value: merged[name],
    }),
  )
}
