import Type from 'typebox'
import type { JsonObject } from '../../../plan/json.ts'
import { closed, stringMap, text } from '../../schema/scalars.ts'
import { given } from './given.ts'
import { firstOf, flagOr, textOr, transport } from './pod-parameters.ts'
import { COMPONENT_LABEL, type RenderScope } from './render-scope.ts'
import { applied, beside, SCALED, type TraitType } from './trait-type.ts'
import { portName } from './workload-components.ts'

const http = Type.Record(Type.String(), Type.Integer(), { description: 'Ports by path.' })

interface IngressParameters {
  readonly domain?: string
  readonly http: { readonly [path: string]: number }
}

/** Traits that let others reach a component. */
export const NETWORK_TRAITS: { readonly [type: string]: TraitType } = {
  expose: applied(
    'Service',
    SCALED,
    closed(
      {
        port: Type.Optional(Type.Array(Type.Integer(), { description: 'Ports, in the older form.' })),
        ports: Type.Optional(
          Type.Array(
            closed(
              {
                port: Type.Integer({ description: 'The port.' }),
                name: Type.Optional(text('Its name.')),
                protocol: transport,
                nodePort: Type.Optional(Type.Integer({ description: 'Port of the nodes, with type NodePort.' })),
              },
              'A port.',
            ),
            { description: 'Ports.' },
          ),
        ),
        annotations: Type.Optional(stringMap('Annotations of the Service.')),
        matchLabels: Type.Optional(stringMap('Labels of the pods; default: those of the component.')),
        type: firstOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], 'Type of the Service.'),
      },
      'The Service.',
    ),
    ({ port, ports, annotations, matchLabels, type }, before, scope) => {
      const older = port?.map((each) => ({ name: `port-${each}`, port: each, targetPort: each }))
      const newer = ports?.map((each) =>
        given({
          port: each.port,
          targetPort: each.port,
          name: each.name ?? portName(each.port, each.protocol),
          nodePort: type === 'NodePort' ? each.nodePort : undefined,
          protocol: each.protocol,
        }),
      )
      const metadata = given({ name: scope.component, annotations })
      const selector = matchLabels ?? { [COMPONENT_LABEL]: scope.component }
      return beside(before, {
        service: { apiVersion: 'v1', kind: 'Service', metadata, spec: given({ selector, ports: newer ?? older, type }) },
      })
    },
  ),
  gateway: applied(
    'Ingress, and a Service unless there is one',
    SCALED,
    closed(
      {
        domain: Type.Optional(text('Host.')),
        http,
        class: textOr('nginx', 'Class of the Ingress.'),
        classInSpec: flagOr(false, 'Say the class in the spec, and not by an annotation.'),
        secretName: Type.Optional(text('Secret with the certificate.')),
        gatewayHost: Type.Optional(text('Host of the gateway.')),
        name: Type.Optional(text('Ending of the names, so that a component can have several.')),
        pathType: firstOf(['ImplementationSpecific', 'Prefix', 'Exact'], 'How paths match.'),
        annotations: Type.Optional(stringMap('Annotations of the Ingress.')),
        labels: Type.Optional(stringMap('Labels of the Ingress.')),
        existingServiceName: Type.Optional(text('A Service that is there already.')),
      },
      'The gateway.',
    ),
    (parameters, before, scope) => {
      const ending = parameters.name === undefined ? '' : `-${parameters.name}`
      const name = `${scope.component}${ending}`
      const service = parameters.existingServiceName ?? name
      const annotations = given({
        'kubernetes.io/ingress.class': parameters.classInSpec ? undefined : parameters.class,
        'ingress.controller/host': parameters.gatewayHost,
        ...parameters.annotations,
      })
      const ingress = ingressObject(
        given({
          name,
          annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
          labels: parameters.labels,
        }),
        given({
          ingressClassName: parameters.classInSpec ? parameters.class : undefined,
          tls:
            parameters.secretName === undefined
              ? undefined
              : [
                  given({
                    hosts: parameters.domain === undefined ? undefined : [parameters.domain],
                    secretName: parameters.secretName,
                  }),
                ],
        }),
        parameters,
        service,
        parameters.pathType,
      )
      const own =
        parameters.existingServiceName === undefined ? { [`service${ending}`]: pathService(name, parameters, scope) } : {}
      return beside(before, { ...own, [`ingress${ending}`]: ingress })
    },
  ),
  ingress: applied(
    'Ingress and Service, in the older form',
    SCALED,
    closed({ domain: text('Host.'), http }, 'The ingress.'),
    (parameters, before, scope) =>
      beside(before, {
        service: pathService(scope.component, parameters, scope),
        ingress: plainIngress(parameters, scope),
      }),
  ),
  'pure-ingress': applied(
    'Ingress alone',
    undefined,
    closed({ domain: text('Host.'), http }, 'The ingress.'),
    (parameters, before, scope) => beside(before, { ingress: plainIngress(parameters, scope) }),
  ),
}

function plainIngress(parameters: IngressParameters, { component }: RenderScope): JsonObject {
  return ingressObject({ name: component }, {}, parameters, component, 'ImplementationSpecific')
}

function ingressObject(
  metadata: JsonObject,
  spec: JsonObject,
  { domain, http: paths }: IngressParameters,
  service: string,
  pathType: string,
): JsonObject {
  const rule = given({
    host: domain,
    http: {
      paths: Object.entries(paths).map(([path, number]) => ({
        path,
        pathType,
        backend: { service: { name: service, port: { number } } },
      })),
    },
  })
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { ...spec, rules: [rule] } }
}

/** A Service of the ports that paths lead to: one that several lead to is there once. */
function pathService(name: string, { http: paths }: IngressParameters, { component }: RenderScope): JsonObject {
  const ports = [...new Set(Object.values(paths))].map((port) => ({ name: `port-${port}`, port, targetPort: port }))
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { [COMPONENT_LABEL]: component }, ports } }
}
