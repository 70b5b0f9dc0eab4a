/** Models of `apps/v1`, in the notation of `model-notation.ts`. */
export const appsModels = `
Deployment
  kind string
  apiVersion string
  metadata ObjectMeta
  spec DeploymentSpec
  status DeploymentStatus
StatefulSet
  kind string
  apiVersion string
  metadata ObjectMeta
  spec StatefulSetSpec
  status StatefulSetStatus
DaemonSet
  kind string
  apiVersion string
  metadata ObjectMeta
  spec DaemonSetSpec
  status DaemonSetStatus
ReplicaSet
  kind string
  apiVersion string
  metadata ObjectMeta
  spec ReplicaSetSpec
  status ReplicaSetStatus
ControllerRevision
  kind string
  apiVersion string
  metadata ObjectMeta
  data any
  revision! int64
DeploymentSpec
  replicas *int32
  selector! *LabelSelector
  template! PodTemplateSpec
  strategy DeploymentStrategy patch:retainKeys
  minReadySeconds int32
  revisionHistoryLimit *int32
  paused bool
  progressDeadlineSeconds *int32
DeploymentStatus
  observedGeneration int64
  replicas int32
  updatedReplicas int32
  readyReplicas int32
  availableReplicas int32
  unavailableReplicas int32
  terminatingReplicas *int32
  conditions [DeploymentCondition] map:type patch:merge/type
  collisionCount *int32
StatefulSetSpec
  replicas *int32
  selector! *LabelSelector
  template! PodTemplateSpec
  volumeClaimTemplates [PersistentVolumeClaim] atomic
  serviceName! string
  podManagementPolicy string
  updateStrategy StatefulSetUpdateStrategy
  revisionHistoryLimit *int32
  minReadySeconds int32
  persistentVolumeClaimRetentionPolicy *StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals *StatefulSetOrdinals
StatefulSetStatus
  observedGeneration int64
  replicas! int32
  readyReplicas int32
  currentReplicas int32
  updatedReplicas int32
  currentRevision string
  updateRevision string
  collisionCount *int32
  conditions [StatefulSetCondition] map:type patch:merge/type
  availableReplicas! int32
DaemonSetSpec
  selector! *LabelSelector
  template! PodTemplateSpec
  updateStrategy DaemonSetUpdateStrategy
  minReadySeconds int32
  revisionHistoryLimit *int32
DaemonSetStatus
  currentNumberScheduled! int32
  numberMisscheduled! int32
  desiredNumberScheduled! int32
  numberReady! int32
  observedGeneration int64
  updatedNumberScheduled int32
  numberAvailable int32
  numberUnavailable int32
  collisionCount *int32
  conditions [DaemonSetCondition] map:type patch:merge/type
ReplicaSetSpec
  replicas *int32
  minReadySeconds int32
  selector! *LabelSelector
  template PodTemplateSpec
ReplicaSetStatus
  replicas! int32
  fullyLabeledReplicas int32
  readyReplicas int32
  availableReplicas int32
  terminatingReplicas *int32
  observedGeneration int64
  conditions [ReplicaSetCondition] map:type patch:merge/type
DeploymentStrategy
  type string
  rollingUpdate *RollingUpdateDeployment
DeploymentCondition
  type! string
  status! string
  lastUpdateTime time
  lastTransitionTime time
  reason string
  message string
StatefulSetUpdateStrategy
  type string
  rollingUpdate *RollingUpdateStatefulSetStrategy
StatefulSetPersistentVolumeClaimRetentionPolicy
  whenDeleted string
  whenScaled string
StatefulSetOrdinals
  start! int32
StatefulSetCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
DaemonSetUpdateStrategy
  type string
  rollingUpdate *RollingUpdateDaemonSet
DaemonSetCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
ReplicaSetCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
RollingUpdateDeployment
  maxUnavailable *intOrString
  maxSurge *intOrString
RollingUpdateStatefulSetStrategy
  partition *int32
  maxUnavailable *intOrString
RollingUpdateDaemonSet
  maxUnavailable *intOrString
  maxSurge *intOrString
`
