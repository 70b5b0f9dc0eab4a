/** Models of `authorization.k8s.io/v1` and `authentication.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const reviewModels = `
SelfSubjectAccessReview
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! SelfSubjectAccessReviewSpec
  status SubjectAccessReviewStatus
SubjectAccessReview
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! SubjectAccessReviewSpec
  status SubjectAccessReviewStatus
LocalSubjectAccessReview
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! SubjectAccessReviewSpec
  status SubjectAccessReviewStatus
SelfSubjectRulesReview
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! SelfSubjectRulesReviewSpec
  status SubjectRulesReviewStatus
SelfSubjectAccessReviewSpec
  resourceAttributes *ResourceAttributes
  nonResourceAttributes *NonResourceAttributes
SubjectAccessReviewStatus
  allowed! bool
  denied bool
  reason string
  evaluationError string
SubjectAccessReviewSpec
  resourceAttributes *ResourceAttributes
  nonResourceAttributes *NonResourceAttributes
  user string
  groups [string] atomic
  extra {[string]}
  uid string
SelfSubjectRulesReviewSpec
  namespace string
SubjectRulesReviewStatus
  resourceRules! [ResourceRule] atomic
  nonResourceRules! [NonResourceRule] atomic
  incomplete! bool
  evaluationError string
ResourceAttributes
  namespace string
  verb string
  group string
  version string
  resource string
  subresource string
  name string
  fieldSelector *FieldSelectorAttributes
  labelSelector *LabelSelectorAttributes
NonResourceAttributes
  path string
  verb string
ResourceRule
  verbs! [string] atomic
  apiGroups [string] atomic
  resources [string] atomic
  resourceNames [string] atomic
NonResourceRule
  verbs! [string] atomic
  nonResourceURLs [string] atomic
FieldSelectorAttributes
  rawSelector string
  requirements [FieldSelectorRequirement] atomic
LabelSelectorAttributes
  rawSelector string
  requirements [LabelSelectorRequirement] atomic
TokenReview
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! TokenReviewSpec
  status TokenReviewStatus
TokenRequest
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! TokenRequestSpec
  status TokenRequestStatus
SelfSubjectReview
  kind string
  apiVersion string
  metadata ObjectMeta
  status SelfSubjectReviewStatus
TokenReviewSpec
  token string
  audiences [string] atomic
TokenReviewStatus
  authenticated bool
  user UserInfo
  audiences [string] atomic
  error string
TokenRequestSpec
  audiences! [string] atomic
  expirationSeconds! *int64
  boundObjectRef! *BoundObjectReference
TokenRequestStatus
  token! string
  expirationTimestamp! time
SelfSubjectReviewStatus
  userInfo UserInfo
UserInfo
  username string
  uid string
  groups [string] atomic
  extra {[string]}
BoundObjectReference
  kind string
  apiVersion string
  name string
  uid string
`
