import Type from 'typebox'
import { oneOf, stringMap, text } from '../../schema/scalars.ts'

/** A map whose further keys go through to Kubernetes as they are. */
export function open<Properties extends Type.TProperties>(properties: Properties, description: string) {
  return Type.Object(properties, { additionalProperties: true, description })
}

/** A text with what is taken where none is written. */
export function textOr(fallback: string, description: string) {
  return Type.String({ default: fallback, description })
}

/** A whole number with what is taken where none is written. */
export function wholeOr(fallback: number, description: string) {
  return Type.Integer({ default: fallback, description })
}

/** A flag with what is taken where none is written. */
export function flagOr(fallback: boolean, description: string) {
  return Type.Boolean({ default: fallback, description })
}

/** A word out of a list, the first of which is taken where none is written. */
export function firstOf<const Words extends readonly string[]>(words: Words, description: string) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], default: words[0], description })
}

/** A list of texts. */
export function texts(description: string) {
  return Type.Array(Type.String(), { description })
}

/** An amount of storage or memory, with its unit. */
export function amount(description: string) {
  return Type.String({
    pattern: '^([1-9][0-9]{0,63})(E|P|T|G|M|K|Ei|Pi|Ti|Gi|Mi|Ki)$',
    description,
    examples: ['512Mi', '2Gi'],
  })
}

/** A port's protocol. */
export const transport = firstOf(['TCP', 'UDP', 'SCTP'], 'Protocol of the port.')

/** Environment variables. */
export const environment = Type.Array(open({ name: text('Name of the variable.') }, 'An environment variable.'), {
  description: 'Environment variables.',
})

/** A probe of a container. */
export const probe = open(
  {
    initialDelaySeconds: wholeOr(0, 'Seconds before the first probe.'),
    periodSeconds: wholeOr(10, 'Seconds between probes.'),
    timeoutSeconds: wholeOr(1, 'Seconds after which a probe has failed.'),
    successThreshold: wholeOr(1, 'Successes in a row that make it healthy.'),
    failureThreshold: wholeOr(3, 'Failures in a row that make it unhealthy.'),
  },
  'A probe, as Kubernetes writes it.',
)

/** Names for addresses. */
export const hostAliases = Type.Array(
  open({ ip: text('Address.'), hostnames: texts('Names for it.') }, 'Names for an address.'),
  {
    description: 'Names for addresses, in the hosts file of the pods.',
  },
)

/** Keys of a ConfigMap or Secret that become files. */
export const items = Type.Array(
  open({ key: text('Key.'), path: text('File.'), mode: wholeOr(511, 'Mode of the file.') }, 'A key as a file.'),
  { description: 'The keys that become files; default: all.' },
)

const mounted = {
  name: text('Name of the volume.'),
  mountPath: text('Where it is mounted.'),
  subPath: Type.Optional(text('The part of it that is mounted.')),
}
const mode = wholeOr(420, 'Mode of the files.')
const medium = firstOf(['', 'Memory'], 'What the folder is kept on.')

const volumeMounts = Type.Object(
  {
    pvc: Type.Optional(Type.Array(open({ ...mounted, claimName: text('The claim.') }, 'A claim.'))),
    configMap: Type.Optional(
      Type.Array(
        open({ ...mounted, defaultMode: mode, cmName: text('The ConfigMap.'), items: Type.Optional(items) }, 'A ConfigMap.'),
      ),
    ),
    secret: Type.Optional(
      Type.Array(
        open({ ...mounted, defaultMode: mode, secretName: text('The Secret.'), items: Type.Optional(items) }, 'A Secret.'),
      ),
    ),
    emptyDir: Type.Optional(Type.Array(open({ ...mounted, medium }, 'An empty folder.'))),
    hostPath: Type.Optional(
      Type.Array(
        open(
          {
            ...mounted,
            path: text('Path on the node.'),
            mountPropagation: Type.Optional(oneOf(['None', 'HostToContainer', 'Bidirectional'], 'How mounts are propagated.')),
            readOnly: Type.Optional(Type.Boolean({ description: 'Mounted to be read only.' })),
          },
          'A path on the node.',
        ),
      ),
    ),
  },
  { additionalProperties: false, description: 'Volumes by what they are made of, and where they are mounted.' },
)

const volumes = Type.Array(
  open(
    {
      name: text('Name of the volume.'),
      mountPath: text('Where it is mounted.'),
      type: firstOf(['emptyDir', 'pvc', 'configMap', 'secret'], 'What it is made of.'),
      medium: Type.Optional(Type.String()),
      claimName: Type.Optional(Type.String()),
      cmName: Type.Optional(Type.String()),
      secretName: Type.Optional(Type.String()),
      defaultMode: mode,
      items: Type.Optional(items),
    },
    'A volume.',
  ),
  { description: 'Volumes in the older form.' },
)

/** What the container of every workload takes. */
export const containerParameters = {
  image: text('Image of the container.'),
  imagePullPolicy: Type.Optional(oneOf(['Always', 'Never', 'IfNotPresent'], 'When the image is pulled.')),
  imagePullSecrets: Type.Optional(texts('Secrets with the credentials of the registry.')),
  cmd: Type.Optional(texts('Command of the container.')),
  env: Type.Optional(environment),
  cpu: Type.Optional(text('CPU, request and limit alike.')),
  memory: Type.Optional(text('Memory, request and limit alike.')),
  volumes: Type.Optional(volumes),
  livenessProbe: Type.Optional(probe),
  readinessProbe: Type.Optional(probe),
}

/** Volumes in the newer form. */
export const mountParameters = { volumeMounts: Type.Optional(volumeMounts) }

/** What is written on pods. */
export const podMarks = {
  labels: Type.Optional(stringMap('Labels of the pods.')),
  annotations: Type.Optional(stringMap('Annotations of the pods.')),
}

/** The ports of a workload that serves. */
export const portParameters = {
  port: Type.Optional(Type.Integer({ description: 'The only port, in the older form.' })),
  ports: Type.Optional(
    Type.Array(
      Type.Object(
        {
          port: Type.Integer({ description: 'Port of the Service, and of the container unless it has its own.' }),
          containerPort: Type.Optional(Type.Integer({ description: 'Port of the container.' })),
          name: Type.Optional(text('Name of the port; default `port-` and its number.')),
          protocol: transport,
          expose: flagOr(false, 'Serve it by a Service.'),
          nodePort: Type.Optional(Type.Integer({ description: 'Port of the nodes, with exposeType NodePort.' })),
        },
        { additionalProperties: false, description: 'A port.' },
      ),
      { description: 'Ports it serves.' },
    ),
  ),
  exposeType: firstOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], 'Type of the Service.'),
  addRevisionLabel: flagOr(false, "Label the pods with KubeVela's revision."),
}
