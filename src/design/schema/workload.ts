import Type from 'typebox'
import { componentFields } from './component.ts'
import { closed, count, type Evaluated, flag, freeObject, mapOf, NAME_PATTERN, oneOf, port, stringMap, text } from './scalars.ts'

/** Application protocols that ports and routes speak. */
export const PROTOCOLS = ['http', 'http2', 'grpc', 'https', 'tcp', 'tls', 'udp'] as const

const workloadPort = closed(
  {
    name: Type.Optional(text('Name of the port; default: its protocol.')),
    port: port('Port of the Service.'),
    targetPort: Type.Optional(port('Port of the container; default: the same.')),
    protocol: Type.Optional(oneOf(PROTOCOLS, 'Application protocol; default: told by the name, else http.')),
  },
  'A port that the workload serves.',
)

/** One version (subset) of a workload. */
export const workloadVersion = closed(
  {
    labels: Type.Optional(stringMap('Pod labels that tell this version from the others; default `version: <name>`.')),
    image: Type.Optional(text('Container image of this version; default: that of the workload.')),
    replicas: Type.Optional(count('Pods of this version.')),
    environment: Type.Optional(stringMap('Environment variables of this version, over those of the workload.')),
    service: Type.Optional(text('Name of a Service that selects this version only, where one exists already.')),
  },
  'A version of the workload.',
)

/** `workloads.<name>` */
export const workload = closed(
  {
    ...componentFields,
    mesh: Type.Optional(text('The mesh that takes it in, one of `meshes`; none: outside any mesh.')),
    namespace: Type.Optional(Type.String({ pattern: NAME_PATTERN, description: 'Namespace; default `default`.' })),
    manifests: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Paths or globs of existing manifests, relative to the design; onboarded as they are.',
      }),
    ),
    service: Type.Optional(
      text(
        'Name of its Service; default: the one Service in the manifests that bears the name of the workload, else the only one.',
      ),
    ),
    image: Type.Optional(text('Container image: the short form makes a Deployment, a Service and a ServiceAccount.')),
    command: Type.Optional(Type.Array(Type.String(), { description: 'Entrypoint of the container.' })),
    args: Type.Optional(Type.Array(Type.String(), { description: 'Arguments of the container.' })),
    environment: Type.Optional(stringMap('Environment variables.')),
    ports: Type.Optional(Type.Array(workloadPort, { description: 'Ports it serves.' })),
    replicas: Type.Optional(count('Pods (of each version); default 1.')),
    resources: Type.Optional(freeObject('Requests and limits of the container, as Kubernetes writes them.')),
    serviceAccount: Type.Optional(text('ServiceAccount: its identity in the mesh; default: the name of the workload.')),
    labels: Type.Optional(stringMap('Labels on every object and pod.')),
    annotations: Type.Optional(stringMap('Annotations on pods.')),
    versions: Type.Optional(mapOf(workloadVersion, 'Versions that traffic can be split over, by name.')),
    onboard: Type.Optional(
      oneOf(
        ['namespace', 'workload', 'off'],
        'Take the whole namespace into the mesh (default), only these pods, or keep them out.',
      ),
    ),
    createNamespace: Type.Optional(flag('Make the namespace if the design has no object for it; default true.')),
  },
  'A workload: what runs, in which versions, in which mesh.',
)

/** An evaluated `workloads.<name>`. */
export type WorkloadSpec = Evaluated<typeof workload>
/** An evaluated version of a workload. */
export type WorkloadVersionSpec = Evaluated<typeof workloadVersion>
