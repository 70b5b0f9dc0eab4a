/** Certificates, storage drivers, priorities of requests, mutating policies: numbers of fields, in the notation of `field-numbers.ts`. */
export const platformNumbers = `
PodSchedulingGroup podGroupName=1
VolumeStatus image=1
ImageVolumeStatus imageRef=1
NodeAllocatableResourceClaimStatus resourceClaimName=1 containers=2 resources=3
Variable name=1 expression=2
MutatingAdmissionPolicy metadata=1 spec=2
MutatingAdmissionPolicySpec paramKind=1 matchConstraints=2 variables=3 mutations=4 failurePolicy=5 matchConditions=6
  reinvocationPolicy=7
Mutation patchType=2 applyConfiguration=3 jsonPatch=4
ApplyConfiguration expression=1
JSONPatch expression=1
MutatingAdmissionPolicyBinding metadata=1 spec=2
MutatingAdmissionPolicyBindingSpec policyName=1 paramRef=2 matchResources=3
CSIDriver metadata=1 spec=2
CSIDriverSpec attachRequired=1 podInfoOnMount=2 volumeLifecycleModes=3 storageCapacity=4 fsGroupPolicy=5 tokenRequests=6
  requiresRepublish=7 seLinuxMount=8 nodeAllocatableUpdatePeriodSeconds=9 serviceAccountTokenInSecrets=10
  preventPodSchedulingIfMissing=11
StorageTokenRequest audience=1 expirationSeconds=2
CSINode metadata=1 spec=2
CSINodeSpec drivers=1
CSINodeDriver name=1 nodeID=2 topologyKeys=3 allocatable=4
VolumeNodeResources count=1
CSIStorageCapacity metadata=1 nodeTopology=2 storageClassName=3 capacity=4 maximumVolumeSize=5
VolumeAttachment metadata=1 spec=2 status=3
VolumeAttachmentSpec attacher=1 source=2 nodeName=3
VolumeAttachmentSource persistentVolumeName=1 inlineVolumeSpec=2
VolumeAttachmentStatus attached=1 attachmentMetadata=2 attachError=3 detachError=4
VolumeError time=1 message=2 errorCode=3
VolumeAttributesClass metadata=1 driverName=2 parameters=3
RuntimeClass metadata=1 handler=2 overhead=3 scheduling=4
CertificateSigningRequest metadata=1 spec=2 status=3
CertificateSigningRequestSpec request=1 signerName=7 expirationSeconds=8 usages=5 username=2 uid=3 groups=4 extra=6
CertificateSigningRequestStatus conditions=1 certificate=2
CertificateSigningRequestCondition type=1 status=6 reason=2 message=3 lastUpdateTime=4 lastTransitionTime=5
FlowSchema metadata=1 spec=2 status=3
FlowSchemaSpec priorityLevelConfiguration=1 matchingPrecedence=2 distinguisherMethod=3 rules=4
PriorityLevelConfigurationReference name=1
FlowDistinguisherMethod type=1
PolicyRulesWithSubjects subjects=1 resourceRules=2 nonResourceRules=3
FlowSubject kind=1 user=2 group=3 serviceAccount=4
FlowUserSubject name=1
FlowGroupSubject name=1
FlowServiceAccountSubject namespace=1 name=2
FlowResourceRule verbs=1 apiGroups=2 resources=3 clusterScope=4 namespaces=5
FlowNonResourceRule verbs=1 nonResourceURLs=6
FlowSchemaStatus conditions=1
FlowSchemaCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
PriorityLevelConfiguration metadata=1 spec=2 status=3
PriorityLevelConfigurationSpec type=1 limited=2 exempt=3
LimitedPriorityLevelConfiguration nominalConcurrencyShares=1 limitResponse=2 lendablePercent=3 borrowingLimitPercent=4
LimitResponse type=1 queuing=2
QueuingConfiguration queues=1 handSize=2 queueLengthLimit=3
ExemptPriorityLevelConfiguration nominalConcurrencyShares=1 lendablePercent=2
PriorityLevelConfigurationStatus conditions=1
PriorityLevelConfigurationCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
IPAddress metadata=1 spec=2
IPAddressSpec parentRef=1
ParentReference group=1 resource=2 namespace=3 name=4
ServiceCIDR metadata=1 spec=2 status=3
ServiceCIDRSpec cidrs=1
ServiceCIDRStatus conditions=1
RuntimeOverhead podFixed=1
RuntimeScheduling nodeSelector=1 tolerations=2
APIService metadata=1 spec=2 status=3
APIServiceSpec service=1 group=2 version=3 insecureSkipTLSVerify=4 caBundle=5 groupPriorityMinimum=7 versionPriority=8
APIServiceReference namespace=1 name=2 port=3
APIServiceStatus conditions=1
APIServiceCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
`
