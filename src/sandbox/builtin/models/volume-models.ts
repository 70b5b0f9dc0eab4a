/** Models of volumes and their claims, in the notation of `model-notation.ts`. */
export const volumeModels = `
Volume
  name! string
  hostPath *HostPathVolumeSource
  emptyDir *EmptyDirVolumeSource
  gcePersistentDisk *GCEPersistentDiskVolumeSource
  awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  gitRepo *GitRepoVolumeSource
  secret *SecretVolumeSource
  nfs *NFSVolumeSource
  iscsi *ISCSIVolumeSource
  glusterfs *GlusterfsVolumeSource
  persistentVolumeClaim *PersistentVolumeClaimVolumeSource
  rbd *RBDVolumeSource
  flexVolume *FlexVolumeSource
  cinder *CinderVolumeSource
  cephfs *CephFSVolumeSource
  flocker *FlockerVolumeSource
  downwardAPI *DownwardAPIVolumeSource
  fc *FCVolumeSource
  azureFile *AzureFileVolumeSource
  configMap *ConfigMapVolumeSource
  vsphereVolume *VsphereVirtualDiskVolumeSource
  quobyte *QuobyteVolumeSource
  azureDisk *AzureDiskVolumeSource
  photonPersistentDisk *PhotonPersistentDiskVolumeSource
  projected *ProjectedVolumeSource
  portworxVolume *PortworxVolumeSource
  scaleIO *ScaleIOVolumeSource
  storageos *StorageOSVolumeSource
  csi *CSIVolumeSource
  ephemeral *EphemeralVolumeSource
  image *ImageVolumeSource
HostPathVolumeSource
  path! string
  type *string
EmptyDirVolumeSource
  medium string
  sizeLimit *quantity
GCEPersistentDiskVolumeSource
  pdName! string
  fsType string
  partition int32
  readOnly bool
AWSElasticBlockStoreVolumeSource
  volumeID! string
  fsType string
  partition int32
  readOnly bool
GitRepoVolumeSource
  repository! string
  revision string
  directory string
SecretVolumeSource
  secretName string
  items [KeyToPath] atomic
  defaultMode *int32
  optional *bool
NFSVolumeSource
  server! string
  path! string
  readOnly bool
ISCSIVolumeSource
  targetPortal! string
  iqn! string
  lun! int32
  iscsiInterface string
  fsType string
  readOnly bool
  portals [string] atomic
  chapAuthDiscovery bool
  chapAuthSession bool
  secretRef *LocalObjectReference
  initiatorName *string
GlusterfsVolumeSource
  endpoints! string
  path! string
  readOnly bool
PersistentVolumeClaimVolumeSource
  claimName! string
  readOnly bool
RBDVolumeSource
  monitors! [string] atomic
  image! string
  fsType string
  pool string
  user string
  keyring string
  secretRef *LocalObjectReference
  readOnly bool
FlexVolumeSource
  driver! string
  fsType string
  secretRef *LocalObjectReference
  readOnly bool
  options {string}
CinderVolumeSource
  volumeID! string
  fsType string
  readOnly bool
  secretRef *LocalObjectReference
CephFSVolumeSource
  monitors! [string] atomic
  path string
  user string
  secretFile string
  secretRef *LocalObjectReference
  readOnly bool
FlockerVolumeSource
  datasetName string
  datasetUUID string
DownwardAPIVolumeSource
  items [DownwardAPIVolumeFile] atomic
  defaultMode *int32
FCVolumeSource
  targetWWNs [string] atomic
  lun *int32
  fsType string
  readOnly bool
  wwids [string] atomic
AzureFileVolumeSource
  secretName! string
  shareName! string
  readOnly bool
ConfigMapVolumeSource
  name string
  items [KeyToPath] atomic
  defaultMode *int32
  optional *bool
VsphereVirtualDiskVolumeSource
  volumePath! string
  fsType string
  storagePolicyName string
  storagePolicyID string
QuobyteVolumeSource
  registry! string
  volume! string
  readOnly bool
  user string
  group string
  tenant string
AzureDiskVolumeSource
  diskName! string
  diskURI! string
  cachingMode *string
  fsType *string
  readOnly *bool
  kind *string
PhotonPersistentDiskVolumeSource
  pdID! string
  fsType string
ProjectedVolumeSource
  sources! [VolumeProjection] atomic
  defaultMode *int32
PortworxVolumeSource
  volumeID! string
  fsType string
  readOnly bool
ScaleIOVolumeSource
  gateway! string
  system! string
  secretRef! *LocalObjectReference
  sslEnabled bool
  protectionDomain string
  storagePool string
  storageMode string
  volumeName string
  fsType string
  readOnly bool
StorageOSVolumeSource
  volumeName string
  volumeNamespace string
  fsType string
  readOnly bool
  secretRef *LocalObjectReference
CSIVolumeSource
  driver! string
  readOnly *bool
  fsType *string
  volumeAttributes {string}
  nodePublishSecretRef *LocalObjectReference
EphemeralVolumeSource
  volumeClaimTemplate *PersistentVolumeClaimTemplate
ImageVolumeSource
  reference string
  pullPolicy string
KeyToPath
  key! string
  path! string
  mode *int32
DownwardAPIVolumeFile
  path! string
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  mode *int32
VolumeProjection
  secret *SecretProjection
  downwardAPI *DownwardAPIProjection
  configMap *ConfigMapProjection
  serviceAccountToken *ServiceAccountTokenProjection
  clusterTrustBundle *ClusterTrustBundleProjection
  podCertificate *PodCertificateProjection
PersistentVolumeClaimTemplate
  metadata ObjectMeta
  spec! PersistentVolumeClaimSpec
ObjectFieldSelector atomic
  apiVersion string
  fieldPath! string
ResourceFieldSelector atomic
  containerName string
  resource! string
  divisor quantity
SecretProjection
  name string
  items [KeyToPath] atomic
  optional *bool
DownwardAPIProjection
  items [DownwardAPIVolumeFile] atomic
ConfigMapProjection
  name string
  items [KeyToPath] atomic
  optional *bool
ServiceAccountTokenProjection
  audience string
  expirationSeconds *int64
  path! string
ClusterTrustBundleProjection
  name *string
  signerName *string
  labelSelector *LabelSelector
  optional *bool
  path! string
PodCertificateProjection
  signerName! string
  keyType! string
  maxExpirationSeconds *int32
  credentialBundlePath string
  keyPath string
  certificateChainPath string
  userAnnotations {string}
PersistentVolumeClaimSpec
  accessModes [string] atomic
  selector *LabelSelector
  resources VolumeResourceRequirements
  volumeName string
  storageClassName *string
  volumeMode *string
  dataSource *TypedLocalObjectReference
  dataSourceRef *TypedObjectReference
  volumeAttributesClassName *string
VolumeResourceRequirements
  limits {quantity}
  requests {quantity}
TypedObjectReference
  apiGroup! *string
  kind! string
  name! string
  namespace *string
PersistentVolumeSpec
  capacity {quantity}
  gcePersistentDisk *GCEPersistentDiskVolumeSource
  awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  hostPath *HostPathVolumeSource
  glusterfs *GlusterfsPersistentVolumeSource
  nfs *NFSVolumeSource
  rbd *RBDPersistentVolumeSource
  iscsi *ISCSIPersistentVolumeSource
  cinder *CinderPersistentVolumeSource
  cephfs *CephFSPersistentVolumeSource
  fc *FCVolumeSource
  flocker *FlockerVolumeSource
  flexVolume *FlexPersistentVolumeSource
  azureFile *AzureFilePersistentVolumeSource
  vsphereVolume *VsphereVirtualDiskVolumeSource
  quobyte *QuobyteVolumeSource
  azureDisk *AzureDiskVolumeSource
  photonPersistentDisk *PhotonPersistentDiskVolumeSource
  portworxVolume *PortworxVolumeSource
  scaleIO *ScaleIOPersistentVolumeSource
  local *LocalVolumeSource
  storageos *StorageOSPersistentVolumeSource
  csi *CSIPersistentVolumeSource
  accessModes [string] atomic
  claimRef *ObjectReference granular
  persistentVolumeReclaimPolicy string
  storageClassName string
  mountOptions [string] atomic
  volumeMode *string
  nodeAffinity *VolumeNodeAffinity
  volumeAttributesClassName *string
GlusterfsPersistentVolumeSource
  endpoints! string
  path! string
  readOnly bool
  endpointsNamespace *string
RBDPersistentVolumeSource
  monitors! [string] atomic
  image! string
  fsType string
  pool string
  user string
  keyring string
  secretRef *SecretReference
  readOnly bool
ISCSIPersistentVolumeSource
  targetPortal! string
  iqn! string
  lun! int32
  iscsiInterface string
  fsType string
  readOnly bool
  portals [string] atomic
  chapAuthDiscovery bool
  chapAuthSession bool
  secretRef *SecretReference
  initiatorName *string
CinderPersistentVolumeSource
  volumeID! string
  fsType string
  readOnly bool
  secretRef *SecretReference
CephFSPersistentVolumeSource
  monitors! [string] atomic
  path string
  user string
  secretFile string
  secretRef *SecretReference
  readOnly bool
FlexPersistentVolumeSource
  driver! string
  fsType string
  secretRef *SecretReference
  readOnly bool
  options {string}
AzureFilePersistentVolumeSource
  secretName! string
  shareName! string
  readOnly bool
  secretNamespace! *string
ScaleIOPersistentVolumeSource
  gateway! string
  system! string
  secretRef! *SecretReference
  sslEnabled bool
  protectionDomain string
  storagePool string
  storageMode string
  volumeName string
  fsType string
  readOnly bool
LocalVolumeSource
  path! string
  fsType *string
StorageOSPersistentVolumeSource
  volumeName string
  volumeNamespace string
  fsType string
  readOnly bool
  secretRef *ObjectReference
CSIPersistentVolumeSource
  driver! string
  volumeHandle! string
  readOnly bool
  fsType string
  volumeAttributes {string}
  controllerPublishSecretRef *SecretReference
  nodeStageSecretRef *SecretReference
  nodePublishSecretRef *SecretReference
  controllerExpandSecretRef *SecretReference
  nodeExpandSecretRef *SecretReference
VolumeNodeAffinity
  required *NodeSelector
PersistentVolumeClaim
  kind string
  apiVersion string
  metadata ObjectMeta
  spec PersistentVolumeClaimSpec
  status PersistentVolumeClaimStatus
PersistentVolumeClaimStatus
  phase string
  accessModes [string] atomic
  capacity {quantity}
  conditions [PersistentVolumeClaimCondition] map:type patch:merge/type
  allocatedResources {quantity}
  allocatedResourceStatuses {string}
  currentVolumeAttributesClassName *string
  modifyVolumeStatus *ModifyVolumeStatus
PersistentVolumeClaimCondition
  type! string
  status! string
  lastProbeTime time
  lastTransitionTime time
  reason string
  message string
ModifyVolumeStatus
  targetVolumeAttributesClassName string
  status! string
`
