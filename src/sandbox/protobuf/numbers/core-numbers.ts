/** Objects of the core group and what all have: numbers of fields, in the notation of `field-numbers.ts`. */
export const coreNumbers = `
ObjectMeta name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7 creationTimestamp=8
  deletionTimestamp=9 deletionGracePeriodSeconds=10 labels=11 annotations=12 ownerReferences=13 finalizers=14
  managedFields=17
DeleteOptions gracePeriodSeconds=1 preconditions=2 orphanDependents=3 propagationPolicy=4 dryRun=5
  ignoreStoreReadErrorWithClusterBreakingPotential=6
OwnerReference apiVersion=5 kind=1 name=3 uid=4 controller=6 blockOwnerDeletion=7
ManagedFieldsEntry manager=1 operation=2 apiVersion=3 time=4 fieldsType=6 fieldsV1=7 subresource=8
Condition type=1 status=2 observedGeneration=3 lastTransitionTime=4 reason=5 message=6
LabelSelector matchLabels=1 matchExpressions=2
Preconditions uid=1 resourceVersion=2
LabelSelectorRequirement key=1 operator=2 values=3
FieldSelectorRequirement key=1 operator=2 values=3
LocalObjectReference name=1
Binding metadata=1 target=2
ObjectReference kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7
SecretReference name=1 namespace=2
TypedLocalObjectReference apiGroup=1 kind=2 name=3
NodeSelector nodeSelectorTerms=1
NodeSelectorTerm matchExpressions=1 matchFields=2
NodeSelectorRequirement key=1 operator=2 values=3
Namespace metadata=1 spec=2 status=3
Service metadata=1 spec=2 status=3
ServiceAccount metadata=1 secrets=2 imagePullSecrets=3 automountServiceAccountToken=4
ConfigMap metadata=1 immutable=4 data=2 binaryData=3
Secret metadata=1 immutable=5 data=2 stringData=4 type=3
Endpoints metadata=1 subsets=2
Event metadata=1 involvedObject=2 reason=3 message=4 source=5 firstTimestamp=6 lastTimestamp=7 count=8 type=9
  eventTime=10 series=11 action=12 related=13 reportingComponent=14 reportingInstance=15
Node metadata=1 spec=2 status=3
PersistentVolume metadata=1 spec=2 status=3
ReplicationController metadata=1 spec=2 status=3
ResourceQuota metadata=1 spec=2 status=3
LimitRange metadata=1 spec=2
PodTemplate metadata=1 template=2
Binding metadata=1 target=2
NamespaceSpec finalizers=1
NamespaceStatus phase=1 conditions=2
ServiceSpec ports=1 selector=2 clusterIP=3 clusterIPs=18 type=4 externalIPs=5 sessionAffinity=7 loadBalancerIP=8
  loadBalancerSourceRanges=9 externalName=10 externalTrafficPolicy=11 healthCheckNodePort=12 publishNotReadyAddresses=13
  sessionAffinityConfig=14 ipFamilies=19 ipFamilyPolicy=17 allocateLoadBalancerNodePorts=20 loadBalancerClass=21
  internalTrafficPolicy=22 trafficDistribution=23
ServiceStatus loadBalancer=1 conditions=2
EndpointSubset addresses=1 notReadyAddresses=2 ports=3
EventSource component=1 host=2
EventSeries count=1 lastObservedTime=2
NodeSpec podCIDR=1 podCIDRs=7 providerID=3 unschedulable=4 taints=5 configSource=6 externalID=2
NodeStatus capacity=1 allocatable=2 phase=3 conditions=4 addresses=5 daemonEndpoints=6 nodeInfo=7 images=8
  volumesInUse=9 volumesAttached=10 config=11 runtimeHandlers=12 features=13 declaredFeatures=14
PersistentVolumeStatus phase=1 message=2 reason=3 lastPhaseTransitionTime=4
ReplicationControllerSpec replicas=1 minReadySeconds=4 selector=2 template=3
ReplicationControllerStatus replicas=1 fullyLabeledReplicas=2 readyReplicas=4 availableReplicas=5 observedGeneration=3
  conditions=6
ResourceQuotaSpec hard=1 scopes=2 scopeSelector=3
ResourceQuotaStatus hard=1 used=2
LimitRangeSpec limits=1
PodTemplateSpec metadata=1 spec=2
TopologySelectorTerm matchLabelExpressions=1
NamespaceCondition type=1 status=2 lastTransitionTime=4 reason=5 message=6
ServicePort name=1 protocol=2 appProtocol=6 port=3 targetPort=4 nodePort=5
SessionAffinityConfig clientIP=1
LoadBalancerStatus ingress=1
EndpointAddress ip=1 hostname=3 nodeName=4 targetRef=2
EndpointPort name=1 port=2 protocol=3 appProtocol=4
Taint key=1 value=2 effect=3 timeAdded=4
NodeConfigSource configMap=2
NodeCondition type=1 status=2 lastHeartbeatTime=3 lastTransitionTime=4 reason=5 message=6
NodeAddress type=1 address=2
NodeDaemonEndpoints kubeletEndpoint=1
NodeSystemInfo machineID=1 systemUUID=2 bootID=3 kernelVersion=4 osImage=5 containerRuntimeVersion=6 kubeletVersion=7
  kubeProxyVersion=8 operatingSystem=9 architecture=10 swap=11
ContainerImage names=1 sizeBytes=2
AttachedVolume name=1 devicePath=2
NodeConfigStatus assigned=1 active=2 lastKnownGood=3 error=4
NodeRuntimeHandler name=1 features=2
NodeFeatures supplementalGroupsPolicy=1
ReplicationControllerCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
ScopeSelector matchExpressions=1
LimitRangeItem type=1 max=2 min=3 default=4 defaultRequest=5 maxLimitRequestRatio=6
TopologySelectorLabelRequirement key=1 values=2
ClientIPConfig timeoutSeconds=1
LoadBalancerIngress ip=1 hostname=2 ipMode=3 ports=4
ConfigMapNodeConfigSource namespace=1 name=2 uid=3 resourceVersion=4 kubeletConfigKey=5
DaemonEndpoint Port=1
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts=1 userNamespaces=2
ScopedResourceSelectorRequirement scopeName=1 operator=2 values=3
PortStatus port=1 protocol=2 error=3
NodeSwapStatus capacity=1
`
