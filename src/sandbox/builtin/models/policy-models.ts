/** Models of `policy/v1`, in the notation of `model-notation.ts`. */
export const policyModels = `
PodDisruptionBudget
  kind string
  apiVersion string
  metadata ObjectMeta
  spec PodDisruptionBudgetSpec
  status PodDisruptionBudgetStatus
Eviction
  kind string
  apiVersion string
  metadata ObjectMeta
  deleteOptions *DeleteOptions
PodDisruptionBudgetSpec
  minAvailable *intOrString
  selector *LabelSelector patch:replace
  maxUnavailable *intOrString
  unhealthyPodEvictionPolicy *string
PodDisruptionBudgetStatus
  observedGeneration int64
  disruptedPods {time}
  disruptionsAllowed! int32
  currentHealthy! int32
  desiredHealthy! int32
  expectedPods! int32
  conditions [Condition] map:type patch:merge/type
`
