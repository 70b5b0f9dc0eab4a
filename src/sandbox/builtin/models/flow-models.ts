/** Models of `flowcontrol.apiserver.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const flowModels = `
FlowSchema
  kind string
  apiVersion string
  metadata ObjectMeta
  spec FlowSchemaSpec
  status FlowSchemaStatus
FlowSchemaSpec
  priorityLevelConfiguration! PriorityLevelConfigurationReference
  matchingPrecedence! int32
  distinguisherMethod *FlowDistinguisherMethod
  rules [PolicyRulesWithSubjects] atomic
PriorityLevelConfigurationReference
  name! string
FlowDistinguisherMethod
  type! string
PolicyRulesWithSubjects
  subjects! [FlowSubject] atomic
  resourceRules [FlowResourceRule] atomic
  nonResourceRules [FlowNonResourceRule] atomic
FlowSubject
  kind! string
  user *FlowUserSubject
  group *FlowGroupSubject
  serviceAccount *FlowServiceAccountSubject
FlowUserSubject
  name! string
FlowGroupSubject
  name! string
FlowServiceAccountSubject
  namespace! string
  name! string
FlowResourceRule
  verbs! [string] set
  apiGroups! [string] set
  resources! [string] set
  clusterScope bool
  namespaces! [string] set
FlowNonResourceRule
  verbs! [string] set
  nonResourceURLs! [string] set
FlowSchemaStatus
  conditions [FlowSchemaCondition] map:type patch:merge/type
FlowSchemaCondition
  type string
  status string
  lastTransitionTime time
  reason string
  message string
PriorityLevelConfiguration
  kind string
  apiVersion string
  metadata ObjectMeta
  spec PriorityLevelConfigurationSpec
  status PriorityLevelConfigurationStatus
PriorityLevelConfigurationSpec
  type! string
  limited *LimitedPriorityLevelConfiguration
  exempt *ExemptPriorityLevelConfiguration
LimitedPriorityLevelConfiguration
  nominalConcurrencyShares! *int32
  limitResponse LimitResponse
  lendablePercent *int32
  borrowingLimitPercent *int32
LimitResponse
  type! string
  queuing *QueuingConfiguration
QueuingConfiguration
  queues! int32
  handSize! int32
  queueLengthLimit! int32
ExemptPriorityLevelConfiguration
  nominalConcurrencyShares *int32
  lendablePercent *int32
PriorityLevelConfigurationStatus
  conditions [PriorityLevelConfigurationCondition] map:type patch:merge/type
PriorityLevelConfigurationCondition
  type string
  status string
  lastTransitionTime time
  reason string
  message string
`
