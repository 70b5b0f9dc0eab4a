/** What discovery says of a subresource: the kind that is sent or answered, and what may be done with it. */
export interface SubresourceEntry {
  readonly kind: string
  readonly verbs: readonly string[]
  /** Where the kind is of another group than its resource. */
  readonly group?: string
  readonly version?: string
}

const connect = ['create', 'get']
const change = ['get', 'patch', 'update']
const proxy = ['create', 'delete', 'get', 'patch', 'update']

const entries: { readonly [name: string]: SubresourceEntry } = {
  'certificatesigningrequests/approval': { kind: 'CertificateSigningRequest', verbs: change },
  'namespaces/finalize': { kind: 'Namespace', verbs: ['update'] },
  'nodes/proxy': { kind: 'NodeProxyOptions', verbs: proxy },
  'pods/attach': { kind: 'PodAttachOptions', verbs: connect },
  'pods/binding': { kind: 'Binding', verbs: ['create'] },
  'pods/ephemeralcontainers': { kind: 'Pod', verbs: change },
  'pods/eviction': { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  'pods/exec': { kind: 'PodExecOptions', verbs: connect },
  'pods/log': { kind: 'Pod', verbs: ['get'] },
  'pods/portforward': { kind: 'PodPortForwardOptions', verbs: connect },
  'pods/proxy': { kind: 'PodProxyOptions', verbs: proxy },
  'pods/resize': { kind: 'Pod', verbs: change },
  'serviceaccounts/token': { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  'services/proxy': { kind: 'ServiceProxyOptions', verbs: proxy },
}

/** The entry of `plural/name`; undefined for what discovery doesn't list. */
export function subresourceEntry(plural: string, name: string): SubresourceEntry | undefined {
  return entries[`${plural}/${name}`]
}
