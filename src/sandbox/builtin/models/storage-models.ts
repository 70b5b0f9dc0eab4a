/** Models of `storage.k8s.io/v1` beside its classes, in the notation of `model-notation.ts`. */
export const storageModels = `
CSIDriver
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! CSIDriverSpec
CSIDriverSpec
  attachRequired *bool
  podInfoOnMount *bool
  volumeLifecycleModes [string] set
  storageCapacity *bool
  fsGroupPolicy *string
  tokenRequests [StorageTokenRequest] atomic
  requiresRepublish *bool
  seLinuxMount *bool
  nodeAllocatableUpdatePeriodSeconds *int64
  serviceAccountTokenInSecrets *bool
  preventPodSchedulingIfMissing *bool
StorageTokenRequest
  audience! string
  expirationSeconds *int64
CSINode
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! CSINodeSpec
CSINodeSpec
  drivers! [CSINodeDriver] map:name patch:merge/name
CSINodeDriver
  name! string
  nodeID! string
  topologyKeys! [string] atomic
  allocatable *VolumeNodeResources
VolumeNodeResources
  count *int32
VolumeAttachment
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! VolumeAttachmentSpec
  status VolumeAttachmentStatus
VolumeAttachmentSpec
  attacher! string
  source! VolumeAttachmentSource
  nodeName! string
VolumeAttachmentSource
  persistentVolumeName *string
  inlineVolumeSpec *PersistentVolumeSpec
VolumeAttachmentStatus
  attached! bool
  attachmentMetadata {string}
  attachError *VolumeError
  detachError *VolumeError
VolumeError
  time time
  message string
  errorCode *int32
CSIStorageCapacity
  kind string
  apiVersion string
  metadata ObjectMeta
  nodeTopology *LabelSelector
  storageClassName! string
  capacity *quantity
  maximumVolumeSize *quantity
VolumeAttributesClass
  kind string
  apiVersion string
  metadata ObjectMeta
  driverName! string
  parameters {string}
`
