/** Models of the rest of the core group, in the notation of `model-notation.ts`. */
export const coreModels = `
Namespace
  kind string
  apiVersion string
  metadata ObjectMeta
  spec NamespaceSpec
  status NamespaceStatus
Service
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ServiceSpec
  status ServiceStatus
ServiceAccount
  kind string
  apiVersion string
  metadata ObjectMeta
  secrets [ObjectReference] map:name patch:merge/name
  imagePullSecrets [LocalObjectReference] atomic
  automountServiceAccountToken *bool
ConfigMap
  kind string
  apiVersion string
  metadata ObjectMeta
  immutable *bool
  data {string}
  binaryData {bytes}
Secret
  kind string
  apiVersion string
  metadata ObjectMeta
  immutable *bool
  data {bytes}
  stringData {string}
  type string
Endpoints
  kind string
  apiVersion string
  metadata ObjectMeta
  subsets [EndpointSubset] atomic
Event
  kind string
  apiVersion string
  metadata! ObjectMeta
  involvedObject! ObjectReference
  reason string
  message string
  source EventSource
  firstTimestamp time
  lastTimestamp time
  count int32
  type string
  eventTime microTime
  series *EventSeries
  action string
  related *ObjectReference
  reportingComponent! string
  reportingInstance! string
Node
  kind string
  apiVersion string
  metadata ObjectMeta
  spec NodeSpec
  status NodeStatus
PersistentVolume
  kind string
  apiVersion string
  metadata ObjectMeta
  spec PersistentVolumeSpec
  status PersistentVolumeStatus
ReplicationController
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ReplicationControllerSpec
  status ReplicationControllerStatus
ResourceQuota
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ResourceQuotaSpec
  status ResourceQuotaStatus
LimitRange
  kind string
  apiVersion string
  metadata ObjectMeta
  spec LimitRangeSpec
PodTemplate
  kind string
  apiVersion string
  metadata ObjectMeta
  template PodTemplateSpec
Binding
  kind string
  apiVersion string
  metadata ObjectMeta
  target! ObjectReference
NamespaceSpec
  finalizers [string] atomic
NamespaceStatus
  phase string
  conditions [NamespaceCondition] map:type patch:merge/type
ServiceSpec
  ports [ServicePort] map:port,protocol patch:merge/port
  selector {string} atomic
  clusterIP string
  clusterIPs [string] atomic
  type string
  externalIPs [string] atomic
  sessionAffinity string
  loadBalancerIP string
  loadBalancerSourceRanges [string] atomic
  externalName string
  externalTrafficPolicy string
  healthCheckNodePort int32
  publishNotReadyAddresses bool
  sessionAffinityConfig *SessionAffinityConfig
  ipFamilies [string] atomic
  ipFamilyPolicy *string
  allocateLoadBalancerNodePorts *bool
  loadBalancerClass *string
  internalTrafficPolicy *string
  trafficDistribution *string
ServiceStatus
  loadBalancer LoadBalancerStatus
  conditions [Condition] map:type patch:merge/type
EndpointSubset
  addresses [EndpointAddress] atomic
  notReadyAddresses [EndpointAddress] atomic
  ports [EndpointPort] atomic
EventSource
  component string
  host string
EventSeries
  count int32
  lastObservedTime microTime
NodeSpec
  podCIDR string
  podCIDRs [string] set patch:merge
  providerID string
  unschedulable bool
  taints [Taint] atomic
  configSource *NodeConfigSource
  externalID string
NodeStatus
  capacity {quantity}
  allocatable {quantity}
  phase string
  conditions [NodeCondition] map:type patch:merge/type
  addresses [NodeAddress] map:type patch:merge/type
  daemonEndpoints NodeDaemonEndpoints
  nodeInfo NodeSystemInfo
  images [ContainerImage] atomic
  volumesInUse [string] atomic
  volumesAttached [AttachedVolume] atomic
  config *NodeConfigStatus
  runtimeHandlers [NodeRuntimeHandler] atomic
  features *NodeFeatures
  declaredFeatures [string] atomic
PersistentVolumeStatus
  phase string
  message string
  reason string
  lastPhaseTransitionTime *time
ReplicationControllerSpec
  replicas *int32
  minReadySeconds int32
  selector {string} atomic
  template *PodTemplateSpec
ReplicationControllerStatus
  replicas! int32
  fullyLabeledReplicas int32
  readyReplicas int32
  availableReplicas int32
  observedGeneration int64
  conditions [ReplicationControllerCondition] map:type patch:merge/type
ResourceQuotaSpec
  hard {quantity}
  scopes [string] atomic
  scopeSelector *ScopeSelector
ResourceQuotaStatus
  hard {quantity}
  used {quantity}
LimitRangeSpec
  limits! [LimitRangeItem] atomic
PodTemplateSpec
  metadata ObjectMeta
  spec PodSpec
TopologySelectorTerm atomic
  matchLabelExpressions [TopologySelectorLabelRequirement] atomic
NamespaceCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
ServicePort
  name string
  protocol string default:TCP
  appProtocol *string
  port! int32
  targetPort intOrString
  nodePort int32
SessionAffinityConfig
  clientIP *ClientIPConfig
LoadBalancerStatus
  ingress [LoadBalancerIngress] atomic
EndpointAddress atomic
  ip! string
  hostname string
  nodeName *string
  targetRef *ObjectReference
EndpointPort atomic
  name string
  port! int32
  protocol string
  appProtocol *string
Taint
  key! string
  value string
  effect! string
  timeAdded *time
NodeConfigSource
  configMap *ConfigMapNodeConfigSource
NodeCondition
  type! string
  status! string
  lastHeartbeatTime time
  lastTransitionTime time
  reason string
  message string
NodeAddress
  type! string
  address! string
NodeDaemonEndpoints
  kubeletEndpoint DaemonEndpoint
NodeSystemInfo
  machineID! string
  systemUUID! string
  bootID! string
  kernelVersion! string
  osImage! string
  containerRuntimeVersion! string
  kubeletVersion! string
  kubeProxyVersion! string
  operatingSystem! string
  architecture! string
  swap *NodeSwapStatus
ContainerImage
  names! [string] atomic
  sizeBytes int64
AttachedVolume
  name! string
  devicePath! string
NodeConfigStatus
  assigned *NodeConfigSource
  active *NodeConfigSource
  lastKnownGood *NodeConfigSource
  error string
NodeRuntimeHandler
  name! string
  features *NodeRuntimeHandlerFeatures
NodeFeatures
  supplementalGroupsPolicy *bool
ReplicationControllerCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
ScopeSelector atomic
  matchExpressions [ScopedResourceSelectorRequirement] atomic
LimitRangeItem
  type! string
  max {quantity}
  min {quantity}
  default {quantity}
  defaultRequest {quantity}
  maxLimitRequestRatio {quantity}
TopologySelectorLabelRequirement
  key! string
  values! [string] atomic
ClientIPConfig
  timeoutSeconds *int32
LoadBalancerIngress
  ip string
  hostname string
  ipMode *string
  ports [PortStatus] atomic
ConfigMapNodeConfigSource
  namespace! string
  name! string
  uid string
  resourceVersion string
  kubeletConfigKey! string
DaemonEndpoint
  Port! int32
NodeRuntimeHandlerFeatures
  recursiveReadOnlyMounts *bool
  userNamespaces *bool
ScopedResourceSelectorRequirement
  scopeName! string
  operator! string
  values [string] atomic
PortStatus
  port! int32
  protocol! string
  error *string
NodeSwapStatus
  capacity *int64
`
