/**
 * One line a model (`Name sentence`), a field (`Name.field sentence`), or a field wherever it occurs (`.field sentence`), shown
 * by `kubectl explain`.
 */
export const fieldDescriptions = `
.kind The kind of the object, such as Deployment.
.apiVersion The group and version that the object is written in.
.metadata Name, namespace, labels and the rest of the object's identity.
.spec What is wanted.
.status What was last seen; written by the system.
Deployment Keeps a number of equal pods running and replaces them step by step when their template changes.
ReplicaSet Keeps a number of equal pods running.
StatefulSet Keeps pods with lasting names and volumes running, one after the other.
DaemonSet Keeps one pod running on every node.
Job Runs pods until enough of them have finished.
CronJob Makes jobs at set times.
Pod Containers that run together on one node.
Service One address and name for the pods that a selector finds.
ConfigMap Settings as keys and values, for pods to read.
Secret Settings that are not to be shown, for pods to read.
Namespace A room for names: objects of one kind have different names in it.
ServiceAccount Who pods are when they ask the API, and in many meshes what their certificates say.
Ingress Routes HTTP requests from outside to services by host and path.
NetworkPolicy Says which connections pods may take and make.
PodDisruptionBudget Says how many pods may be missing at once when they are taken away on purpose.
HorizontalPodAutoscaler Changes a workload's number of pods by what is measured.
Role What may be done in a namespace.
ClusterRole What may be done in the whole cluster.
RoleBinding Gives a role to users, groups or service accounts in a namespace.
ClusterRoleBinding Gives a role to users, groups or service accounts everywhere.
MutatingWebhookConfiguration Webhooks that may change objects before they are stored; meshes inject their sidecars by them.
ValidatingWebhookConfiguration Webhooks that may refuse objects before they are stored.
CustomResourceDefinition A kind of object that the API serves beyond its own.
EndpointSlice Some of the addresses behind a service.
ObjectMeta.name The name, unique among objects of the kind in the namespace.
ObjectMeta.namespace The namespace that the object is in; none for kinds of the whole cluster.
ObjectMeta.labels Keys and values by which objects are selected.
ObjectMeta.annotations Keys and values that tools keep with the object; nothing is selected by them.
ObjectMeta.finalizers What must be done before the object may go; it stays until the list is empty.
ObjectMeta.ownerReferences Objects that this one belongs to; it goes with the last of them.
ObjectMeta.generateName The beginning of a name that the server completes, where no name is given.
ObjectMeta.managedFields Who set which fields, as server-side apply records it.
ObjectMeta.resourceVersion The version of the object, for comparing with what was read before.
ObjectMeta.generation Counts the changes of what is wanted.
ObjectMeta.uid Tells this object from all others, also from later ones of the same name.
ObjectMeta.creationTimestamp When the object was made.
ObjectMeta.deletionTimestamp When the object was asked to go; it goes once its finalizers are done.
DeploymentSpec.replicas How many pods are wanted.
DeploymentSpec.selector Which pods are the deployment's; the template's labels must be among them.
DeploymentSpec.template What a new pod looks like.
DeploymentSpec.strategy How old pods give way to new ones.
DeploymentSpec.minReadySeconds How long a new pod must have been ready to count.
DeploymentSpec.revisionHistoryLimit How many old replica sets are kept, to go back to.
DeploymentSpec.paused Nothing is rolled out while this is true.
DeploymentSpec.progressDeadlineSeconds After how long without progress a rollout counts as failed.
DeploymentStrategy How old pods give way to new ones.
DeploymentStrategy.type RollingUpdate, step by step, or Recreate, all at once.
DeploymentStrategy.rollingUpdate How large the steps are.
RollingUpdateDeployment How large the steps of a rollout are.
RollingUpdateDeployment.maxSurge How many pods there may be beyond those wanted, as a number or a percentage.
RollingUpdateDeployment.maxUnavailable How many of the wanted pods may be missing, as a number or a percentage.
PodTemplateSpec What new pods look like.
PodSpec What runs in a pod, and where.
PodSpec.containers The containers; at least one.
PodSpec.initContainers Containers that run to their end one after the other before the others begin.
PodSpec.serviceAccountName Who the pod is.
PodSpec.volumes Folders that containers may mount.
PodSpec.nodeSelector Labels that the node must have.
PodSpec.restartPolicy What happens to containers that end: Always, OnFailure or Never.
PodSpec.hostNetwork The pod has the node's network instead of its own.
Container One process with its files.
Container.name The name, unique in the pod.
Container.image Where its files come from.
Container.command What is run, instead of the image's own.
Container.args Arguments of what is run.
Container.env Environment variables.
Container.ports Ports that the container answers on.
Container.resources What it needs and what it may use.
Container.volumeMounts Where volumes appear among its files.
Container.readinessProbe How it is found out whether the container may be sent requests.
Container.livenessProbe How it is found out whether the container must be started again.
Container.imagePullPolicy When the image is fetched: Always, IfNotPresent or Never.
ContainerPort.containerPort The number of the port.
ContainerPort.name A name for the port, for services to refer to.
ContainerPort.protocol TCP, UDP or SCTP.
ServiceSpec.selector Labels of the pods behind the service.
ServiceSpec.ports Ports of the service.
ServiceSpec.type ClusterIP, NodePort, LoadBalancer or ExternalName.
ServiceSpec.clusterIP The address inside the cluster; None for a service without one.
ServicePort.port The number of the port.
ServicePort.targetPort The pods' port, by number or name.
ServicePort.name The name; meshes read the protocol from it, as in http-web.
ServicePort.appProtocol The protocol spoken on the port; meshes go by it.
HorizontalPodAutoscalerSpec.scaleTargetRef What is scaled.
HorizontalPodAutoscalerSpec.minReplicas The smallest number of pods.
HorizontalPodAutoscalerSpec.maxReplicas The largest number of pods.
HorizontalPodAutoscalerSpec.metrics What is measured, and what is wanted of it.
HorizontalPodAutoscalerSpec.behavior How fast pods are added and taken away.
IngressSpec.rules Hosts and paths, and where their requests go.
IngressSpec.ingressClassName Who answers for the ingress.
IngressSpec.tls Hosts that are served over TLS, and their certificates.
NetworkPolicySpec.podSelector Pods that the policy is about.
NetworkPolicySpec.ingress Connections that they may take.
NetworkPolicySpec.egress Connections that they may make.
NetworkPolicySpec.policyTypes Whether the policy is about what comes in, what goes out, or both.
LabelSelector Selects by labels; all that it says must hold.
LabelSelector.matchLabels Labels that must have these values.
LabelSelector.matchExpressions Conditions on labels.
PolicyRule Verbs that may be used on resources.
`
