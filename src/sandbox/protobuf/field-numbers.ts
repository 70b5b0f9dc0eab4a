/**
 * Numbers of fields in Kubernetes' protocol buffers, one model a line: those that `kubectl create` and `kubectl auth can-i`
 * send. A number with `-` for its name is read over.
 */
const table = `
ObjectMeta name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7 creationTimestamp=8 deletionTimestamp=9 deletionGracePeriodSeconds=10 labels=11 annotations=12 ownerReferences=13 finalizers=14
OwnerReference kind=1 name=3 uid=4 apiVersion=5 controller=6 blockOwnerDeletion=7
LabelSelector matchLabels=1 matchExpressions=2
LabelSelectorRequirement key=1 operator=2 values=3
LocalObjectReference name=1
Namespace metadata=1 spec=2 -=3
NamespaceSpec finalizers=1
ConfigMap metadata=1 data=2 binaryData=3 immutable=4
Secret metadata=1 data=2 type=3 stringData=4 immutable=5
ServiceAccount metadata=1 imagePullSecrets=3 automountServiceAccountToken=4
Deployment metadata=1 spec=2 -=3
DeploymentSpec replicas=1 selector=2 template=3 strategy=4 minReadySeconds=5 revisionHistoryLimit=6 paused=7 progressDeadlineSeconds=9
DeploymentStrategy type=1
PodTemplateSpec metadata=1 spec=2
PodSpec containers=2 restartPolicy=3 terminationGracePeriodSeconds=4 activeDeadlineSeconds=5 dnsPolicy=6 nodeSelector=7 serviceAccountName=8 serviceAccount=9 nodeName=10
Container name=1 image=2 command=3 args=4 workingDir=5 ports=6 env=7 resources=8
ContainerPort name=1 hostPort=2 containerPort=3 protocol=4 hostIP=5
EnvVar name=1 value=2
ResourceRequirements limits=1 requests=2
Job metadata=1 spec=2 -=3
JobSpec parallelism=1 completions=2 activeDeadlineSeconds=3 selector=4 manualSelector=5 template=6 backoffLimit=7 ttlSecondsAfterFinished=8
CronJob metadata=1 spec=2 -=3
CronJobSpec schedule=1 startingDeadlineSeconds=2 concurrencyPolicy=3 suspend=4 jobTemplate=5
JobTemplateSpec metadata=1 spec=2
Service metadata=1 spec=2 -=3
ServiceSpec ports=1 selector=2 clusterIP=3 type=4
ServicePort name=1 protocol=2 port=3 targetPort=4 nodePort=5
Role metadata=1 rules=2
ClusterRole metadata=1 rules=2
PolicyRule verbs=1 apiGroups=2 resources=3 resourceNames=4 nonResourceURLs=5
RoleBinding metadata=1 subjects=2 roleRef=3
ClusterRoleBinding metadata=1 subjects=2 roleRef=3
Subject kind=1 apiGroup=2 name=3 namespace=4
RoleRef apiGroup=1 kind=2 name=3
SelfSubjectAccessReview metadata=1 spec=2 -=3
SelfSubjectAccessReviewSpec resourceAttributes=1 nonResourceAttributes=2
SelfSubjectRulesReview metadata=1 spec=2 -=3
SelfSubjectRulesReviewSpec namespace=1
ResourceAttributes namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7
NonResourceAttributes path=1 verb=2
`

/** Stands for a field that is read over. */
export const ignoredField = '-'

let numbers: ReadonlyMap<string, ReadonlyMap<number, string>> | undefined

function read(): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const models = new Map<string, ReadonlyMap<number, string>>()
  for (const line of table.trim().split('\n')) {
    const [model = '', ...fields] = line.split(' ')
    models.set(
      model,
      new Map(
        fields.map((field) => {
          const [name = '', number = ''] = field.split('=')
          return [Number(number), name]
        }),
      ),
    )
  }
  return models
}

/** Fields of a model by their numbers; undefined for a model that isn't known in this form. */
export function fieldNumbers(model: string): ReadonlyMap<number, string> | undefined {
  numbers ??= read()
  return numbers.get(model)
}
