/** Models of `rbac.authorization.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const rbacModels = `
Role
  kind string
  apiVersion string
  metadata ObjectMeta
  rules! [PolicyRule] atomic
ClusterRole
  kind string
  apiVersion string
  metadata ObjectMeta
  rules! [PolicyRule] atomic
  aggregationRule *AggregationRule
RoleBinding
  kind string
  apiVersion string
  metadata ObjectMeta
  subjects [Subject] atomic
  roleRef! RoleRef
ClusterRoleBinding
  kind string
  apiVersion string
  metadata ObjectMeta
  subjects [Subject] atomic
  roleRef! RoleRef
PolicyRule
  verbs! [string] atomic
  apiGroups [string] atomic
  resources [string] atomic
  resourceNames [string] atomic
  nonResourceURLs [string] atomic
AggregationRule
  clusterRoleSelectors [LabelSelector] atomic
Subject atomic
  kind! string
  apiGroup string
  name! string
  namespace string
RoleRef atomic
  apiGroup! string
  kind! string
  name! string
`
