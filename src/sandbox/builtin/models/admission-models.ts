/** Models of `admissionregistration.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const admissionModels = `
MutatingWebhookConfiguration
  kind string
  apiVersion string
  metadata ObjectMeta
  webhooks [MutatingWebhook] map:name patch:merge/name
ValidatingWebhookConfiguration
  kind string
  apiVersion string
  metadata ObjectMeta
  webhooks [ValidatingWebhook] map:name patch:merge/name
ValidatingAdmissionPolicy
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ValidatingAdmissionPolicySpec
  status ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ValidatingAdmissionPolicyBindingSpec
MutatingWebhook
  name! string
  clientConfig! WebhookClientConfig
  rules [RuleWithOperations] atomic
  failurePolicy *string
  matchPolicy *string
  namespaceSelector *LabelSelector
  objectSelector *LabelSelector
  sideEffects! *string
  timeoutSeconds *int32
  admissionReviewVersions! [string] atomic
  reinvocationPolicy *string
  matchConditions [MatchCondition] map:name patch:merge/name
ValidatingWebhook
  name! string
  clientConfig! WebhookClientConfig
  rules [RuleWithOperations] atomic
  failurePolicy *string
  matchPolicy *string
  namespaceSelector *LabelSelector
  objectSelector *LabelSelector
  sideEffects! *string
  timeoutSeconds *int32
  admissionReviewVersions! [string] atomic
  matchConditions [MatchCondition] map:name patch:merge/name
ValidatingAdmissionPolicySpec
  paramKind *ParamKind
  matchConstraints *MatchResources
  validations [Validation] atomic
  failurePolicy *string
  auditAnnotations [AuditAnnotation] atomic
  matchConditions [MatchCondition] map:name patch:merge/name
  variables [Variable] map:name patch:merge/name
ValidatingAdmissionPolicyStatus
  observedGeneration int64
  typeChecking *TypeChecking
  conditions [Condition] map:type
ValidatingAdmissionPolicyBindingSpec
  policyName string
  paramRef *ParamRef
  matchResources *MatchResources
  validationActions [string] set
WebhookClientConfig
  url *string
  service *ServiceReference
  caBundle bytes
RuleWithOperations
  operations [string] atomic
  apiGroups [string] atomic
  apiVersions [string] atomic
  resources [string] atomic
  scope *string
MatchCondition
  name! string
  expression! string
ParamKind atomic
  apiVersion string
  kind string
MatchResources atomic
  namespaceSelector *LabelSelector
  objectSelector *LabelSelector
  resourceRules [NamedRuleWithOperations] atomic
  excludeResourceRules [NamedRuleWithOperations] atomic
  matchPolicy *string
Validation
  expression! string
  message string
  reason *string
  messageExpression string
AuditAnnotation
  key! string
  valueExpression! string
Variable atomic
  name! string
  expression! string
TypeChecking
  expressionWarnings [ExpressionWarning] atomic
ParamRef atomic
  name string
  namespace string
  selector *LabelSelector
  parameterNotFoundAction *string
ServiceReference
  namespace! string
  name! string
  path *string
  port *int32
NamedRuleWithOperations atomic
  resourceNames [string] atomic
  operations [string] atomic
  apiGroups [string] atomic
  apiVersions [string] atomic
  resources [string] atomic
  scope *string
ExpressionWarning
  fieldRef! string
  warning! string
MutatingAdmissionPolicy
  kind string
  apiVersion string
  metadata ObjectMeta
  spec MutatingAdmissionPolicySpec
MutatingAdmissionPolicySpec
  paramKind *ParamKind
  matchConstraints *MatchResources
  variables [Variable] atomic
  mutations [Mutation] atomic
  failurePolicy *string
  matchConditions [MatchCondition] map:name patch:merge/name
  reinvocationPolicy string
Mutation
  patchType! string
  applyConfiguration *ApplyConfiguration
  jsonPatch *JSONPatch
ApplyConfiguration
  expression string
JSONPatch
  expression string
MutatingAdmissionPolicyBinding
  kind string
  apiVersion string
  metadata ObjectMeta
  spec MutatingAdmissionPolicyBindingSpec
MutatingAdmissionPolicyBindingSpec
  policyName string
  paramRef *ParamRef
  matchResources *MatchResources
`
