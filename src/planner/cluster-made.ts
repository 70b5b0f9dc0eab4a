import { isJsonObject, type JsonObject } from '../plan/json.ts'

interface MadeRule {
  readonly kind: string
  /** Undefined: of any name. */
  readonly name: RegExp | undefined
  readonly namespace?: string
  /** The value of the object's `type`. */
  readonly type?: string
}

/** Objects that a cluster makes by itself, and makes again: nobody wants them in a design. */
const MADE: readonly MadeRule[] = [
  {
    kind: 'ConfigMap',
    name: /^(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert|istio-ca-crl|linkerd-identity-trust-roots)$/,
  },
  { kind: 'ServiceAccount', name: /^default$/ },
  { kind: 'Service', name: /^kubernetes$/, namespace: 'default' },
  { kind: 'Endpoints', name: undefined },
  { kind: 'EndpointSlice', name: undefined },
  { kind: 'Event', name: undefined },
  { kind: 'Lease', name: undefined },
  { kind: 'Node', name: undefined },
  { kind: 'Secret', name: undefined, type: 'kubernetes.io/service-account-token' },
  { kind: 'Secret', name: undefined, type: 'helm.sh/release.v1' },
  { kind: 'Namespace', name: /^(default|kube-(system|public|node-lease))$/ },
  { kind: 'ClusterRole', name: /^(system:.*|admin|cluster-admin|edit|view)$/ },
  { kind: 'ClusterRoleBinding', name: /^(system:.*|cluster-admin)$/ },
  { kind: 'PriorityClass', name: /^system-/ },
]

/** Names the ServiceAccount that a token is for. */
const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name'

/** True of an object that the cluster makes, or that a controller made for another: a pod of a Deployment. */
export function isMadeByCluster(kind: string, object: JsonObject): boolean {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const owners = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : []
  if (owners.some((owner) => isJsonObject(owner) && owner.controller === true)) return true
  // Older clusters make a Secret for each ServiceAccount; its metadata alone does not tell its type.
  if (kind === 'Secret' && isJsonObject(metadata.annotations) && SERVICE_ACCOUNT in metadata.annotations) return true
  return MADE.some(
    (rule) =>
      rule.kind === kind &&
      (rule.name === undefined || rule.name.test(String(metadata.name))) &&
      (rule.namespace === undefined || rule.namespace === metadata.namespace) &&
      (rule.type === undefined || rule.type === object.type),
  )
}
