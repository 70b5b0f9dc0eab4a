/** Networking, access, admission and what else a cluster has: numbers of fields, in the notation of `field-numbers.ts`. */
export const clusterNumbers = `
Ingress metadata=1 spec=2 status=3
IngressClass metadata=1 spec=2
NetworkPolicy metadata=1 spec=2
IngressSpec ingressClassName=4 defaultBackend=1 tls=2 rules=3
IngressStatus loadBalancer=1
IngressClassSpec controller=1 parameters=2
NetworkPolicySpec podSelector=1 ingress=2 egress=3 policyTypes=4
IngressBackend service=4 resource=3
IngressTLS hosts=1 secretName=2
IngressRule host=1 +IngressRuleValue=2
IngressRuleValue http=1
IngressLoadBalancerStatus ingress=1
IngressClassParametersReference apiGroup=1 kind=2 name=3 scope=4 namespace=5
NetworkPolicyIngressRule ports=1 from=2
NetworkPolicyEgressRule ports=1 to=2
IngressServiceBackend name=1 port=2
IngressLoadBalancerIngress ip=1 hostname=2 ports=4
NetworkPolicyPort protocol=1 port=2 endPort=3
NetworkPolicyPeer podSelector=1 namespaceSelector=2 ipBlock=3
ServiceBackendPort name=1 number=2
HTTPIngressRuleValue paths=1
IngressPortStatus port=1 protocol=2 error=3
IPBlock cidr=1 except=2
HTTPIngressPath path=1 pathType=3 backend=2
Role metadata=1 rules=2
ClusterRole metadata=1 rules=2 aggregationRule=3
RoleBinding metadata=1 subjects=2 roleRef=3
ClusterRoleBinding metadata=1 subjects=2 roleRef=3
PolicyRule verbs=1 apiGroups=2 resources=3 resourceNames=4 nonResourceURLs=5
AggregationRule clusterRoleSelectors=1
Subject kind=1 apiGroup=2 name=3 namespace=4
RoleRef apiGroup=1 kind=2 name=3
MutatingWebhookConfiguration metadata=1 webhooks=2
ValidatingWebhookConfiguration metadata=1 webhooks=2
ValidatingAdmissionPolicy metadata=1 spec=2 status=3
ValidatingAdmissionPolicyBinding metadata=1 spec=2
MutatingWebhook name=1 clientConfig=2 rules=3 failurePolicy=4 matchPolicy=9 namespaceSelector=5 objectSelector=11
  sideEffects=6 timeoutSeconds=7 admissionReviewVersions=8 reinvocationPolicy=10 matchConditions=12
ValidatingWebhook name=1 clientConfig=2 rules=3 failurePolicy=4 matchPolicy=9 namespaceSelector=5 objectSelector=10
  sideEffects=6 timeoutSeconds=7 admissionReviewVersions=8 matchConditions=11
ValidatingAdmissionPolicySpec paramKind=1 matchConstraints=2 validations=3 failurePolicy=4 auditAnnotations=5
  matchConditions=6 variables=7
ValidatingAdmissionPolicyStatus observedGeneration=1 typeChecking=2 conditions=3
ValidatingAdmissionPolicyBindingSpec policyName=1 paramRef=2 matchResources=3 validationActions=4
WebhookClientConfig url=3 service=1 caBundle=2
RuleWithOperations operations=1 +Rule=2
Rule apiGroups=1 apiVersions=2 resources=3 scope=4
MatchCondition name=1 expression=2
ParamKind apiVersion=1 kind=2
MatchResources namespaceSelector=1 objectSelector=2 resourceRules=3 excludeResourceRules=4 matchPolicy=7
Validation expression=1 message=2 reason=3 messageExpression=4
AuditAnnotation key=1 valueExpression=2
TypeChecking expressionWarnings=1
ParamRef name=1 namespace=2 selector=3 parameterNotFoundAction=4
ServiceReference namespace=1 name=2 path=3 port=4
NamedRuleWithOperations resourceNames=1 +RuleWithOperations=2
ExpressionWarning fieldRef=2 warning=3
EndpointSlice metadata=1 addressType=4 endpoints=2 ports=3
Endpoint addresses=1 conditions=2 hostname=3 targetRef=4 deprecatedTopology=5 nodeName=6 zone=7 hints=8
SliceEndpointPort name=1 protocol=2 port=3 appProtocol=4
EndpointConditions ready=1 serving=2 terminating=3
EndpointHints forZones=1 forNodes=2
ForZone name=1
ForNode name=1
Lease metadata=1 spec=2
LeaseSpec holderIdentity=1 leaseDurationSeconds=2 acquireTime=3 renewTime=4 leaseTransitions=5 strategy=6
  preferredHolder=7
PriorityClass metadata=1 value=2 globalDefault=3 description=4 preemptionPolicy=5
StorageClass metadata=1 provisioner=2 parameters=3 reclaimPolicy=4 mountOptions=5 allowVolumeExpansion=6
  volumeBindingMode=7 allowedTopologies=8
EventsEvent metadata=1 eventTime=2 series=3 reportingController=4 reportingInstance=5 action=6 reason=7 regarding=8
  related=9 note=10 type=11 deprecatedSource=12 deprecatedFirstTimestamp=13 deprecatedLastTimestamp=14
  deprecatedCount=15
EventsEventSeries count=1 lastObservedTime=2
SelfSubjectAccessReview metadata=1 spec=2 status=3
SubjectAccessReview metadata=1 spec=2 status=3
LocalSubjectAccessReview metadata=1 spec=2 status=3
SelfSubjectRulesReview metadata=1 spec=2 status=3
SelfSubjectAccessReviewSpec resourceAttributes=1 nonResourceAttributes=2
SubjectAccessReviewStatus allowed=1 denied=4 reason=2 evaluationError=3
SubjectAccessReviewSpec resourceAttributes=1 nonResourceAttributes=2 user=3 groups=4 extra=5 uid=6
SelfSubjectRulesReviewSpec namespace=1
SubjectRulesReviewStatus resourceRules=1 nonResourceRules=2 incomplete=3 evaluationError=4
ResourceAttributes namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7 fieldSelector=8 labelSelector=9
NonResourceAttributes path=1 verb=2
ResourceRule verbs=1 apiGroups=2 resources=3 resourceNames=4
NonResourceRule verbs=1 nonResourceURLs=2
FieldSelectorAttributes rawSelector=1 requirements=2
LabelSelectorAttributes rawSelector=1 requirements=2
TokenReview metadata=1 spec=2 status=3
TokenRequest metadata=1 spec=2 status=3
SelfSubjectReview metadata=1 status=2
TokenReviewSpec token=1 audiences=2
TokenReviewStatus authenticated=1 user=2 audiences=4 error=3
TokenRequestSpec audiences=1 expirationSeconds=4 boundObjectRef=3
TokenRequestStatus token=1 expirationTimestamp=2
SelfSubjectReviewStatus userInfo=1
UserInfo username=1 uid=2 groups=3 extra=4
BoundObjectReference kind=1 apiVersion=2 name=3
CustomResourceDefinition metadata=1 spec=2 status=3
CustomResourceDefinitionSpec group=1 names=3 scope=4 versions=7 conversion=9 preserveUnknownFields=10
CustomResourceDefinitionNames plural=1 singular=2 shortNames=3 kind=4 listKind=5 categories=6
CustomResourceDefinitionVersion name=1 served=2 storage=3 deprecated=7 deprecationWarning=8 schema=4 subresources=5
  additionalPrinterColumns=6 selectableFields=9
CustomResourceValidation openAPIV3Schema=1
CustomResourceSubresources status=1 scale=2
CustomResourceSubresourceScale specReplicasPath=1 statusReplicasPath=2 labelSelectorPath=3
CustomResourceColumnDefinition name=1 type=2 format=3 description=4 priority=5 jsonPath=6
SelectableField jsonPath=1
CustomResourceConversion strategy=1 webhook=2
WebhookConversion clientConfig=2 conversionReviewVersions=3
CustomResourceDefinitionStatus conditions=1 acceptedNames=2 storedVersions=3
CustomResourceDefinitionCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5 observedGeneration=6
ExternalDocumentation description=1 url=2
ValidationRule rule=1 message=2 messageExpression=3 reason=4 fieldPath=5 optionalOldSelf=6
JSONSchemaProps id=1 description=4 type=5 format=6 title=7 default=8 maximum=9 exclusiveMaximum=10 minimum=11
  exclusiveMinimum=12 maxLength=13 minLength=14 pattern=15 maxItems=16 minItems=17 uniqueItems=18 multipleOf=19 enum=20
  maxProperties=21 minProperties=22 required=23 items=24 allOf=25 oneOf=26 anyOf=27 not=28 properties=29
  additionalProperties=30 patternProperties=31 dependencies=32 additionalItems=33 definitions=34 externalDocs=35
  example=36 nullable=37 $schema=2 $ref=3 x-kubernetes-preserve-unknown-fields=38 x-kubernetes-embedded-resource=39
  x-kubernetes-int-or-string=40 x-kubernetes-list-map-keys=41 x-kubernetes-list-type=42 x-kubernetes-map-type=43
  x-kubernetes-validations=44
`
