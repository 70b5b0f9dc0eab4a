/** Workloads, their scaling and their protection: numbers of fields, in the notation of `field-numbers.ts`. */
export const workloadNumbers = `
Deployment metadata=1 spec=2 status=3
StatefulSet metadata=1 spec=2 status=3
DaemonSet metadata=1 spec=2 status=3
ReplicaSet metadata=1 spec=2 status=3
ControllerRevision metadata=1 data=2 revision=3
DeploymentSpec replicas=1 selector=2 template=3 strategy=4 minReadySeconds=5 revisionHistoryLimit=6 paused=7
  progressDeadlineSeconds=9
DeploymentStatus observedGeneration=1 replicas=2 updatedReplicas=3 readyReplicas=7 availableReplicas=4
  unavailableReplicas=5 terminatingReplicas=9 conditions=6 collisionCount=8
StatefulSetSpec replicas=1 selector=2 template=3 volumeClaimTemplates=4 serviceName=5 podManagementPolicy=6
  updateStrategy=7 revisionHistoryLimit=8 minReadySeconds=9 persistentVolumeClaimRetentionPolicy=10 ordinals=11
StatefulSetStatus observedGeneration=1 replicas=2 readyReplicas=3 currentReplicas=4 updatedReplicas=5 currentRevision=6
  updateRevision=7 collisionCount=9 conditions=10 availableReplicas=11
DaemonSetSpec selector=1 template=2 updateStrategy=3 minReadySeconds=4 revisionHistoryLimit=6
DaemonSetStatus currentNumberScheduled=1 numberMisscheduled=2 desiredNumberScheduled=3 numberReady=4
  observedGeneration=5 updatedNumberScheduled=6 numberAvailable=7 numberUnavailable=8 collisionCount=9 conditions=10
ReplicaSetSpec replicas=1 minReadySeconds=4 selector=2 template=3
ReplicaSetStatus replicas=1 fullyLabeledReplicas=2 readyReplicas=4 availableReplicas=5 terminatingReplicas=7
  observedGeneration=3 conditions=6
DeploymentStrategy type=1 rollingUpdate=2
DeploymentCondition type=1 status=2 lastUpdateTime=6 lastTransitionTime=7 reason=4 message=5
StatefulSetUpdateStrategy type=1 rollingUpdate=2
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=1 whenScaled=2
StatefulSetOrdinals start=1
StatefulSetCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
DaemonSetUpdateStrategy type=1 rollingUpdate=2
DaemonSetCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
ReplicaSetCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
RollingUpdateDeployment maxUnavailable=1 maxSurge=2
RollingUpdateStatefulSetStrategy partition=1 maxUnavailable=2
RollingUpdateDaemonSet maxUnavailable=1 maxSurge=2
Job metadata=1 spec=2 status=3
CronJob metadata=1 spec=2 status=3
JobSpec parallelism=1 completions=2 activeDeadlineSeconds=3 podFailurePolicy=11 successPolicy=16 backoffLimit=7
  backoffLimitPerIndex=12 maxFailedIndexes=13 selector=4 manualSelector=5 template=6 ttlSecondsAfterFinished=8
  completionMode=9 suspend=10 podReplacementPolicy=14 managedBy=15
JobStatus conditions=1 startTime=2 completionTime=3 active=4 succeeded=5 failed=6 terminating=11 completedIndexes=7
  failedIndexes=10 uncountedTerminatedPods=8 ready=9
CronJobSpec schedule=1 timeZone=8 startingDeadlineSeconds=2 concurrencyPolicy=3 suspend=4 jobTemplate=5
  successfulJobsHistoryLimit=6 failedJobsHistoryLimit=7
CronJobStatus active=1 lastScheduleTime=4 lastSuccessfulTime=5
PodFailurePolicy rules=1
SuccessPolicy rules=1
JobCondition type=1 status=2 lastProbeTime=3 lastTransitionTime=4 reason=5 message=6
UncountedTerminatedPods succeeded=1 failed=2
JobTemplateSpec metadata=1 spec=2
PodFailurePolicyRule action=1 onExitCodes=2 onPodConditions=3
SuccessPolicyRule succeededIndexes=1 succeededCount=2
PodFailurePolicyOnExitCodesRequirement containerName=1 operator=2 values=3
PodFailurePolicyOnPodConditionsPattern type=1 status=2
V1HorizontalPodAutoscaler metadata=1 spec=2 status=3
Scale metadata=1 spec=2 status=3
HorizontalPodAutoscaler metadata=1 spec=2 status=3
V1HorizontalPodAutoscalerSpec scaleTargetRef=1 minReplicas=2 maxReplicas=3 targetCPUUtilizationPercentage=4
V1HorizontalPodAutoscalerStatus observedGeneration=1 lastScaleTime=2 currentReplicas=3 desiredReplicas=4
  currentCPUUtilizationPercentage=5
ScaleSpec replicas=1
ScaleStatus replicas=1 selector=2
HorizontalPodAutoscalerSpec scaleTargetRef=1 minReplicas=2 maxReplicas=3 metrics=4 behavior=5
HorizontalPodAutoscalerStatus observedGeneration=1 lastScaleTime=2 currentReplicas=3 desiredReplicas=4 currentMetrics=5
  conditions=6
V1CrossVersionObjectReference kind=1 name=2 apiVersion=3
CrossVersionObjectReference kind=1 name=2 apiVersion=3
MetricSpec type=1 object=2 pods=3 resource=4 containerResource=7 external=5
HorizontalPodAutoscalerBehavior scaleUp=1 scaleDown=2
MetricStatus type=1 object=2 pods=3 resource=4 containerResource=7 external=5
HorizontalPodAutoscalerCondition type=1 status=2 lastTransitionTime=3 reason=4 message=5
ObjectMetricSource describedObject=1 target=2 metric=3
PodsMetricSource metric=1 target=2
ResourceMetricSource name=1 target=2
ContainerResourceMetricSource name=1 target=2 container=3
ExternalMetricSource metric=1 target=2
HPAScalingRules stabilizationWindowSeconds=3 selectPolicy=1 policies=2 tolerance=4
ObjectMetricStatus metric=1 current=2 describedObject=3
PodsMetricStatus metric=1 current=2
ResourceMetricStatus name=1 current=2
ContainerResourceMetricStatus name=1 current=2 container=3
ExternalMetricStatus metric=1 current=2
MetricTarget type=1 value=2 averageValue=3 averageUtilization=4
MetricIdentifier name=1 selector=2
HPAScalingPolicy type=1 value=2 periodSeconds=3
MetricValueStatus value=1 averageValue=2 averageUtilization=3
PodDisruptionBudget metadata=1 spec=2 status=3
Eviction metadata=1 deleteOptions=2
PodDisruptionBudgetSpec minAvailable=1 selector=2 maxUnavailable=3 unhealthyPodEvictionPolicy=4
PodDisruptionBudgetStatus observedGeneration=1 disruptedPods=2 disruptionsAllowed=3 currentHealthy=4 desiredHealthy=5
  expectedPods=6 conditions=7
`
