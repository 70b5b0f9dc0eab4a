/** Models of `batch/v1`, in the notation of `model-notation.ts`. */
export const batchModels = `
Job
  kind string
  apiVersion string
  metadata ObjectMeta
  spec JobSpec
  status JobStatus
CronJob
  kind string
  apiVersion string
  metadata ObjectMeta
  spec CronJobSpec
  status CronJobStatus
JobSpec
  parallelism *int32
  completions *int32
  activeDeadlineSeconds *int64
  podFailurePolicy *PodFailurePolicy
  successPolicy *SuccessPolicy
  backoffLimit *int32
  backoffLimitPerIndex *int32
  maxFailedIndexes *int32
  selector *LabelSelector
  manualSelector *bool
  template! PodTemplateSpec
  ttlSecondsAfterFinished *int32
  completionMode *string
  suspend *bool
  podReplacementPolicy *string
  managedBy *string
JobStatus
  conditions [JobCondition] atomic patch:merge/type
  startTime *time
  completionTime *time
  active int32
  succeeded int32
  failed int32
  terminating *int32
  completedIndexes string
  failedIndexes *string
  uncountedTerminatedPods *UncountedTerminatedPods
  ready *int32
CronJobSpec
  schedule! string
  timeZone *string
  startingDeadlineSeconds *int64
  concurrencyPolicy string
  suspend *bool
  jobTemplate! JobTemplateSpec
  successfulJobsHistoryLimit *int32
  failedJobsHistoryLimit *int32
CronJobStatus
  active [ObjectReference] atomic
  lastScheduleTime *time
  lastSuccessfulTime *time
PodFailurePolicy
  rules! [PodFailurePolicyRule] atomic
SuccessPolicy
  rules! [SuccessPolicyRule] atomic
JobCondition
  type! string
  status! string
  lastProbeTime time
  lastTransitionTime time
  reason string
  message string
UncountedTerminatedPods
  succeeded [string] set
  failed [string] set
JobTemplateSpec
  metadata ObjectMeta
  spec JobSpec
PodFailurePolicyRule
  action! string
  onExitCodes *PodFailurePolicyOnExitCodesRequirement
  onPodConditions [PodFailurePolicyOnPodConditionsPattern] atomic
SuccessPolicyRule
  succeededIndexes *string
  succeededCount *int32
PodFailurePolicyOnExitCodesRequirement
  containerName *string
  operator! string
  values! [int32] set
PodFailurePolicyOnPodConditionsPattern
  type! string
  status! string
`
