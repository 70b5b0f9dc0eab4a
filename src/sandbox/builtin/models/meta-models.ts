/** Models of object metadata, selectors and references, in the notation of `model-notation.ts`. */
export const metaModels = `
ObjectMeta
  name string
  generateName string
  namespace string
  selfLink string
  uid string
  resourceVersion string
  generation int64
  creationTimestamp time
  deletionTimestamp *time
  deletionGracePeriodSeconds *int64
  labels {string}
  annotations {string}
  ownerReferences [OwnerReference] map:uid patch:merge/uid
  finalizers [string] set patch:merge
  managedFields [ManagedFieldsEntry] atomic
DeleteOptions
  kind string
  apiVersion string
  gracePeriodSeconds *int64
  preconditions *Preconditions
  orphanDependents *bool
  propagationPolicy *string
  dryRun [string] atomic
  ignoreStoreReadErrorWithClusterBreakingPotential *bool
OwnerReference atomic
  apiVersion! string
  kind! string
  name! string
  uid! string
  controller *bool
  blockOwnerDeletion *bool
ManagedFieldsEntry
  manager string
  operation string
  apiVersion string
  time *time
  fieldsType string
  fieldsV1 *any
  subresource string
Condition
  type! string
  status! string
  observedGeneration int64
  lastTransitionTime! time
  reason! string
  message! string
LabelSelector atomic
  matchLabels {string}
  matchExpressions [LabelSelectorRequirement] atomic
Preconditions
  uid *string
  resourceVersion *string
LabelSelectorRequirement
  key! string
  operator! string
  values [string] atomic
FieldSelectorRequirement
  key! string
  operator! string
  values [string] atomic
LocalObjectReference atomic
  name string default:
ObjectReference atomic
  kind string
  namespace string
  name string
  uid string
  apiVersion string
  resourceVersion string
  fieldPath string
SecretReference atomic
  name string
  namespace string
TypedLocalObjectReference atomic
  apiGroup! *string
  kind! string
  name! string
NodeSelector atomic
  nodeSelectorTerms! [NodeSelectorTerm] atomic
NodeSelectorTerm atomic
  matchExpressions [NodeSelectorRequirement] atomic
  matchFields [NodeSelectorRequirement] atomic
NodeSelectorRequirement
  key! string
  operator! string
  values [string] atomic
`
