import Type from 'typebox'
import { authorization } from './authorization.ts'
import { componentFields } from './component.ts'
import { filter } from './filter.ts'
import { external, gateway } from './gateway.ts'
import { mesh } from './mesh.ts'
import { perfCheck } from './perf-check.ts'
import { rules } from './rules.ts'
import { closed, duration, type Evaluated, flag, freeObject, mapOf, NAME_PATTERN, oneOf, stringMap, text } from './scalars.ts'
import { traffic } from './traffic.ts'
import { workload } from './workload.ts'

/** The only version of the language so far. */
export const API_VERSION = 'meshform.dev/v1'

/** `inputs.<name>`: a JSON Schema of the value, with a default. */
export const input = closed(
  {
    type: Type.Optional(
      oneOf(['string', 'integer', 'number', 'boolean', 'array', 'object'], 'Type of the value; default string.'),
    ),
    description: Type.Optional(text('What it is for.')),
    default: Type.Optional(Type.Unknown({ description: 'Value when none is given; without it the input is required.' })),
    enum: Type.Optional(Type.Array(Type.Unknown(), { description: 'Values allowed.' })),
    minimum: Type.Optional(Type.Number({ description: 'Smallest number.' })),
    maximum: Type.Optional(Type.Number({ description: 'Largest number.' })),
    minLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Shortest string.' })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0, description: 'Longest string.' })),
    pattern: Type.Optional(text('Regular expression a string must match.')),
    format: Type.Optional(text('JSON Schema format.')),
    items: Type.Optional(freeObject('Schema of items.')),
    properties: Type.Optional(freeObject('Schemas of properties.')),
    required: Type.Optional(Type.Array(Type.String(), { description: 'Properties required.' })),
    additionalProperties: Type.Optional(Type.Unknown({ description: 'Whether, or as what, other properties are allowed.' })),
    sensitive: Type.Optional(flag('Masked wherever it is shown, and kept out of plans and state.')),
  },
  'An input of the design.',
)

/** A field manager: what API servers take for one. */
const fieldManager = (description: string) => Type.String({ pattern: '^[!-~]{1,128}$', description })

/** `ownership`: in whose name fields are written. */
export const ownership = closed(
  {
    fieldManager: Type.Optional(
      fieldManager('Name under which fields are written (field manager); default `meshform-` and the name of the design.'),
    ),
    takeFrom: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Field managers whose fields become those of the design when it takes an object in; default `[kubectl-client-side-apply]`, `[]` for none.',
      }),
    ),
  },
  'In whose name fields are written, and from whom they are taken over.',
)

/** `clusters.<name>`: where objects live. */
export const cluster = closed(
  {
    context: Type.Optional(text('Context of the kubeconfig.')),
    fieldManager: Type.Optional(fieldManager('Name under which fields are written there; default: that of `ownership`.')),
    kubeconfig: Type.Optional(text('Path of the kubeconfig, relative to the design; default: $KUBECONFIG or ~/.kube/config.')),
    sandbox: Type.Optional(
      flag('An embedded cluster: `sandbox` is the one without configuration, other names are further ones beside it.'),
    ),
    consul: Type.Optional(
      closed(
        {
          address: text('Address of the HTTP API.'),
          datacenter: Type.Optional(text('Datacenter.')),
          tokenFrom: Type.Optional(text('Environment variable that holds the token; default CONSUL_HTTP_TOKEN.')),
          namespace: Type.Optional(text('Namespace of Consul Enterprise.')),
          partition: Type.Optional(text('Admin partition of Consul Enterprise.')),
          caFile: Type.Optional(
            text('PEM file of the authority of the server; default $CONSUL_CACERT, else those of the system.'),
          ),
          certFile: Type.Optional(text('PEM file of a client certificate; default $CONSUL_CLIENT_CERT.')),
          keyFile: Type.Optional(text('PEM file of its key; default $CONSUL_CLIENT_KEY.')),
          serverName: Type.Optional(text('Name that the certificate of the server must bear; default $CONSUL_TLS_SERVER_NAME.')),
        },
        'A Consul server reached by its HTTP API.',
      ),
    ),
  },
  'A cluster.',
)

/** `resources.<name>`: any object the target knows, in its own words. */
export const resource = closed(
  {
    ...componentFields,
    manifest: Type.Optional(
      Type.Object(
        {
          apiVersion: Type.String(),
          kind: Type.String(),
          metadata: Type.Object({ name: Type.String() }, { additionalProperties: true }),
        },
        { additionalProperties: true, description: 'The object.' },
      ),
    ),
    manifests: Type.Optional(Type.Array(Type.String(), { description: 'Paths or globs of manifests, relative to the design.' })),
    wait: Type.Optional(flag('Wait until it is healthy; default true.')),
  },
  'Objects in the words of the target.',
)

/** `patterns.<name>`: another design, with inputs. */
export const pattern = closed(
  {
    ...componentFields,
    source: text('Folder or file of the design: a path, git, https:// or oci:// address.'),
    inputs: Type.Optional(freeObject('Its inputs.')),
  },
  'A design used inside this one.',
)

/** `outputs.<name>` */
export const output = closed(
  {
    value: Type.Unknown({ description: 'The value, usually an expression.' }),
    description: Type.Optional(text('What it is.')),
    sensitive: Type.Optional(flag('Masked wherever it is shown.')),
  },
  'A value the design gives back.',
)

/** `policies.<name>`: a rule in CEL over the plan. */
export const policy = closed(
  {
    rule: text('CEL over `change` (each change) or `plan`; true lets it pass.'),
    message: Type.Optional(text('What is shown when it does not.')),
    enforcement: Type.Optional(oneOf(['mandatory', 'advisory'], 'Whether a failure stops the apply; default mandatory.')),
  },
  'A policy over plans.',
)

/** `state`: where the state of this design is kept. Never with a credential. */
export const stateSettings = closed(
  {
    address: Type.Optional(
      text(
        'A folder, or an https://, postgres://, kubernetes://CONTEXT/NAMESPACE, s3://BUCKET/PREFIX, gcs://BUCKET/PREFIX, azurerm://ACCOUNT/CONTAINER/PREFIX, oss://BUCKET/PREFIX, cos://BUCKET-APPID/PREFIX, ocistore://NAMESPACE/BUCKET/PREFIX or consul://HOST:PORT/PREFIX address; default .meshform/state; `--state` wins over it.',
      ),
    ),
    encrypted: Type.Optional(flag('Refuse to read or write it without an encryption key; default false.')),
    http: Type.Optional(
      closed(
        {
          lockAddress: Type.Optional(text('Address of the lock; default: that of the state.')),
          unlockAddress: Type.Optional(text('Address to unlock at; default: that of the lock.')),
          updateMethod: Type.Optional(text('Default POST.')),
          lockMethod: Type.Optional(text('Default LOCK.')),
          unlockMethod: Type.Optional(text('Default UNLOCK.')),
          lockExpiry: Type.Optional(duration('How long a lock lasts that nobody renews; default 3m.')),
        },
        'How an HTTP server wants to be asked, in Terraform’s protocol.',
      ),
    ),
  },
  'Where the state is kept.',
)

const moved = closed({ from: text('The address before.'), to: text('The address now.') }, 'A component that was renamed.')
const imported = closed(
  {
    to: text('The component that takes it.'),
    object: closed(
      {
        apiVersion: text('apiVersion.'),
        kind: text('Kind.'),
        namespace: Type.Optional(text('Namespace.')),
        name: text('Name.'),
        cluster: Type.Optional(text('Cluster.')),
      },
      'The live object.',
    ),
  },
  'A live object taken into the state.',
)
const removed = closed(
  {
    from: text('The address that is gone.'),
    destroy: Type.Optional(flag('Delete its objects; default false: they are forgotten.')),
  },
  'A component that is given up.',
)

/** A whole design document. The one source of truth: JSON Schema, types, validation and the language reference come from it. */
export const design = closed(
  {
    apiVersion: Type.Literal(API_VERSION, { description: 'Version of the language.' }),
    kind: Type.Literal('Design', { description: 'Always Design.' }),
    metadata: closed(
      {
        name: Type.String({ pattern: NAME_PATTERN, description: 'Name of the design: part of its state and owner labels.' }),
        version: Type.Optional(text('Version of the design.')),
        description: Type.Optional(text('What it does.')),
        labels: Type.Optional(stringMap('Labels on every object.')),
        annotations: Type.Optional(stringMap('Annotations for catalogs and tools.')),
      },
      'What the design is called.',
    ),
    inputs: Type.Optional(mapOf(input, 'Values that users of the design give.')),
    locals: Type.Optional(freeObject('Named values, in scope as `locals.<name>`.')),
    state: Type.Optional(stateSettings),
    ownership: Type.Optional(ownership),
    rules: Type.Optional(rules),
    clusters: Type.Optional(mapOf(cluster, 'Clusters by name; none: the sandbox.')),
    meshes: Type.Optional(mapOf(mesh, 'Service meshes by name.')),
    workloads: Type.Optional(mapOf(workload, 'Workloads by name.')),
    traffic: Type.Optional(mapOf(traffic, 'Traffic policies by name.')),
    authorization: Type.Optional(mapOf(authorization, 'Authorization policies by name.')),
    gateways: Type.Optional(mapOf(gateway, 'Gateways by name.')),
    external: Type.Optional(mapOf(external, 'Hosts outside the mesh by name.')),
    filters: Type.Optional(mapOf(filter, 'Filters by name.')),
    perfChecks: Type.Optional(mapOf(perfCheck, 'Perf-checks by name.')),
    resources: Type.Optional(mapOf(resource, 'Plain objects by name.')),
    patterns: Type.Optional(mapOf(pattern, 'Other designs used here, by name.')),
    outputs: Type.Optional(mapOf(output, 'Values given back.')),
    policies: Type.Optional(mapOf(policy, 'Policies over plans.')),
    moved: Type.Optional(Type.Array(moved, { description: 'Components that were renamed.' })),
    imports: Type.Optional(Type.Array(imported, { description: 'Live objects taken into the state.' })),
    removed: Type.Optional(Type.Array(removed, { description: 'Components given up.' })),
  },
  'A meshform design.',
)

/** An evaluated `resources.<name>`. */
export type ResourceSpec = Evaluated<typeof resource>
/** An evaluated `patterns.<name>`. */
export type PatternSpec = Evaluated<typeof pattern>
/** An evaluated `clusters.<name>`. */
export type ClusterSpec = Evaluated<typeof cluster>
/** An evaluated `state`. */
export type StateSettings = Evaluated<typeof stateSettings>
/** An evaluated `ownership`. */
export type OwnershipSettings = Evaluated<typeof ownership>
/** An evaluated `policies.<name>`. */
export type PolicySpec = Evaluated<typeof policy>
