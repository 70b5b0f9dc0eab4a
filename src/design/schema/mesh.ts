import Type from 'typebox'
import { componentFields } from './component.ts'
import { ignoreRule } from './rules.ts'
import { closed, type Evaluated, flag, freeObject, NAME_PATTERN, oneOf, percent, stringMap, text } from './scalars.ts'

const chart = closed(
  {
    repository: Type.Optional(text('Chart repository: an https:// or oci:// address.')),
    name: Type.Optional(text('Chart name, or the path of a chart folder or archive.')),
    version: Type.Optional(text('Chart version, pinned.')),
    namespace: Type.Optional(text('Namespace of the release; default: the namespace of the mesh.')),
    values: Type.Optional(freeObject('Chart values.')),
  },
  'A Helm chart to render.',
)

/** How a mesh's control plane gets onto a cluster. */
export const install = closed(
  {
    manifests: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Paths, globs or https:// addresses of rendered manifests, relative to the design; an address may end in `#sha256=<digest>`, which is then checked.',
      }),
    ),
    charts: Type.Optional(
      Type.Array(chart, { description: 'Helm charts in the order to apply; default: those the mesh documents.' }),
    ),
    values: Type.Optional(freeObject('Values merged into every chart.')),
    keepCrds: Type.Optional(flag('Leave CustomResourceDefinitions when the mesh is uninstalled; default true.')),
  },
  'How the control plane is installed. Left out: the mesh is not installed by this design unless its charts are asked for.',
)

/** Telemetry switches of a mesh. */
export const telemetry = closed(
  {
    metrics: Type.Optional(flag('Metrics of requests on or off.')),
    tracing: Type.Optional(
      closed(
        {
          sampling: Type.Optional(percent('Share of requests traced.')),
          provider: Type.Optional(text('Name of the tracing provider.')),
        },
        'Distributed tracing.',
      ),
    ),
    accessLogs: Type.Optional(flag('Access logs of proxies on or off.')),
  },
  'Telemetry switches.',
)

/** `meshes.<name>` */
export const mesh = closed(
  {
    ...componentFields,
    provider: text('The mesh: see `meshform providers`.'),
    version: Type.Optional(text('Version of the mesh, such as 1.30.0: decides what it can do.')),
    namespace: Type.Optional(Type.String({ pattern: NAME_PATTERN, description: 'Namespace of the control plane.' })),
    mode: Type.Optional(text('Data plane mode where the mesh has several: `sidecar` (default) or `ambient` for Istio.')),
    revision: Type.Optional(text('Control plane revision or tag that workloads ask for.')),
    trustDomain: Type.Optional(text('Trust domain of workload identities; default cluster.local.')),
    mtls: Type.Optional(
      oneOf(['strict', 'permissive', 'disable'], 'Whether workloads accept only mutual TLS, also plain text, or none at all.'),
    ),
    existing: Type.Optional(flag('The mesh is there already: it is looked for, its version read, and nothing of it is changed.')),
    install: Type.Optional(install),
    telemetry: Type.Optional(telemetry),
    ignore: Type.Optional(
      Type.Array(ignoreRule, {
        description: 'Further fields that others write, beside those the provider ships; or, with `ours`, fewer.',
      }),
    ),
    labels: Type.Optional(stringMap('Labels set on every object made for this mesh.')),
    settings: Type.Optional(freeObject('Settings of this provider alone, checked against its schema.')),
  },
  'A service mesh.',
)

/** An evaluated `meshes.<name>`. */
export type MeshSpec = Evaluated<typeof mesh>
