/** Models of `autoscaling/v1` (names beginning with V1) and `autoscaling/v2`, in the notation of `model-notation.ts`. */
export const autoscalingModels = `
V1HorizontalPodAutoscaler
  kind string
  apiVersion string
  metadata ObjectMeta
  spec V1HorizontalPodAutoscalerSpec
  status V1HorizontalPodAutoscalerStatus
Scale
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ScaleSpec
  status ScaleStatus
HorizontalPodAutoscaler
  kind string
  apiVersion string
  metadata ObjectMeta
  spec HorizontalPodAutoscalerSpec
  status HorizontalPodAutoscalerStatus
V1HorizontalPodAutoscalerSpec
  scaleTargetRef! V1CrossVersionObjectReference
  minReplicas *int32
  maxReplicas! int32
  targetCPUUtilizationPercentage *int32
V1HorizontalPodAutoscalerStatus
  observedGeneration *int64
  lastScaleTime *time
  currentReplicas! int32
  desiredReplicas! int32
  currentCPUUtilizationPercentage *int32
ScaleSpec
  replicas int32
ScaleStatus
  replicas! int32
  selector string
HorizontalPodAutoscalerSpec
  scaleTargetRef! CrossVersionObjectReference
  minReplicas *int32
  maxReplicas! int32
  metrics [MetricSpec] atomic
  behavior *HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus
  observedGeneration *int64
  lastScaleTime *time
  currentReplicas int32
  desiredReplicas! int32
  currentMetrics! [MetricStatus] atomic
  conditions [HorizontalPodAutoscalerCondition] map:type patch:merge/type
V1CrossVersionObjectReference atomic
  kind! string
  name! string
  apiVersion string
CrossVersionObjectReference
  kind! string
  name! string
  apiVersion string
MetricSpec
  type! string
  object *ObjectMetricSource
  pods *PodsMetricSource
  resource *ResourceMetricSource
  containerResource *ContainerResourceMetricSource
  external *ExternalMetricSource
HorizontalPodAutoscalerBehavior
  scaleUp *HPAScalingRules
  scaleDown *HPAScalingRules
MetricStatus
  type! string
  object *ObjectMetricStatus
  pods *PodsMetricStatus
  resource *ResourceMetricStatus
  containerResource *ContainerResourceMetricStatus
  external *ExternalMetricStatus
HorizontalPodAutoscalerCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
ObjectMetricSource
  describedObject! CrossVersionObjectReference
  target! MetricTarget
  metric! MetricIdentifier
PodsMetricSource
  metric! MetricIdentifier
  target! MetricTarget
ResourceMetricSource
  name! string
  target! MetricTarget
ContainerResourceMetricSource
  name! string
  target! MetricTarget
  container! string
ExternalMetricSource
  metric! MetricIdentifier
  target! MetricTarget
HPAScalingRules
  stabilizationWindowSeconds *int32
  selectPolicy *string
  policies *[HPAScalingPolicy] atomic
  tolerance *quantity
ObjectMetricStatus
  metric! MetricIdentifier
  current! MetricValueStatus
  describedObject! CrossVersionObjectReference
PodsMetricStatus
  metric! MetricIdentifier
  current! MetricValueStatus
ResourceMetricStatus
  name! string
  current! MetricValueStatus
ContainerResourceMetricStatus
  name! string
  current! MetricValueStatus
  container! string
ExternalMetricStatus
  metric! MetricIdentifier
  current! MetricValueStatus
MetricTarget
  type! string
  value *quantity
  averageValue *quantity
  averageUtilization *int32
MetricIdentifier
  name! string
  selector *LabelSelector
HPAScalingPolicy
  type! string
  value! int32
  periodSeconds! int32
MetricValueStatus
  value *quantity
  averageValue *quantity
  averageUtilization *int32
`
