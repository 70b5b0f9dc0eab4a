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
ReplicaSetSpec.replicas How many pods are wanted.
ReplicaSetSpec.selector Which pods are the replica set's; the template's labels must be among them.
ReplicaSetSpec.template What a new pod looks like.
StatefulSetSpec.replicas How many pods are wanted; their names end in 0, 1 and so on.
StatefulSetSpec.serviceName The headless service that gives the pods their names in DNS.
StatefulSetSpec.selector Which pods are the set's; the template's labels must be among them.
StatefulSetSpec.template What a new pod looks like.
StatefulSetSpec.volumeClaimTemplates Claims that each pod gets one of, and keeps.
StatefulSetSpec.podManagementPolicy OrderedReady, one pod after the other, or Parallel.
StatefulSetSpec.updateStrategy How pods are replaced when the template changes.
StatefulSetSpec.persistentVolumeClaimRetentionPolicy What becomes of the claims when the set goes or shrinks.
DaemonSetSpec.selector Which pods are the daemon set's; the template's labels must be among them.
DaemonSetSpec.template What the pod of each node looks like.
DaemonSetSpec.updateStrategy How pods are replaced when the template changes.
JobSpec.template What the job's pods look like; their restartPolicy is OnFailure or Never.
JobSpec.parallelism How many pods may run at once.
JobSpec.completions How many pods must succeed.
JobSpec.completionMode NonIndexed, or Indexed: each pod has a number of its own.
JobSpec.backoffLimit How many failures are borne until the job counts as failed.
JobSpec.activeDeadlineSeconds After how long the job is ended, done or not.
JobSpec.ttlSecondsAfterFinished How long a finished job is kept.
JobSpec.suspend No pods run while this is true.
CronJobSpec.schedule The times, in cron's five fields.
CronJobSpec.timeZone The time zone of the schedule, such as Etc/UTC.
CronJobSpec.jobTemplate What the jobs look like.
CronJobSpec.concurrencyPolicy What happens when it is time and the last job still runs: Allow, Forbid or Replace.
CronJobSpec.suspend No jobs begin while this is true.
CronJobSpec.successfulJobsHistoryLimit How many finished jobs are kept.
CronJobSpec.failedJobsHistoryLimit How many failed jobs are kept.
PodSpec.terminationGracePeriodSeconds How long containers have to end by themselves.
PodSpec.automountServiceAccountToken Whether the service account's token is put into the containers.
PodSpec.imagePullSecrets Secrets by which images are fetched.
PodSpec.securityContext Users, groups and limits that all containers share.
PodSpec.affinity On which nodes, and beside which pods, it should run.
PodSpec.tolerations Taints of nodes that the pod may run in spite of.
PodSpec.topologySpreadConstraints How evenly such pods are spread over zones or nodes.
PodSpec.priorityClassName How much the pod matters when there is no room for all.
PodSpec.hostAliases Lines for the containers' hosts file.
PodSpec.dnsPolicy How names are looked up: ClusterFirst, Default, ClusterFirstWithHostNet or None.
PodSpec.dnsConfig Servers and options for looking names up, beside those of the policy.
PodSpec.nodeName The node that the pod is on.
PodSpec.shareProcessNamespace Containers see each other's processes.
PodSpec.activeDeadlineSeconds After how long the pod is ended.
PodSpec.readinessGates Conditions beside the containers' that must hold for the pod to be ready.
PodSpec.runtimeClassName What runs the containers, where it is not the usual.
PodStatus.phase Pending, Running, Succeeded, Failed or Unknown.
PodStatus.podIP The pod's address.
PodStatus.conditions What holds of the pod, such as Ready.
Container.startupProbe How it is found out whether the container has come up; until then the other probes wait.
Container.securityContext Users, rights and limits of the container.
Container.lifecycle What is run after its start and before its end.
Container.envFrom Config maps and secrets whose keys become environment variables.
Container.workingDir The folder that it is run in.
Container.restartPolicy Always, for an init container that goes on running: a sidecar.
Container.terminationMessagePath The file of the last words that its status shows.
EnvVar.name The name of the variable.
EnvVar.value Its value; $(NAME) stands for another variable.
EnvVar.valueFrom Where its value is read from.
EnvVarSource.fieldRef A field of the pod.
EnvVarSource.configMapKeyRef A key of a config map.
EnvVarSource.secretKeyRef A key of a secret.
EnvVarSource.resourceFieldRef A limit or request of a container.
ResourceRequirements.limits What the container may use at most.
ResourceRequirements.requests What a node must have free for it.
Probe Asks again and again how a container is.
Probe.httpGet Asks by an HTTP request.
Probe.tcpSocket Asks by opening a connection.
Probe.exec Asks by running a command in the container.
Probe.grpc Asks by gRPC's health service.
Probe.initialDelaySeconds How long after the start the first asking waits.
Probe.periodSeconds How often is asked.
Probe.timeoutSeconds How long an answer may take.
Probe.successThreshold How many good answers in a row it takes to be well again.
Probe.failureThreshold How many bad answers in a row it takes to be unwell.
HTTPGetAction.path The path of the request.
HTTPGetAction.port The container's port, by number or name.
HTTPGetAction.scheme HTTP or HTTPS.
HTTPGetAction.httpHeaders Headers of the request.
SecurityContext.runAsUser The number of the user.
SecurityContext.runAsGroup The number of the group.
SecurityContext.runAsNonRoot The container is refused when it would run as root.
SecurityContext.privileged The container may do on the node what root may.
SecurityContext.allowPrivilegeEscalation Whether a process may get more rights than its parent has.
SecurityContext.readOnlyRootFilesystem Its own files can't be written.
SecurityContext.capabilities Rights of root that are given or taken one by one.
SecurityContext.seccompProfile Which system calls it may make.
PodSecurityContext.fsGroup The group that volumes belong to.
PodSecurityContext.sysctls Settings of the kernel for the pod.
Volume.name The name, for volumeMounts to refer to.
Volume.emptyDir An empty folder that lasts as long as the pod.
Volume.configMap The keys of a config map, as files.
Volume.secret The keys of a secret, as files.
Volume.persistentVolumeClaim Storage that a claim asked for.
Volume.projected Several sources in one folder.
Volume.hostPath A folder of the node.
Volume.csi Storage that a driver provides for the pod alone.
VolumeMount.name Which volume.
VolumeMount.mountPath Where it appears.
VolumeMount.subPath Only this folder or file of it.
VolumeMount.readOnly It can't be written.
Toleration.key The taint; none tolerates them all.
Toleration.operator Exists, or Equal to the value.
Toleration.value The taint's value.
Toleration.effect NoSchedule, PreferNoSchedule or NoExecute; none is for all.
Toleration.tolerationSeconds How long a NoExecute taint is borne.
ServiceSpec.clusterIPs The addresses inside the cluster, one an address family.
ServiceSpec.ipFamilies IPv4, IPv6 or both, in the order wanted.
ServiceSpec.ipFamilyPolicy SingleStack, PreferDualStack or RequireDualStack.
ServiceSpec.externalName The name that an ExternalName service stands for.
ServiceSpec.externalIPs Addresses outside the cluster's care at which it answers too.
ServiceSpec.externalTrafficPolicy Cluster, or Local: only to pods of the node that was asked, the client's address kept.
ServiceSpec.internalTrafficPolicy Cluster, or Local: only to pods of the client's own node.
ServiceSpec.loadBalancerClass Which load balancer is meant.
ServiceSpec.loadBalancerSourceRanges Addresses that the load balancer lets through.
ServiceSpec.publishNotReadyAddresses Pods count before they are ready.
ServiceSpec.sessionAffinity None, or ClientIP: a client's requests go to the same pod.
ServiceSpec.trafficDistribution To which pods requests rather go, such as PreferSameZone.
ServicePort.protocol TCP, UDP or SCTP.
ServicePort.nodePort The port on every node.
EndpointSlice.addressType IPv4, IPv6 or FQDN.
EndpointSlice.endpoints The addresses, and how they are.
EndpointSlice.ports The ports of all of them.
ConfigMap.data Keys and texts.
ConfigMap.binaryData Keys and bytes, in base64.
ConfigMap.immutable It can't be changed any more.
Secret.data Keys and bytes, in base64.
Secret.stringData Keys and texts; they become data and are never shown.
Secret.type What is in it, such as kubernetes.io/tls.
Secret.immutable It can't be changed any more.
ServiceAccount.imagePullSecrets Secrets by which its pods fetch images.
ServiceAccount.automountServiceAccountToken Whether its token is put into pods.
IngressSpec.defaultBackend Where requests go that no rule is for.
IngressRule.host The host; none stands for all.
IngressRule.http Its paths.
HTTPIngressPath.path The path.
HTTPIngressPath.pathType Exact, Prefix, or ImplementationSpecific.
HTTPIngressPath.backend Where the requests go.
IngressTLS.hosts Hosts of the certificate.
IngressTLS.secretName The secret with the certificate.
NetworkPolicyIngressRule.from Who may connect; none listed means everybody.
NetworkPolicyIngressRule.ports Ports that may be connected to; none listed means all.
NetworkPolicyEgressRule.to Whom may be connected to; none listed means everybody.
NetworkPolicyEgressRule.ports Ports that may be connected to; none listed means all.
NetworkPolicyPeer.podSelector Pods, of the policy's namespace unless namespaces are selected.
NetworkPolicyPeer.namespaceSelector Namespaces.
NetworkPolicyPeer.ipBlock Addresses.
PodDisruptionBudgetSpec.selector Pods that the budget is about.
PodDisruptionBudgetSpec.minAvailable How many must stay, as a number or a percentage.
PodDisruptionBudgetSpec.maxUnavailable How many may be missing, as a number or a percentage.
PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy When pods that are not ready may go: IfHealthyBudget or AlwaysAllow.
PolicyRule.apiGroups Groups of the resources; the empty one is the core group.
PolicyRule.resources Resources, and subresources such as pods/log.
PolicyRule.verbs What may be done, such as get, list or patch.
PolicyRule.resourceNames Names that the rule is about; none means all.
PolicyRule.nonResourceURLs Paths that are no resources.
RoleRef.kind Role or ClusterRole.
RoleRef.name Its name.
Subject.kind User, Group or ServiceAccount.
Subject.name Its name.
Subject.namespace The service account's namespace.
MutatingWebhook.name A name with dots, unique in the configuration.
MutatingWebhook.clientConfig Where the webhook is, and how it is trusted.
MutatingWebhook.rules Which requests it is asked about.
MutatingWebhook.failurePolicy What happens when it can't be asked: Fail or Ignore.
MutatingWebhook.namespaceSelector Namespaces whose objects it is asked about; meshes inject by it.
MutatingWebhook.objectSelector Labels of the objects it is asked about.
MutatingWebhook.matchConditions Expressions that must all hold.
MutatingWebhook.reinvocationPolicy Whether it is asked again when another webhook changed the object: Never or IfNeeded.
MutatingWebhook.sideEffects Whether asking does anything else: None or NoneOnDryRun.
MutatingWebhook.timeoutSeconds How long an answer may take.
MutatingWebhook.admissionReviewVersions Versions of the question that it understands.
ValidatingWebhook.name A name with dots, unique in the configuration.
ValidatingWebhook.clientConfig Where the webhook is, and how it is trusted.
ValidatingWebhook.rules Which requests it is asked about.
ValidatingWebhook.failurePolicy What happens when it can't be asked: Fail or Ignore.
ValidatingWebhook.sideEffects Whether asking does anything else: None or NoneOnDryRun.
WebhookClientConfig.caBundle The authority of its certificate, in base64.
WebhookClientConfig.service The service that it is behind.
WebhookClientConfig.url Its address, where it is behind no service.
LabelSelectorRequirement.key The label.
LabelSelectorRequirement.operator In, NotIn, Exists or DoesNotExist.
LabelSelectorRequirement.values The values that it is about.
`
