/** What containers of every kind have. */
const containerFields = `  name! string
  image string
  command [string] atomic
  args [string] atomic
  workingDir string
  ports [ContainerPort] map:containerPort,protocol patch:merge/containerPort
  envFrom [EnvFromSource] atomic
  env [EnvVar] map:name patch:merge/name
  resources ResourceRequirements
  resizePolicy [ContainerResizePolicy] atomic
  restartPolicy *string
  restartPolicyRules [ContainerRestartRule] atomic
  volumeMounts [VolumeMount] map:mountPath patch:merge/mountPath
  volumeDevices [VolumeDevice] map:devicePath patch:merge/devicePath
  livenessProbe *Probe
  readinessProbe *Probe
  startupProbe *Probe
  lifecycle *Lifecycle
  terminationMessagePath string
  terminationMessagePolicy string
  imagePullPolicy string
  securityContext *SecurityContext
  stdin bool
  stdinOnce bool
  tty bool
`

/** Models of pods, containers and their status, in the notation of `model-notation.ts`. */
export const podModels = `
Pod
  kind string
  apiVersion string
  metadata ObjectMeta
  spec PodSpec
  status PodStatus
PodSpec
  volumes [Volume] map:name patch:merge,retainKeys/name
  initContainers [Container] map:name patch:merge/name
  containers! [Container] map:name patch:merge/name
  ephemeralContainers [EphemeralContainer] map:name patch:merge/name
  restartPolicy string
  terminationGracePeriodSeconds *int64
  activeDeadlineSeconds *int64
  dnsPolicy string
  nodeSelector {string} atomic
  serviceAccountName string
  serviceAccount string
  automountServiceAccountToken *bool
  nodeName string
  hostNetwork bool
  hostPID bool
  hostIPC bool
  shareProcessNamespace *bool
  securityContext *PodSecurityContext
  imagePullSecrets [LocalObjectReference] map:name patch:merge/name
  hostname string
  hostnameOverride *string
  subdomain string
  affinity *Affinity
  schedulerName string
  tolerations [Toleration] atomic
  hostAliases [HostAlias] map:ip patch:merge/ip
  priorityClassName string
  priority *int32
  dnsConfig *PodDNSConfig
  readinessGates [PodReadinessGate] atomic
  runtimeClassName *string
  enableServiceLinks *bool
  preemptionPolicy *string
  overhead {quantity}
  topologySpreadConstraints [TopologySpreadConstraint] map:topologyKey,whenUnsatisfiable patch:merge/topologyKey
  setHostnameAsFQDN *bool
  os *PodOS
  hostUsers *bool
  schedulingGates [PodSchedulingGate] map:name patch:merge/name
  resourceClaims [PodResourceClaim] map:name patch:merge,retainKeys/name
  resources *ResourceRequirements
  schedulingGroup *PodSchedulingGroup
PodSchedulingGroup
  podGroupName *string
PodStatus
  observedGeneration int64
  phase string
  conditions [PodCondition] map:type patch:merge/type
  message string
  reason string
  nominatedNodeName string
  hostIP string
  hostIPs [HostIP] atomic patch:merge/ip
  podIP string
  podIPs [PodIP] map:ip patch:merge/ip
  startTime *time
  initContainerStatuses [ContainerStatus] atomic
  containerStatuses [ContainerStatus] atomic
  qosClass string
  ephemeralContainerStatuses [ContainerStatus] atomic
  resize string
  resourceClaimStatuses [PodResourceClaimStatus] map:name patch:merge,retainKeys/name
  extendedResourceClaimStatus *PodExtendedResourceClaimStatus
  allocatedResources {quantity}
  resources *ResourceRequirements
  nodeAllocatableResourceClaimStatuses [NodeAllocatableResourceClaimStatus] atomic
NodeAllocatableResourceClaimStatus
  resourceClaimName! string
  containers [string] set
  resources! {quantity}
Container
${containerFields}EphemeralContainer
${containerFields}  targetContainerName string
PodSecurityContext
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  supplementalGroups [int64] atomic
  supplementalGroupsPolicy *string
  fsGroup *int64
  sysctls [Sysctl] atomic
  fsGroupChangePolicy *string
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
  seLinuxChangePolicy *string
Affinity
  nodeAffinity *NodeAffinity
  podAffinity *PodAffinity
  podAntiAffinity *PodAntiAffinity
Toleration
  key string
  operator string
  value string
  effect string
  tolerationSeconds *int64
HostAlias
  ip! string
  hostnames [string] atomic
PodDNSConfig
  nameservers [string] atomic
  searches [string] atomic
  options [PodDNSConfigOption] atomic
PodReadinessGate
  conditionType! string
TopologySpreadConstraint
  maxSkew! int32
  topologyKey! string
  whenUnsatisfiable! string
  labelSelector *LabelSelector
  minDomains *int32
  nodeAffinityPolicy *string
  nodeTaintsPolicy *string
  matchLabelKeys [string] atomic
PodOS
  name! string
PodSchedulingGate
  name! string
PodResourceClaim
  name! string
  resourceClaimName *string
  resourceClaimTemplateName *string
ResourceRequirements
  limits {quantity}
  requests {quantity}
  claims [ResourceClaim] map:name
PodCondition
  type! string
  observedGeneration int64
  status! string
  lastProbeTime time
  lastTransitionTime time
  reason string
  message string
HostIP
  ip! string
PodIP
  ip! string
ContainerStatus
  name! string
  state ContainerState
  lastState ContainerState
  ready! bool
  restartCount! int32
  image! string
  imageID! string
  containerID string
  started *bool
  allocatedResources {quantity}
  resources *ResourceRequirements
  volumeMounts [VolumeMountStatus] map:mountPath patch:merge/mountPath
  user *ContainerUser
  stopSignal *string
  allocatedResourcesStatus [ResourceStatus] map:name patch:merge/name
PodResourceClaimStatus
  name! string
  resourceClaimName *string
PodExtendedResourceClaimStatus
  requestMappings! [ContainerExtendedResourceRequest] atomic
  resourceClaimName! string
ContainerPort
  name string
  hostPort int32
  containerPort! int32
  protocol string default:TCP
  hostIP string
EnvFromSource
  prefix string
  configMapRef *ConfigMapEnvSource
  secretRef *SecretEnvSource
EnvVar
  name! string
  value string
  valueFrom *EnvVarSource
ContainerResizePolicy
  resourceName! string
  restartPolicy! string
ContainerRestartRule
  action! string
  exitCodes *ContainerRestartRuleOnExitCodes
VolumeMount
  name! string
  readOnly bool
  recursiveReadOnly *string
  mountPath! string
  subPath string
  mountPropagation *string
  subPathExpr string
VolumeDevice
  name! string
  devicePath! string
Probe
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  grpc *GRPCAction
  initialDelaySeconds int32
  timeoutSeconds int32
  periodSeconds int32
  successThreshold int32
  failureThreshold int32
  terminationGracePeriodSeconds *int64
Lifecycle
  postStart *LifecycleHandler
  preStop *LifecycleHandler
  stopSignal *string
SecurityContext
  capabilities *Capabilities
  privileged *bool
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  readOnlyRootFilesystem *bool
  allowPrivilegeEscalation *bool
  procMount *string
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
SELinuxOptions
  user string
  role string
  type string
  level string
WindowsSecurityContextOptions
  gmsaCredentialSpecName *string
  gmsaCredentialSpec *string
  runAsUserName *string
  hostProcess *bool
Sysctl
  name! string
  value! string
SeccompProfile
  type! string
  localhostProfile *string
AppArmorProfile
  type! string
  localhostProfile *string
NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution *NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm] atomic
PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm] atomic
  preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm] atomic
PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm] atomic
  preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm] atomic
PodDNSConfigOption
  name string
  value *string
ResourceClaim
  name! string
  request string
ContainerState
  waiting *ContainerStateWaiting
  running *ContainerStateRunning
  terminated *ContainerStateTerminated
VolumeMountStatus
  name! string
  mountPath! string
  readOnly bool
  recursiveReadOnly *string
  volumeStatus *VolumeStatus
VolumeStatus
  image *ImageVolumeStatus
ImageVolumeStatus
  imageRef string
ContainerUser
  linux *LinuxContainerUser
ResourceStatus
  name! string
  resources [ResourceHealth] map:resourceID
ContainerExtendedResourceRequest
  containerName! string
  resourceName! string
  requestName! string
ConfigMapEnvSource
  name string
  optional *bool
SecretEnvSource
  name string
  optional *bool
EnvVarSource
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  configMapKeyRef *ConfigMapKeySelector
  secretKeyRef *SecretKeySelector
  fileKeyRef *FileKeySelector
ContainerRestartRuleOnExitCodes
  operator! string
  values [int32] set
ExecAction
  command [string] atomic
HTTPGetAction
  path string
  port! intOrString
  host string
  scheme string
  httpHeaders [HTTPHeader] atomic
TCPSocketAction
  port! intOrString
  host string
GRPCAction
  port! int32
  service! *string
LifecycleHandler
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  sleep *SleepAction
Capabilities
  add [string] atomic
  drop [string] atomic
PreferredSchedulingTerm
  weight! int32
  preference! NodeSelectorTerm
PodAffinityTerm
  labelSelector *LabelSelector
  namespaces [string] atomic
  topologyKey! string
  namespaceSelector *LabelSelector
  matchLabelKeys [string] atomic
  mismatchLabelKeys [string] atomic
WeightedPodAffinityTerm
  weight! int32
  podAffinityTerm! PodAffinityTerm
ContainerStateWaiting
  reason string
  message string
ContainerStateRunning
  startedAt time
ContainerStateTerminated
  exitCode! int32
  signal int32
  reason string
  message string
  startedAt time
  finishedAt time
  containerID string
LinuxContainerUser
  uid! int64
  gid! int64
  supplementalGroups [int64] atomic
ResourceHealth
  resourceID! string
  health string
  message *string
ConfigMapKeySelector atomic
  name string
  key! string
  optional *bool
SecretKeySelector atomic
  name string
  key! string
  optional *bool
FileKeySelector atomic
  volumeName! string
  path! string
  key! string
  optional *bool
HTTPHeader
  name! string
  value! string
SleepAction
  seconds! int64
`
