/** Models of `networking.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const networkingModels = `
Ingress
  kind string
  apiVersion string
  metadata ObjectMeta
  spec IngressSpec
  status IngressStatus
IngressClass
  kind string
  apiVersion string
  metadata ObjectMeta
  spec IngressClassSpec
NetworkPolicy
  kind string
  apiVersion string
  metadata ObjectMeta
  spec NetworkPolicySpec
IngressSpec
  ingressClassName *string
  defaultBackend *IngressBackend
  tls [IngressTLS] atomic
  rules [IngressRule] atomic
IngressStatus
  loadBalancer IngressLoadBalancerStatus
IngressClassSpec
  controller string
  parameters *IngressClassParametersReference
NetworkPolicySpec
  podSelector! LabelSelector
  ingress [NetworkPolicyIngressRule] atomic
  egress [NetworkPolicyEgressRule] atomic
  policyTypes [string] atomic
IngressBackend
  service *IngressServiceBackend
  resource *TypedLocalObjectReference
IngressTLS
  hosts [string] atomic
  secretName string
IngressRule
  host string
  http *HTTPIngressRuleValue
IngressLoadBalancerStatus
  ingress [IngressLoadBalancerIngress] atomic
IngressClassParametersReference
  apiGroup *string
  kind! string
  name! string
  scope! *string
  namespace *string
NetworkPolicyIngressRule
  ports [NetworkPolicyPort] atomic
  from [NetworkPolicyPeer] atomic
NetworkPolicyEgressRule
  ports [NetworkPolicyPort] atomic
  to [NetworkPolicyPeer] atomic
IngressServiceBackend
  name! string
  port ServiceBackendPort
IngressLoadBalancerIngress
  ip string
  hostname string
  ports [IngressPortStatus] atomic
NetworkPolicyPort
  protocol *string
  port *intOrString
  endPort *int32
NetworkPolicyPeer
  podSelector *LabelSelector
  namespaceSelector *LabelSelector
  ipBlock *IPBlock
ServiceBackendPort atomic
  name string
  number int32
HTTPIngressRuleValue
  paths! [HTTPIngressPath] atomic
IngressPortStatus
  port! int32
  protocol! string
  error *string
IPBlock
  cidr! string
  except [string] atomic
HTTPIngressPath
  path string
  pathType! *string
  backend! IngressBackend
IPAddress
  kind string
  apiVersion string
  metadata ObjectMeta
  spec IPAddressSpec
IPAddressSpec
  parentRef *ParentReference
ParentReference
  group string
  resource string
  namespace string
  name string
ServiceCIDR
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ServiceCIDRSpec
  status ServiceCIDRStatus
ServiceCIDRSpec
  cidrs [string] atomic
ServiceCIDRStatus
  conditions [Condition] map:type patch:merge/type
`
