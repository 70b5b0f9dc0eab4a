/** Mistakes that providers see, and warnings of their lints. Documented in docs/diagnostics.md. */
export const PROVIDER_CODES = {
  MF3001: {
    title: 'The mesh cannot do this',
    explanation:
      'The design asks for something that this mesh has no way to do. Nothing is dropped silently: leave it out, take the alternative named, or use another mesh.',
  },
  MF3002: {
    title: 'The mesh does this in part',
    explanation: 'The mesh carries this out with a difference that the message names.',
  },
  MF3003: {
    title: 'The mesh can do this only from a later version',
    explanation: 'The version that the design gives for the mesh is older than the one that brought this feature.',
  },
  MF3004: {
    title: 'Two policies for the same traffic',
    explanation:
      'Two components shape the same traffic of one workload, and the mesh can keep only one of them. Merge them into one.',
  },
  MF3005: {
    title: 'Port is not clear',
    explanation: 'The workload serves several ports, or none, and the policy does not say which one it means.',
  },
  MF3006: {
    title: 'Unknown reference',
    explanation: 'The name stands for no workload, version, gateway or mesh of the design.',
  },
  MF3007: {
    title: 'Caller without identity',
    explanation: 'Meshes tell callers apart by their identity, and this caller is in no mesh, so it has none.',
  },
  MF3008: {
    title: 'Rule without effect',
    explanation: 'The rule can never decide anything, because another part of the design decides before it.',
  },
  MF3009: {
    title: 'Workload of another mesh or cluster',
    explanation: 'A policy of one mesh cannot route to, or allow, a workload of another mesh or cluster as if it were its own.',
  },
  MF3010: {
    title: 'Workload is not complete',
    explanation: 'A workload needs an image for the short form, or manifests; not both.',
  },
  MF3011: {
    title: 'Service of the workload is not clear',
    explanation: 'Several Services are among the manifests and none bears the name of the workload.',
  },
  MF3012: {
    title: 'Manifests do not fit the workload',
    explanation: 'What the manifests say (namespace, Service, versions) differs from what the workload says.',
  },
  MF3013: {
    title: 'Workload serves nothing',
    explanation: 'The policy is about requests to a workload, and the workload has no Service.',
  },
  MF3014: {
    title: 'Route goes nowhere',
    explanation: 'The route names no destination, no redirect and the workload has no version to send it to.',
  },
  MF3015: {
    title: 'Weights do not add up to 100',
    explanation: 'The weights of a route are shares in per cent, and together they must be 100.',
  },
  MF3016: {
    title: 'Hosts are missing',
    explanation: 'The policy holds on a gateway that serves any host, so it must say which hosts it is for.',
  },
  MF3017: {
    title: 'Settings are not valid',
    explanation:
      'The settings do not fit the schema that the provider has for them, or the definition of the kind that they are merged into.',
  },
  MF3018: {
    title: 'Unknown mode',
    explanation: 'The mesh has no such data plane mode.',
  },
  MF3019: {
    title: 'Filter does not fit together',
    explanation:
      'The filter lacks its source or code, or what it is attached to; or it has a field that its kind knows nothing of.',
  },
  MF3020: {
    title: 'Value does not fit the mesh',
    explanation: 'The mesh has this setting, but not with this value.',
  },
  MF3021: {
    title: 'Names collide',
    explanation: 'Two parts of the design come down to the same object name in this mesh.',
  },
  MF3022: {
    title: 'Order of routes is not the one tried',
    explanation:
      'The Gateway API takes the most specific of the matches that hold (exact path, longer path, method, more headers, more parameters), and only among equals the first; Traefik Mesh the one with the most conditions. A later route here is more specific than an earlier one that can match the same request.',
  },
  MF3031: {
    title: 'Object refers to nothing',
    explanation: 'The object names a gateway, subset or port that is not there, so the mesh answers with errors or ignores it.',
  },
  MF3032: {
    title: 'Objects compete for the same traffic',
    explanation:
      'Two objects hold for the same host, gateway or pods, and the mesh takes one of them, or merges them in an order nobody chose.',
  },
  MF3033: {
    title: 'Rule is never reached',
    explanation: 'A rule before it matches everything it matches.',
  },
  MF3034: {
    title: 'Selector matches no pods',
    explanation: 'The labels select no pods of the workloads that are there, so the object does nothing or requests fail.',
  },
  MF3035: {
    title: 'Onboarding labels contradict each other',
    explanation: 'The namespace or pod bears two labels that tell the injector different things; one of them is ignored.',
  },
  MF3036: {
    title: 'Certificate is not verified',
    explanation: 'TLS is spoken without a certificate authority to check the other side against.',
  },
  MF3037: {
    title: 'Object is of an older version of the mesh',
    explanation: 'The mesh reads the object, or this part of it, no longer from its next version on.',
  },
  MF3038: {
    title: 'Project of the mesh has ended',
    explanation:
      'Nobody maintains this mesh any more: no fixes, no releases for new versions of Kubernetes. What the design says is carried out all the same.',
  },
  MF3039: {
    title: 'Settings are not checked',
    explanation: 'The definition of the kind that these settings are merged into is not known here; the server checks them.',
  },
  MF3040: {
    title: 'Channel of the Gateway API cannot be told',
    explanation:
      'The design uses fields of the experimental channel, and the cluster cannot be asked whether it has that one. The standard channel refuses them.',
  },
  MF3041: {
    title: 'No request is like this',
    explanation:
      'A method, path, header, address, time or regular expression is none, or a list names nothing, so no mesh could do what the rule seems to say.',
  },
  MF3042: {
    title: 'The mesh refuses the object',
    explanation:
      "The mesh checks objects beyond their schema, in an admission webhook, its agents or its servers, and refuses this one there. What somebody wrote by hand is warned of, since a mesh's rules change with its version.",
  },
} as const

/** A code of a provider. */
export type ProviderCode = keyof typeof PROVIDER_CODES
